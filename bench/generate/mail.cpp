#include "bench/generate/mail.h"

#include "bench/generate/charset.h"
#include "transport/mime/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace facteur::generate {
namespace {

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string lines_of_76(const std::string& base64) {
    std::string out;
    for (std::size_t at = 0; at < base64.size(); at += 76)
        out += base64.substr(at, 76) + "\r\n";
    return out;
}

std::string q_word(std::string_view octets) {
    std::string out;
    for (const char c : octets) {
        if (c == ' ')
            out += '_';
        else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            out += c;
        else
            out += fmt::format("={:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string percent(std::string_view octets) {
    std::string out;
    for (const char c : octets) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
            c == '-' || c == '_')
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string header_charset(const Style& style) {
    return style.charset == "utf-7" || style.charset == "us-ascii" ? "utf-8" : style.charset;
}

// Whole characters, so that each word can be decoded alone.
std::string encoded_words(std::string_view text, const Style& style) {
    const std::string charset = header_charset(style);
    std::string out;
    while (!text.empty()) {
        std::size_t size = std::min<std::size_t>(text.size(), style.words_in_base64 ? 33 : 16);
        while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
            ++size;
        const std::string octets = encoded(text.substr(0, size), charset);
        out += (out.empty() ? "" : "\r\n ") +
               fmt::format("=?{}?{}?{}?=", charset, style.words_in_base64 ? 'B' : 'Q',
                           style.words_in_base64 ? mime::base64_encode(octets) : q_word(octets));
        text.remove_prefix(size);
    }
    return out;
}

bool in_summer(std::int64_t at) {
    using namespace std::chrono;
    const auto days = floor<std::chrono::days>(sys_seconds{seconds{at}});
    const auto year = year_month_day{days}.year();
    const auto change = [&](month m) { return sys_seconds{sys_days{year / m / Sunday[last]}} + hours{1}; };
    const auto now = sys_seconds{seconds{at}};
    return now >= change(March) && now < change(October);
}

} // namespace

Style random_style(Random& random) {
    struct Program {
        const char* field;
        const char* charset;
        TextEncoding encoding;
        bool base64;
        NameForm names;
        bool html;
    };
    static const std::vector<Program> programs = {
        {"User-Agent: Mozilla Thunderbird", "utf-8", TextEncoding::eight_bit, true, NameForm::extended,
         false},
        {"User-Agent: Mozilla Thunderbird", "utf-8", TextEncoding::quoted_printable, true, NameForm::extended,
         true},
        {"X-Mailer: Microsoft Outlook 16.0", "utf-8", TextEncoding::base64, true, NameForm::encoded_word,
         true},
        {"X-Mailer: Microsoft Outlook 14.0", "iso-8859-1", TextEncoding::quoted_printable, false,
         NameForm::encoded_word, true},
        {"X-Mailer: Microsoft Outlook Express 6.00.2900.5931", "windows-1252", TextEncoding::quoted_printable,
         true, NameForm::encoded_word, true},
        {"X-Mailer: Zimbra 8.8.15 (ZimbraWebClient)", "utf-8", TextEncoding::quoted_printable, false,
         NameForm::encoded_word, true},
        {"User-Agent: Roundcube Webmail/1.6.5", "utf-8", TextEncoding::quoted_printable, false,
         NameForm::in_pieces, false},
        {"X-Mailer: Apple Mail (2.3774)", "windows-1252", TextEncoding::quoted_printable, false,
         NameForm::extended, false},
        {"X-Mailer: iPhone Mail (21D61)", "utf-8", TextEncoding::base64, false, NameForm::in_pieces, false},
        {"User-Agent: SquirrelMail/1.4.22", "iso-8859-1", TextEncoding::eight_bit, false, NameForm::eight_bit,
         false},
        {"X-Mailer: Lotus Notes 8.5", "iso-8859-15", TextEncoding::base64, true, NameForm::extended, false},
        {"X-Mailer: Convergence", "iso-8859-15", TextEncoding::quoted_printable, false, NameForm::in_pieces,
         false},
        {"", "us-ascii", TextEncoding::eight_bit, false, NameForm::extended, false},
        {"X-Mailer: Courrier 1.0", "utf-7", TextEncoding::eight_bit, true, NameForm::extended, false}};
    const auto& program = random.chance(2) ? programs.back() : programs[random.below(programs.size() - 1)];
    return {program.field, program.charset, program.encoding, program.base64, program.names, program.html};
}

std::string with_crlf(const std::string& text) {
    std::string out;
    for (const char c : text)
        out += c == '\n' ? "\r\n" : std::string(1, c);
    return out;
}

std::string text_entity(const std::string& subtype, const std::string& text, const Style& style) {
    const std::string octets = encoded(with_crlf(text), style.charset);
    const std::string type = fmt::format(
        "Content-Type: text/{}; charset={}{}\r\n", subtype, style.charset,
        subtype == "plain" && style.program.find("Thunderbird") != std::string::npos ? "; format=flowed"
                                                                                     : "");
    if (is_ascii(octets)) return type + "Content-Transfer-Encoding: 7bit\r\n\r\n" + octets;
    switch (style.encoding) {
    case TextEncoding::base64:
        return type + "Content-Transfer-Encoding: base64\r\n\r\n" + lines_of_76(mime::base64_encode(octets));
    case TextEncoding::quoted_printable:
        return type + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
               mime::quoted_printable_encode(octets);
    case TextEncoding::eight_bit: break;
    }
    return type + "Content-Transfer-Encoding: 8bit\r\n\r\n" + octets;
}

std::string file_name_parameter(const std::string& parameter, const std::string& name, const Style& style) {
    if (is_ascii(name)) return fmt::format("; {}=\"{}\"", parameter, name);
    const std::string charset = header_charset(style);
    switch (style.names) {
    case NameForm::extended:
        return fmt::format(";\r\n {}*={}''{}", parameter, charset, percent(encoded(name, charset)));
    case NameForm::encoded_word: return fmt::format(";\r\n {}=\"{}\"", parameter, encoded_words(name, style));
    case NameForm::eight_bit: return fmt::format("; {}=\"{}\"", parameter, encoded(name, charset));
    case NameForm::in_pieces: break;
    }
    // Cut anywhere between octets, as programs do: also within a character.
    const std::string octets = encoded(name, charset);
    std::string out;
    for (std::size_t at = 0, piece = 0; at < octets.size(); at += 11, ++piece)
        out += fmt::format(";\r\n {}*{}*={}{}", parameter, piece, piece == 0 ? charset + "''" : "",
                           percent(octets.substr(at, 11)));
    return out;
}

std::string file_entity(const File& file, const Style& style, const std::string& disposition,
                        const std::string& content_id) {
    std::string out = "Content-Type: " + file.type + file_name_parameter("name", file.name, style) + "\r\n";
    out += "Content-Disposition: " + disposition + file_name_parameter("filename", file.name, style) + "\r\n";
    if (!content_id.empty()) out += "Content-ID: <" + content_id + ">\r\n";
    return out + "Content-Transfer-Encoding: base64\r\n\r\n" + lines_of_76(mime::base64_encode(file.bytes));
}

std::string message_entity(const std::string& message) {
    return "Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + message;
}

std::string multipart(const std::string& subtype, const std::vector<std::string>& entities, Random& random,
                      const std::string& parameters) {
    const std::string boundary =
        fmt::format("------------{:016X}{:08X}", random.next(), random.below(1U << 31));
    std::string out = fmt::format("Content-Type: multipart/{}{};\r\n boundary=\"{}\"\r\n\r\n", subtype,
                                  parameters, boundary);
    if (random.chance(30)) out += "This is a multi-part message in MIME format.\r\n";
    for (const auto& entity : entities)
        out += "--" + boundary + "\r\n" + entity + "\r\n";
    return out + "--" + boundary + "--\r\n";
}

std::string header_text(const std::string& text, const Style& style) {
    if (!is_ascii(text)) return encoded_words(text, style);
    std::string out = wrapped(text, 66);
    for (std::size_t at = 0; (at = out.find('\n', at)) != std::string::npos; at += 3)
        out.replace(at, 1, "\r\n ");
    return out;
}

std::string header_addresses(const std::vector<Person>& people, const Style& style) {
    std::string out;
    for (const auto& person : people) {
        if (!out.empty()) out += ",\r\n ";
        const std::string name = person.first.empty() ? person.last : person.name();
        if (name.empty() || name == person.address)
            out += person.address;
        else if (!is_ascii(name))
            out += encoded_words(name, style) + " <" + person.address + ">";
        else if (name.find_first_of("(),.:;<>@[]&'") != std::string::npos)
            out += "\"" + name + "\" <" + person.address + ">";
        else
            out += name + " <" + person.address + ">";
    }
    return out;
}

std::string html_of(const std::string& text) {
    std::string out = "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html\"></head><body><p>";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && i + 1 < text.size() && text[i + 1] == '\n') {
            out += "</p>\n<p>";
            ++i;
        } else if (text[i] == '\n') {
            out += "<br>\n";
        } else if (text[i] == '<') {
            out += "&lt;";
        } else if (text[i] == '&') {
            out += "&amp;";
        } else {
            out += text[i];
        }
    }
    return out + "</p></body></html>\n";
}

