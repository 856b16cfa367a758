#include "transport/mime/fold.h"

#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"
#include "transport/mime/utf8.h"
#include "transport/mime/write.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace facteur::mime {
namespace {

constexpr std::string_view word_begin_b = "=?utf-8?B?", word_begin_q = "=?utf-8?Q?";
constexpr std::size_t longest_encoded_word = 75; // RFC 2047 §2
constexpr std::size_t word_frame = 12;           // of word_begin and "?="
constexpr std::size_t least_room = 24;           // for a useful encoded word
constexpr std::size_t most_spaces = 60;          // that stand as they are

void append_escape(std::string& out, char mark, char c) {
    const auto octet = static_cast<unsigned char>(c);
    out += mark;
    out += hex_digits[octet >> 4];
    out += hex_digits[octet & 15];
}

// RFC 2047 §5 (3): what may stand as it is in a word of a phrase.
bool is_plain_in_q(char c) {
    return is_alpha(c) || is_digit(c) || c == '!' || c == '*' || c == '+' || c == '-' || c == '/';
}

std::size_t q_size(std::string_view text) {
    std::size_t size = 0;
    for (const char c : text)
        size += is_plain_in_q(c) || c == ' ' ? 1 : 3;
    return size;
}

std::string q_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == ' ')
            out += '_';
        else if (is_plain_in_q(c))
            out += c;
        else
            append_escape(out, '=', c);
    }
    return out;
}

// The longest beginning of whole characters whose encoded form has `room`; at least one character.
std::size_t fitting(std::string_view text, bool base64, std::size_t room) {
    std::size_t octets = 0, size = 0;
    while (octets < text.size()) {
        const auto next = utf8_sequence(text, octets).size;
        size = base64 ? (octets + next + 2) / 3 * 4 : size + q_size(text.substr(octets, next));
        if (octets > 0 && size > room) break;
        octets += next;
    }
    return octets;
}

// Characters as encoded words, each of which can be decoded alone (RFC 2047 §5).
void add_encoded(FoldedField& field, std::string_view text) {
    const bool base64 = (text.size() + 2) / 3 * 4 < q_size(text);
    while (!text.empty()) {
        if (field.room() < least_room) field.break_line();
        const std::size_t room = std::min(field.room(), longest_encoded_word) - word_frame;
        const auto taken = text.substr(0, fitting(text, base64, room));
        field.add(std::string(base64 ? word_begin_b : word_begin_q) +
                  (base64 ? base64_encode(taken) : q_encoded(taken)) + "?=");
        text.remove_prefix(taken.size());
    }
}

struct SpacedWord {
    std::string_view white, word;
    bool encode = false;
};

SpacedWord take_word(std::string_view& rest) {
    const auto begin = std::min(rest.find_first_not_of(' '), rest.size());
    const auto end = std::min(rest.find(' ', begin), rest.size());
    const SpacedWord out{rest.substr(0, begin), rest.substr(begin, end - begin)};
    rest.remove_prefix(end);
    return out;
}

// White space at either end of a text is lost unless it is encoded, with a word.
std::vector<SpacedWord> split(std::string_view text, bool utf8_headers) {
    std::vector<SpacedWord> words;
    while (!text.empty()) {
        SpacedWord word = take_word(text);
        word.encode = word.word.empty() || word.word.size() > longest_word ||
                      word.white.size() > most_spaces || (!utf8_headers && !is_ascii(word.word)) ||
                      word.word.find("=?") != std::string_view::npos ||
                      (words.empty() && !word.white.empty());
        if (word.word.empty() && !words.empty()) words.back().encode = true;
        words.push_back(word);
    }
    return words;
}

bool is_atom_text(char c) {
    return is_alpha(c) || is_digit(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_plain_phrase(std::string_view text) {
    if (text.empty() || text.front() == ' ' || text.back() == ' ' ||
        text.find("  ") != std::string_view::npos)
        return false;
    return text.find("=?") == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || is_atom_text(c); });
}

bool is_token_text(char c) {
    return c > ' ' && c < 127 && std::string_view("()<>@,;:\\\"/[]?=*'%").find(c) == std::string_view::npos;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

bool has_long_word(std::string_view text) {
    std::size_t word = 0;
    return std::any_of(text.begin(), text.end(),
                       [&word](char c) { return (word = c == ' ' ? 0 : word + 1) > longest_word / 2; });
}

} // namespace

bool is_writable(std::string_view text) {
    return is_valid_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) < ' ' || c == 127;
           });
}

void add_text(FoldedField& field, std::string_view text, bool utf8_headers) {
    auto words = split(text, utf8_headers);
    for (std::size_t i = 0; i < words.size();) {
        if (!words[i].encode) {
            field.add(words[i].word, i == 0 ? " " : words[i].white);
            ++i;
            continue;
        }
        // A run of words is encoded with the white space between them, which would be lost.
        const char* const begin = words[i].white.data();
        const bool first = i == 0;
        while (i < words.size() && words[i].encode)
            ++i;
        const auto& last = words[i - 1].word;
        const std::string_view run(begin, static_cast<std::size_t>(last.data() + last.size() - begin));
        add_encoded(field, run.substr(first ? 0 : 1));
    }
}

void add_phrase(FoldedField& field, std::string_view text, bool utf8_headers) {
    if (is_plain_phrase(text)) {
        while (!text.empty())
            field.add(take_word(text).word);
    } else if ((is_ascii(text) || utf8_headers) && text.find("=?") == std::string_view::npos &&
               !has_long_word(text) && text.find(std::string(most_spaces, ' ')) == std::string_view::npos) {
        const std::string whole = quoted(text);
        std::string_view rest = whole;
        bool first = true;
        while (!rest.empty()) {
            const auto word = take_word(rest);
            field.add(word.word, first ? " " : word.white);
            first = false;
        }
    } else {
        add_encoded(field, text);
    }
}

void add_parameter(FoldedField& field, std::string_view name, std::string_view value) {
    field.append(";");
    const bool plain = is_ascii(value) && value.find("=?") == std::string_view::npos && value.size() <= 60;
    if (plain && !value.empty() && std::all_of(value.begin(), value.end(), is_token_text)) {
        field.add(std::string(name) + "=" + std::string(value));
        return;
    }
    if (plain) {
        field.add(std::string(name) + "=" + quoted(value));
        return;
    }
    constexpr std::size_t most = 54; // octets of a piece
    std::vector<std::string> pieces{""};
    for (std::size_t at = 0; at < value.size();) {
        const auto size = utf8_sequence(value, at).size;
        std::string character;
        for (const char c : value.substr(at, size)) {
            if (is_token_text(c))
                character += c;
            else
                append_escape(character, '%', c);
        }
        if (pieces.back().size() + character.size() > most) pieces.emplace_back();
        pieces.back() += character;
        at += size;
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (i > 0) field.append(";");
        const std::string section = pieces.size() == 1 ? "" : "*" + std::to_string(i);
        field.add(std::string(name) + section + "*=" + (i == 0 ? "utf-8''" : "") + pieces[i]);
    }
}

} // namespace facteur::mime
