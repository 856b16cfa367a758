// Listing and reading through a console.
#pragma once

#include "actors/commands/console.h"

#include <cstdint>
#include <string>
#include <vector>

namespace facteur::mailfiles {

struct Entry {
    std::string name;
    bool is_folder = false;
};
// Sorted, without hidden "." and "..".
Result<std::vector<Entry>> list_folder(Console& console, const std::string& path);
[[nodiscard]] bool has_folder(const std::vector<Entry>& entries, std::string_view name);

struct FileContent {
    std::string bytes;
    std::int64_t modified = 0; // seconds UTC
};
// Fails with Code::too_large above `largest` octets.
Result<FileContent> read_file(Console& console, const std::string& path, std::size_t largest);

} // namespace facteur::mailfiles
