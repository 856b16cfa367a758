#include "transport/mime/header_lines.h"
#include "transport/mime/headers.h"

namespace facteur::mime {

void Fields::Iterator::advance() {
    std::size_t at = next_;
    while (at < header_.size()) {
        const Line line = line_at(header_, at);
        const auto text = line.of(header_);
        if (text.empty()) break;
        const auto name_size = is_wsp(text.front()) ? 0 : field_name_size(text);
        if (name_size == 0) {
            at = line.next;
            continue;
        }
        Line last = line;
        while (last.next < header_.size() && is_wsp(header_[last.next]))
            last = line_at(header_, last.next);
        const auto colon = header_.find(':', at + name_size);
        field_ = {text.substr(0, name_size), header_.substr(colon + 1, last.end - colon - 1), at,
                  last.next - at};
        next_ = last.next;
        return;
    }
    next_ = header_.size();
    done_ = true;
}

Fields::Iterator Fields::end() const {
    Iterator end;
    end.next_ = header_.size();
    end.done_ = true;
    return end;
}

bool same_name(std::string_view a, std::string_view b) {
    return same_text(a, b);
}

std::optional<Field> first_field(std::string_view header, std::string_view name) {
    for (const Field& field : Fields(header))
        if (same_name(field.name, name)) return field;
    return std::nullopt;
}

std::optional<Field> last_field(std::string_view header, std::string_view name) {
    std::optional<Field> last;
    for (const Field& field : Fields(header))
        if (same_name(field.name, name)) last = field;
    return last;
}

std::vector<Field> all_fields(std::string_view header, std::string_view name) {
    std::vector<Field> all;
    for (const Field& field : Fields(header))
        if (same_name(field.name, name)) all.push_back(field);
    return all;
}

std::string_view header_of(std::string_view message) {
    std::size_t at = 0, begin = 0;
    bool has_field = false;
    while (at < message.size()) {
        const Line line = line_at(message, at);
        const auto kind = header_line(message, line, has_field);
        if (kind == HeaderLine::blank || kind == HeaderLine::body) break;
        if (kind == HeaderLine::field && !has_field) {
            has_field = true;
            begin = at;
        }
        at = line.next;
    }
    return has_field ? message.substr(begin, at - begin) : message.substr(at, 0);
}

} // namespace facteur::mime