std::string quoted(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = text.substr(at, end - at);
        if (line == "-- ") break;
        out += (line.starts_with('>') ? ">" : line.empty() ? ">" : "> ") + line + "\n";
        at = end + 1;
    }
    return out;
}

std::string date_field(std::int64_t at) {
    return mime::write_date({at, in_summer(at) ? 120 : 60});
}

std::string new_id(Random& random, const std::string& domain) {
    return mime::message_id([&random] { return random.next(); }, domain);
}

void finish(Letter& letter, const std::string& entity, const Style& style) {
    std::string out;
    for (const auto& field : letter.fields)
        if (field.starts_with("Received:")) out += field + "\r\n";
    out += "Date: " + date_field(letter.at) + "\r\nFrom: " + header_addresses({letter.from}, style) + "\r\n";
    if (!letter.to.empty()) out += "To: " + header_addresses(letter.to, style) + "\r\n";
    if (!letter.cc.empty()) out += "Cc: " + header_addresses(letter.cc, style) + "\r\n";
    out += "Subject: " + header_text(letter.subject, style) + "\r\nMessage-ID: <" + letter.id + ">\r\n";
    if (!letter.references.empty()) {
        out += "In-Reply-To: <" + letter.references.back() + ">\r\nReferences:";
        for (const auto& reference : letter.references)
            out += (&reference == &letter.references.front() ? " <" : "\r\n <") + reference + ">";
        out += "\r\n";
    }
    for (const auto& field : letter.fields)
        if (!field.starts_with("Received:")) out += field + "\r\n";
    if (!style.program.empty()) out += style.program + "\r\n";
    letter.bytes = out + "MIME-Version: 1.0\r\n" + entity;
}

} // namespace facteur::generate
