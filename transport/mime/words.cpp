#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"

#include <algorithm>

namespace facteur::mime {
namespace {

struct Word {
    std::string_view charset;
    bool base64 = false;
    std::string_view text;
};

// RFC 2047 §2; a language (RFC 2231 §5) is passed over. Text in "Q" may hold "?", which real mail has.
std::optional<Word> encoded_word(std::string_view token) {
    if (token.size() < 8 || !token.starts_with("=?") || !token.ends_with("?=")) return std::nullopt;
    const auto inner = token.substr(2, token.size() - 4);
    const auto mark = inner.find('?');
    if (mark == std::string_view::npos || mark == 0 || inner.size() < mark + 3 || inner[mark + 2] != '?')
        return std::nullopt;
    const char encoding = to_lower(inner[mark + 1]);
    if (encoding != 'b' && encoding != 'q') return std::nullopt;
    Word word{inner.substr(0, std::min(mark, inner.find('*'))), encoding == 'b', inner.substr(mark + 3)};
    if (word.text.find("?=") != std::string_view::npos) return std::nullopt;
    return word;
}

void append_q(std::string& out, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '_') {
            out += ' ';
        } else if (text[i] == '=' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                   hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
}

// White space between two texts: line ends go, the tab of a fold is a space.
void append_white(std::string& out, std::string_view white) {
    bool folded = false, any = false;
    for (const char c : white) {
        if (is_line_end(c)) {
            folded = true;
            continue;
        }
        out += folded && !any ? ' ' : c;
        any = true;
    }
    if (folded && !any) out += ' ';
}

class Words {
public:
    explicit Words(std::string_view value) : rest_(value) { out_.reserve(value.size()); }

    std::string decode() {
        while (!rest_.empty()) {
            const auto white = take([](char c) { return is_space(c); });
            const auto token = take([](char c) { return !is_space(c); });
            const auto word = encoded_word(token);
            if (word && (same_text(word->charset, charset_) || charset_known(word->charset))) {
                add_word(*word, white);
            } else {
                flush();
                append_white(out_, white);
                out_ += guess_utf8(token);
                after_word_ = false;
            }
        }
        flush();
        return std::move(out_);
    }

private:
    template <typename Predicate>
    std::string_view take(Predicate wanted) {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), wanted);
        const auto taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    void add_word(const Word& word, std::string_view white) {
        if (!after_word_) append_white(out_, white);
        if (!after_word_ || !same_text(word.charset, charset_)) flush();
        charset_ = word.charset;
        after_word_ = true;
        if (word.base64)
            octets_ += base64_decode(word.text);
        else
            append_q(octets_, word.text);
    }

    // The octets of adjacent words of one charset are decoded together: a character may be cut between them.
    void flush() {
        if (octets_.empty()) return;
        std::string text = to_utf8(octets_, charset_).text;
        std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
        out_ += text;
        octets_.clear();
    }

    std::string_view rest_;
    std::string out_, octets_;
    std::string_view charset_;
    bool after_word_ = false;
};

} // namespace

std::string decode_words(std::string_view value) {
    return Words(value).decode();
}

} // namespace facteur::mime
