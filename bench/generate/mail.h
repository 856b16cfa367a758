// Messages as different mail programs write them, piece by piece. An entity is a part: its Content-* fields,
// a blank line, its body; lines end in CRLF.
#pragma once

#include "bench/generate/files.h"
#include "bench/generate/people.h"

#include <cstdint>
#include <string>
#include <vector>

namespace facteur::generate {

enum class TextEncoding { quoted_printable, base64, eight_bit };
enum class NameForm { extended, in_pieces, encoded_word, eight_bit }; // of file names that are not ASCII

// How one program writes.
struct Style {
    std::string program; // "User-Agent: …" or "X-Mailer: …"; may be empty
    std::string charset;
    TextEncoding encoding = TextEncoding::quoted_printable;
    bool words_in_base64 = false;
    NameForm names = NameForm::extended;
    bool writes_html = false;
};
Style random_style(Random& random);

std::string text_entity(const std::string& subtype, const std::string& text, const Style& style);
std::string file_entity(const File& file, const Style& style, const std::string& disposition,
                        const std::string& content_id = "");
std::string message_entity(const std::string& message);
std::string multipart(const std::string& subtype, const std::vector<std::string>& entities, Random& random,
                      const std::string& parameters = "");

// A header's text with encoded words where it needs them, folded.
std::string header_text(const std::string& text, const Style& style);
std::string header_addresses(const std::vector<Person>& people, const Style& style);

std::string with_crlf(const std::string& text);
std::string html_of(const std::string& text); // paragraphs of plain text
std::string quoted(const std::string& text);  // "> …"
std::string file_name_parameter(const std::string& parameter, const std::string& name, const Style& style);

struct Letter {
    std::int64_t at = 0; // seconds UTC
    std::string id;      // without < >
    Person from;
    std::vector<Person> to, cc;
    std::string subject;
    std::string text; // plain, for replies to quote
    std::vector<std::string> references;
    std::vector<std::string> fields; // further ones, whole lines without CRLF
    bool to_list = false;            // every account that takes part gets it
    std::string bytes;               // the message
};

// The header of `letter` and the entity as `letter.bytes`.
void finish(Letter& letter, const std::string& entity, const Style& style);

std::string date_field(std::int64_t at); // in the time of Paris
std::string new_id(Random& random, const std::string& domain);

} // namespace facteur::generate
