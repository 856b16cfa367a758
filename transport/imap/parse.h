// From the whole text of a command to the command. Private to transport/imap: the reader calls it.
#pragma once

#include "transport/imap/command.h"
#include "transport/imap/lexer.h"

#include <string>
#include <string_view>
#include <variant>

namespace facteur::imap {

struct ParsedCommand {
    std::string tag;
    Command command;
};
struct ParseError {
    std::string tag; // empty: there is none
    std::string message;
};

// The tag before a space at the beginning; empty when there is none.
std::string_view tag_of(std::string_view text);

// `text` without the final line end.
std::variant<ParsedCommand, ParseError> parse_command(std::string_view text, const Grammar& grammar);

// ---- parts of commands; each in a file of its own
bool parse_search(Lexer& in, command::Search& out);      // after "SEARCH"
bool parse_sort(Lexer& in, command::Sort& out);          // after "SORT"
bool parse_thread(Lexer& in, command::Thread& out);      // after "THREAD"
bool parse_fetch(Lexer& in, command::Fetch& out);        // after "FETCH"
bool parse_section(std::string_view text, Section& out); // what stands between brackets
bool parse_fetch_item(Lexer& in, std::vector<FetchItem>& out);
bool parse_list(Lexer& in, command::List& out);       // after "LIST"
bool parse_status_items(Lexer& in, StatusItems& out); // with the parentheses
bool parse_notify(Lexer& in, command::Notify& out);   // after "NOTIFY"
bool parse_get_metadata(Lexer& in, command::GetMetadata& out);
bool parse_set_metadata(Lexer& in, command::SetMetadata& out);

} // namespace facteur::imap
