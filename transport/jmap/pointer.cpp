#include "transport/jmap/pointer.h"

#include <charconv>

namespace facteur::jmap {

std::optional<std::vector<std::string>> split_pointer(std::string_view pointer) {
    std::vector<std::string> segments;
    if (pointer.empty()) return segments;
    if (pointer.front() != '/') return std::nullopt;
    for (std::size_t at = 0; at < pointer.size(); ++at) {
        const char c = pointer[at];
        if (c == '/') {
            segments.emplace_back();
        } else if (c != '~') {
            segments.back().push_back(c);
        } else {
            ++at;
            if (at == pointer.size() || (pointer[at] != '0' && pointer[at] != '1')) return std::nullopt;
            segments.back().push_back(pointer[at] == '0' ? '~' : '/');
        }
    }
    return segments;
}

std::optional<std::size_t> array_index(std::string_view segment) {
    if (segment.empty() || (segment.size() > 1 && segment.front() == '0')) return std::nullopt;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), index);
    if (error != std::errc{} || end != segment.data() + segment.size()) return std::nullopt;
    return index;
}

} // namespace facteur::jmap
