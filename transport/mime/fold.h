// Folding of header fields and the words in them. Private to transport/mime.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace facteur::mime {

// One header field that grows word by word.
class FoldedField {
public:
    explicit FoldedField(std::string_view name) : out_(std::string(name) + ":"), column_(out_.size()) {}

    // A word after white space (spaces only); on a line of its own when it would pass column 78.
    void add(std::string_view word, std::string_view white = " ") {
        if (column_ + white.size() + word.size() > widest && has_word_) {
            out_ += "\r\n";
            column_ = 0;
        }
        out_ += white;
        out_ += word;
        column_ += white.size() + word.size();
        has_word_ = true;
    }
    // What belongs to the word before.
    void append(std::string_view text) {
        out_ += text;
        column_ += text.size();
    }
    // Columns that are left for a word after a space.
    std::size_t room() const { return column_ + 1 < widest ? widest - column_ - 1 : 0; }
    void break_line() {
        out_ += "\r\n";
        column_ = 0;
        has_word_ = false;
    }
    std::string finish() {
        out_ += "\r\n";
        return std::move(out_);
    }

private:
    static constexpr std::size_t widest = 78;
    std::string out_;
    std::size_t column_;
    bool has_word_ = false;
};

// A longer word cannot be written without cutting it.
constexpr std::size_t longest_word = 900;

// Unstructured text (RFC 5322 §3.2.5): words that are not plain ASCII become encoded words, unless
// `utf8_headers`. `text` is valid UTF-8 without control characters.
void add_text(FoldedField& field, std::string_view text, bool utf8_headers);

// A display name (RFC 5322 phrase), quoted or encoded as it needs.
void add_phrase(FoldedField& field, std::string_view text, bool utf8_headers);

// "; name=value" (RFC 2045 §5.1), in the form of RFC 2231 when it is long or not ASCII.
void add_parameter(FoldedField& field, std::string_view name, std::string_view value);

// Whether `text` can be written at all: valid UTF-8, no control characters.
bool is_writable(std::string_view text);

} // namespace facteur::mime
