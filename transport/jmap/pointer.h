// JSON pointers (RFC 6901): their split and unescaped segments.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::jmap {

// "/a~1b/*" → "a/b", "*". "" → none. Nothing when it does not start with "/" or an escape is wrong.
std::optional<std::vector<std::string>> split_pointer(std::string_view pointer);
// "0", "12"; nothing for "01", "-" and what is no number.
std::optional<std::size_t> array_index(std::string_view segment);

} // namespace facteur::jmap
