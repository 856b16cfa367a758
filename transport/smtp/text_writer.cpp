#include "transport/smtp/text_writer.h"

namespace facteur::smtp {

void TextWriter::write(std::string& out, std::string_view text) {
    while (!text.empty()) {
        if (cr_) {
            cr_ = false;
            if (text.front() == '\n') {
                text.remove_prefix(1);
                continue;
            }
        }
        if (line_start_ && stuff_dots_ && text.front() == '.') out += '.';
        const auto end = text.find_first_of("\r\n");
        line_start_ = end != std::string_view::npos;
        out += text.substr(0, end);
        if (!line_start_) return;
        out += "\r\n";
        cr_ = text[end] == '\r';
        text.remove_prefix(end + 1);
    }
}

void TextWriter::finish(std::string& out) {
    if (!line_start_) out += "\r\n";
    line_start_ = true;
    cr_ = false;
}

} // namespace facteur::smtp
