#include "transport/mime/ascii.h"
#include "transport/mime/body.h"
#include "transport/mime/html_text.h"
#include "transport/mime/utf8.h"

#include <algorithm>
#include <array>

namespace facteur::mime {
namespace {

constexpr std::size_t most_characters = 256; // RFC 8621 §4.1.4
constexpr std::size_t most_plain = 16384;    // octets of a plain part that are looked at
constexpr std::size_t first_look = 2048;     // of them at first: as a rule enough
constexpr std::size_t most_html = 262144;    // newsletters begin with that much of style
constexpr std::size_t most_parts = 4;

bool starts_with_any(std::string_view line, std::initializer_list<std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return has_prefix_text(line, beginning); });
}

bool is_quoted(std::string_view line) {
    return line.starts_with('>') || line.starts_with("|>");
}
bool is_signature(std::string_view line) {
    return line == "-- " || line == "--";
}

// The line over a forwarded or answered message, as Outlook and others write it.
bool is_original_mark(std::string_view line) {
    if (line.size() > 100) return false;
    if (line.size() > 20 && line.find_first_not_of('_') == std::string_view::npos) return true;
    return starts_with_any(line, {"-----original message", "----- original message", "-----message d'origine",
                                  "----- message d'origine", "-----message original", "----- mail original",
                                  "-----ursprüngliche nachricht"});
}

// "Le lun. 3 nov. 2025 à 10:00, Anne Martin <anne@…> a écrit :", which programs break over two lines.
bool begins_introduction(std::string_view line) {
    return starts_with_any(line, {"le ", "on ", "am ", "el ", "il ", "em ", "op ", "den "});
}

// Lines of the text as its writer's own words: quotes, what introduces them and the signature left out. Where
// the text goes on, its last lines may be cut, or introduce what is quoted: they are left out too.
std::string own_words(std::string_view text, bool goes_on = false) {
    constexpr std::size_t uncertain = 3;
    std::vector<std::string_view> kept;
    bool after_quote = false;
    for (std::size_t at = 0; at < text.size();) {
        const Line line = line_at(text, at);
        const auto words = line.of(text);
        at = line.next;
        if (is_signature(words) || is_original_mark(words)) break;
        const auto content = trimmed(words);
        if (content.empty()) continue;
        if (!is_quoted(content)) {
            kept.push_back(content);
            after_quote = false;
            continue;
        }
        if (after_quote) continue;
        after_quote = true;
        if (!kept.empty() && kept.back().ends_with(':')) {
            const bool whole = begins_introduction(kept.back());
            kept.pop_back();
            if (!whole && !kept.empty() && begins_introduction(kept.back())) kept.pop_back();
        }
    }
    if (goes_on) kept.resize(kept.size() - std::min(kept.size(), uncertain));
    std::string out;
    for (const auto line : kept) {
        out += line;
        out += '\n';
    }
    return out;
}

// Characters that take no place: newsletters pad their previews with them.
bool is_invisible(std::string_view character) {
    constexpr std::array<std::string_view, 10> invisible = {
        "\xC2\xAD",     "\xCD\x8F",     "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D",
        "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x81\xA0", "\xE1\xA0\x8E", "\xEF\xBB\xBF"};
    return std::find(invisible.begin(), invisible.end(), character) != invisible.end();
}

// `is_full`: it has all the characters that a preview may have.
std::string one_line(std::string_view text, bool* is_full = nullptr) {
    std::string out;
    std::size_t characters = 0;
    bool space = false;
    for (std::size_t at = 0; at < text.size() && characters < most_characters;) {
        const auto size = utf8_sequence(text, at).size;
        const auto character = text.substr(at, size);
        at += size;
        const bool control =
            size == 1 && (static_cast<unsigned char>(character[0]) <= ' ' || character[0] == 127);
        if (control || character == "\xC2\xA0") {
            space = !out.empty();
            continue;
        }
        if (is_invisible(character)) continue;
        if (space) {
            if (++characters == most_characters) break;
            out += ' ';
            space = false;
        }
        out += character;
        ++characters;
    }
    if (is_full != nullptr) *is_full = characters >= most_characters;
    return out;
}

std::string preview_of_plain(const TextPart& part, bool with_quotes) {
    const auto [text, problem, goes_on] = body_value(part, first_look);
    bool is_full = false;
    auto found = one_line(with_quotes ? text : own_words(text, goes_on), &is_full);
    if (is_full || !goes_on) return found;
    const std::string more = body_value(part, most_plain).value;
    return one_line(with_quotes ? more : own_words(more));
}

std::string preview_of_html(const TextPart& part, bool with_quotes) {
    const std::string html = body_value(part, most_html).value;
    const std::string text = html_text(html, {most_plain, !with_quotes});
    return one_line(with_quotes ? text : own_words(text));
}

} // namespace

std::string preview(std::string_view bytes, const Message& message, const BodyLists& lists) {
    // Text that RFC 8621 calls an attachment (text/enriched and the like) comes last.
    auto indices = lists.text;
    indices.insert(indices.end(), lists.attachments.begin(), lists.attachments.end());
    for (const bool with_quotes : {false, true}) {
        std::size_t looked_at = 0;
        for (const std::uint32_t index : indices) {
            const Part& part = message.parts[index];
            if (part.type != "text" || part.disposition == "attachment" || !part.name.empty()) continue;
            if (++looked_at > most_parts) break;
            const TextPart text = text_part(bytes, part);
            const bool marked_up =
                part.subtype == "html" || part.subtype == "enriched" || part.subtype == "richtext";
            std::string found =
                marked_up ? preview_of_html(text, with_quotes) : preview_of_plain(text, with_quotes);
            if (!found.empty()) return found;
        }
    }
    return {};
}

} // namespace facteur::mime
