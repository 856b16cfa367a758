// The grammar of APPEND and REPLACE between the octets of messages. Private to transport/imap: the reader
// hands it text up to each literal.
#pragma once

#include "transport/imap/append.h"
#include "transport/imap/lexer.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace facteur::imap {

using AppendItem =
    std::variant<AppendStarted, AppendMessageStarted, AppendUrl, AppendData, AppendMessageEnded, AppendEnded>;

class AppendParser {
public:
    // Whether a command, of which `text` is the beginning, is one of these.
    static bool begins(std::string_view text);

    struct Taken {
        std::size_t used = 0; // of the text; what is left comes again, with the octets of its literal
        std::vector<AppendItem> items;
        std::string error; // empty: none
        bool data = false; // the literal that the text ends in is a message, or a part of one
    };
    // `text` ends in the header of a literal with its line end, or it is the end of the command. Text that
    // has been used does not come again.
    Taken take(std::string_view text, const Grammar& grammar, bool literal_follows);

private:
    enum class Place { target, options, part, after_octets, after_utf8, after_part, after_message };

    bool step(Lexer& in, Taken& out);
    bool target(Lexer& in, Taken& out);
    bool options(Lexer& in, Taken& out);
    bool part(Lexer& in, Taken& out);
    bool data(Lexer& in, Taken& out, Place after, bool literal8_alone);
    bool end_message(Taken& out);

    Place place_ = Place::target;
    bool replace_ = false; // one message alone
    std::uint32_t messages_ = 0, parts_ = 0;
};

} // namespace facteur::imap
