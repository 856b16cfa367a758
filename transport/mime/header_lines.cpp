#include "transport/mime/header_lines.h"

#include <algorithm>
#include <array>

namespace facteur::mime {
namespace {

// Fields that only a header has: after garbage they tell that the header goes on.
constexpr std::array<std::string_view, 16> telling_names = {
    "bcc",        "cc",           "date",     "delivered-to", "from",     "in-reply-to",
    "message-id", "mime-version", "received", "references",   "reply-to", "return-path",
    "sender",     "subject",      "to",       "user-agent"};

bool is_telling_field(std::string_view line) {
    const auto name = line.substr(0, field_name_size(line));
    if (has_prefix_text(name, "content-") || has_prefix_text(name, "x-") || has_prefix_text(name, "list-"))
        return true;
    return std::any_of(telling_names.begin(), telling_names.end(),
                       [&](std::string_view known) { return same_text(name, known); });
}

} // namespace

std::size_t field_name_size(std::string_view line) {
    std::size_t size = 0;
    while (size < line.size() && line[size] > ' ' && line[size] < 127 && line[size] != ':')
        ++size;
    std::size_t colon = size;
    while (colon < line.size() && is_wsp(line[colon]))
        ++colon;
    return colon < line.size() && line[colon] == ':' ? size : 0;
}

HeaderLine header_line(std::string_view bytes, const Line& line, bool has_field) {
    const auto text = line.of(bytes);
    if (text.empty()) return HeaderLine::blank;
    if (is_wsp(text.front())) {
        if (has_field) return HeaderLine::continuation;
        return trimmed(text).empty() ? HeaderLine::blank : HeaderLine::body;
    }
    if (field_name_size(text) > 0) return HeaderLine::field;
    if (!has_field)
        return text.starts_with("From ") || text.starts_with(">From ") ? HeaderLine::passed_over
                                                                       : HeaderLine::body;
    if (line.next >= bytes.size()) return HeaderLine::body;
    return is_telling_field(line_at(bytes, line.next).of(bytes)) ? HeaderLine::passed_over : HeaderLine::body;
}

} // namespace facteur::mime
