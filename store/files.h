// Files that must be on disk when a function says so. Internal to the store.
#pragma once

#include "store/error.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace facteur::store {

// What errno says of a call that failed on a path: "Cannot write PATH: No space left on device."
tl::unexpected<Error> failed_on(std::string_view path, std::string_view doing);

// All of it, or false.
bool write_at(int file, std::string_view bytes, std::uint64_t offset);
bool write_pieces(int file, std::span<const std::string_view> pieces, std::uint64_t offset);
// Fewer octets only at the end of the file; nothing when it cannot be read.
Result<std::string> read_at(int file, std::uint64_t offset, std::size_t size);

// The names in it.
bool sync_folder(const std::string& path);
// The whole file in place of the one that was there: after a crash it is one or the other. After Code::full
// it is the one that was there.
Result<void> replace_file(const std::string& path, std::string_view bytes);

} // namespace facteur::store
