#include "transport/smtp/reply_reader.h"

#include <algorithm>
#include <utility>

namespace facteur::smtp {
namespace {

bool is_reply_digit(char c) {
    return c >= '0' && c <= '9';
}

// The octets of the UTF-8 sequence that begins `text`; 0: none does (RFC 3629 §4, without surrogates).
std::size_t sequence(std::string_view text) {
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) { return i < text.size() && (octet(i) & 0xc0) == 0x80; };
    const auto first = octet(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        if (!continues(1) || !continues(2)) return 0;
        if (first == 0xe0 && octet(1) < 0xa0) return 0;
        if (first == 0xed && octet(1) > 0x9f) return 0;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        if (!continues(1) || !continues(2) || !continues(3)) return 0;
        if (first == 0xf0 && octet(1) < 0x90) return 0;
        if (first == 0xf4 && octet(1) > 0x8f) return 0;
        return 4;
    }
    return 0;
}

void append_clean(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const auto size = sequence(text);
        const bool control = size == 1 && (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f);
        if (size == 0 || control)
            out += control && text[0] == '\t' ? ' ' : '?';
        else
            out += text.substr(0, size);
        text.remove_prefix(size == 0 ? 1 : size);
    }
}

} // namespace

std::string_view enhanced_code(std::string_view text, int code) {
    // RFC 2034 §4: class "." subject "." detail, the last two of one to three digits
    if (text.size() < 5 || text[0] != static_cast<char>('0' + code / 100) || text[1] != '.') return {};
    std::size_t at = 2;
    for (int part = 0; part < 2; ++part) {
        const auto begin = at;
        while (at < text.size() && is_reply_digit(text[at]))
            ++at;
        if (at == begin || at - begin > 3) return {};
        if (part == 0 && (at == text.size() || text[at++] != '.')) return {};
    }
    if (at < text.size() && text[at] != ' ') return {};
    return text.substr(0, at);
}

std::string ServerReply::line() const {
    std::string out = code == 0 ? std::string() : std::to_string(code);
    for (const auto* part : {&enhanced, &text}) {
        if (part->empty()) continue;
        if (!out.empty()) out += ' ';
        for (const char c : *part)
            out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::optional<ServerReply> ReplyReader::take(std::string_view& input) {
    while (!broken_ && !input.empty()) {
        const auto end = input.find('\n');
        const auto piece = input.substr(0, end == std::string_view::npos ? input.size() : end + 1);
        octets_ += piece.size();
        if (line_.size() + piece.size() > limits_.line_octets || octets_ > limits_.octets) {
            broken_ = true;
            break;
        }
        line_ += piece;
        input.remove_prefix(piece.size());
        if (end == std::string_view::npos) break;
        line_.pop_back();
        if (line_.ends_with('\r')) line_.pop_back();
        const bool complete = take_line(line_);
        line_.clear();
        if (!broken_ && complete) {
            lines_ = octets_ = 0;
            return std::exchange(reply_, {});
        }
    }
    return std::nullopt;
}

bool ReplyReader::take_line(std::string_view line) {
    const bool has_code = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_reply_digit(line[1]) &&
                          is_reply_digit(line[2]) && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
    const int code = has_code ? (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0') : 0;
    if (!has_code || ++lines_ > limits_.lines || (lines_ > 1 && code != reply_.code)) {
        broken_ = true;
        return false;
    }
    auto text = line.substr(std::min<std::size_t>(4, line.size()));
    if (const auto enhanced = enhanced_code(text, code); !enhanced.empty()) {
        reply_.enhanced = enhanced;
        text.remove_prefix(std::min(enhanced.size() + 1, text.size()));
    }
    if (lines_ > 1) reply_.text += '\n';
    append_clean(reply_.text, text);
    reply_.code = code;
    return line.size() == 3 || line[3] == ' ';
}

} // namespace facteur::smtp
