// The line that begins a message in an mbox, and the fields that mail programs put before a message to keep
// its flags.
//
// What we write: "From SENDER Tue Nov 24 10:00:00 2026" in UTC, then always three fields of our own, Status,
// X-Status and X-Keywords, then the message as it is. What we read: dates in the forms of ctime and of
// RFC 5322 with or without a zone, "From - " of Netscape and Thunderbird also without one, and the fields of
// mutt and Dovecot, or those of Netscape and Thunderbird, when they stand first. Taking them away gives back
// the octets that were written, even if the message begins with a Status field of its own. Pure functions.
#pragma once

#include "store/rows.h"

#include <optional>
#include <string>
#include <string_view>

namespace facteur::mailfiles {

struct FromLine {
    store::Time received = 0; // 0: not told
    bool is_mozillas = false; // "From - ", which needs no empty line before it
};
// Nothing when the line is no such line: text of a body that was not quoted, as old programs left it.
std::optional<FromLine> read_from_line(std::string_view line);
std::string from_line(std::string_view sender, store::Time received); // with its line end

struct OwnFields {
    store::Keywords keywords;
    bool deleted = false; // marked to be removed when its program next cleans the file
    std::size_t size = 0; // octets of the message that they take
};
OwnFields read_own_fields(std::string_view message);
std::string own_fields(const store::Keywords& keywords);

// Makes `keyword` one of `keywords`: a bit, or a string in its sorted place (lower case).
void add_keyword(store::Keywords& keywords, std::string_view keyword);
// All of them as JMAP spells them: "$seen", …, "projet".
std::vector<std::string> keyword_names(const store::Keywords& keywords);

} // namespace facteur::mailfiles
