// The words of IMAP's grammar, taken one after the other from the text of a command, literals included
// (RFC 9051 §4, §9). Private to transport/imap.
//
// Every `take…` gives false (or nothing) when the word is not there, and then says so in `error`, once: the
// first failure counts. `try…` look without complaining. Literals lie in the text as they came:
// "{5}\r\nhello". A literal whose octets have not all come makes `is_incomplete`.
#pragma once

#include "transport/imap/limits.h"
#include "transport/imap/sequence_set.h"
#include "transport/imap/syntax.h"
#include "transport/mime/headers.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

struct Grammar {
    bool utf8 = false; // IMAP4rev2 or UTF8=ACCEPT is enabled: names of mailboxes are UTF-8
    Limits limits;
};

// What a line ends in when a literal follows.
struct LiteralHeader {
    std::size_t begin = 0; // of "{" or "~{" in the line
    std::uint64_t octets = 0;
    bool synchronising = true;
    bool literal8 = false;
    bool overflow = false; // more digits than 63 bits hold
};
std::optional<LiteralHeader> literal_at_end(std::string_view line);

class Lexer {
public:
    Lexer(std::string_view text, const Grammar& grammar) : text_(text), grammar_(grammar) {}

    [[nodiscard]] const Limits& limits() const { return grammar_.limits; }
    [[nodiscard]] bool is_utf8() const { return grammar_.utf8; }
    [[nodiscard]] std::size_t at() const { return at_; }
    void rewind(std::size_t at) { at_ = at; }
    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
    [[nodiscard]] bool peek(char c) const { return at_ < text_.size() && text_[at_] == c; }
    [[nodiscard]] bool peek_string() const; // quoted or a literal begins here

    // -- failure
    bool fail(std::string_view message); // false, so that it can be returned
    [[nodiscard]] const std::string& error() const { return error_; }
    [[nodiscard]] bool is_incomplete() const { return incomplete_; }

    // -- single characters
    bool try_char(char c);
    bool take_char(char c);
    bool take_space() { return take_char(' '); }
    bool take_end(); // nothing more

    // -- words
    // A run of letters, digits and ".-=/+", upper or lower case, for keywords of the grammar.
    std::string_view word();
    bool try_word(std::string_view upper); // exactly that word, in any case
    bool take_atom(std::string& out);
    bool take_astring(std::string& out);
    bool take_string(std::string& out, bool literal8 = false);
    bool take_nstring(std::optional<std::string>& out, bool literal8 = false);
    bool take_mailbox(std::string& out);      // UTF-8
    bool take_list_mailbox(std::string& out); // with wildcards
    bool take_flag(std::string& out);         // "\\Seen", "$Junk"; not "\\Recent"
    bool take_flag_list(std::vector<std::string>& out);
    bool take_number(std::uint32_t& out);
    bool take_nz_number(std::uint32_t& out);
    bool take_number64(std::uint64_t& out); // 63 bits
    bool take_set(SequenceSet& out);
    bool take_date_time(mime::Date& out); // with its quotes
    bool take_day(std::int32_t& out);     // with or without quotes

    // A list in parentheses: `item` takes one and gives false when it failed. At least `least` of them.
    template <typename Item>
    bool take_list(std::size_t least, Item item) {
        if (!take_char('(')) return false;
        if (least == 0 && try_char(')')) return true;
        for (std::size_t items = 0;;) {
            if (++items > limits().list_items) return fail("A list has too many items");
            if (!item()) return false;
            if (try_char(')')) return true;
            if (!take_space()) return false;
        }
    }

private:
    std::string_view run_of(CharClass wanted);
    bool take_quoted(std::string& out);
    bool take_literal(std::string& out, bool literal8);
    bool decode_mailbox(std::string& name);

    std::string_view text_;
    const Grammar& grammar_;
    std::size_t at_ = 0;
    std::string error_;
    bool incomplete_ = false;
};

} // namespace facteur::imap
