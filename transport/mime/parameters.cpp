#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace facteur::mime {
namespace {

// More than any real field has; what comes after is dropped.
constexpr std::size_t most_pieces = 2000;

// One `name*0*=value` as it was written.
struct Piece {
    std::string name; // lower case, without marks
    std::uint32_t section = 0;
    bool continued = false; // has a section number
    bool extended = false;  // ends in "*": percent encoding
    std::string value;      // octets, quotes removed
};

class Reader {
public:
    explicit Reader(std::string_view value) : rest_(value) {}

    bool done() const { return rest_.empty(); }
    char peek() const { return rest_.front(); }
    void skip() { rest_.remove_prefix(1); }

    void skip_white() {
        while (!rest_.empty()) {
            if (is_space(peek()))
                skip();
            else if (peek() == '(')
                skip_comment();
            else
                return;
        }
    }

    // Up to one of `stops` (which stays), comments and white space left out.
    std::string token(std::string_view stops) {
        std::string out;
        while (true) {
            skip_white();
            if (done() || stops.find(peek()) != std::string_view::npos) return out;
            out += peek();
            skip();
        }
    }

    // "text/plain charset=…" is seen without its semicolon: the value ends before a name and "=".
    std::string value() {
        std::string out;
        while (true) {
            const auto before = rest_.size();
            skip_white();
            if (done() || peek() == ';') return out;
            if (before != rest_.size() && !out.empty() && at_parameter()) return out;
            out += to_lower(peek());
            skip();
        }
    }

    std::string parameter_value() {
        skip_white();
        if (done()) return {};
        if (peek() == '"') return quoted();
        return unquoted();
    }

private:
    bool at_parameter() const {
        const auto end = rest_.find_first_of("= \t\r\n;\"/");
        return end != std::string_view::npos && end > 0 && rest_[end] == '=';
    }

    void skip_comment() {
        std::size_t depth = 0, i = 0;
        for (; i < rest_.size(); ++i) {
            if (rest_[i] == '\\')
                ++i;
            else if (rest_[i] == '(')
                ++depth;
            else if (rest_[i] == ')' && --depth == 0)
                break;
        }
        rest_.remove_prefix(std::min(i + 1, rest_.size()));
    }

    // Up to the semicolon, or the next parameter where that is missing. May hold spaces, which real mail has
    // in file names; a comment after it is left out, as in `us-ascii (plain text)`.
    std::string unquoted() {
        std::string out;
        while (!done() && peek() != ';') {
            if (!is_space(peek())) {
                out += peek();
                skip();
                continue;
            }
            const auto end = rest_.find_first_not_of(" \t\r\n");
            const auto white = rest_.substr(0, end);
            rest_.remove_prefix(white.size());
            if (done() || peek() == ';' || at_parameter()) break;
            if (peek() == '(')
                skip_comment();
            else
                out += white;
        }
        return out;
    }

    // Only `\"` and `\\` are escapes: paths of Windows stand unescaped in real mail.
    std::string quoted() {
        std::string out;
        std::size_t i = 1;
        for (; i < rest_.size() && rest_[i] != '"'; ++i) {
            if (rest_[i] == '\\' && i + 1 < rest_.size() && (rest_[i + 1] == '"' || rest_[i + 1] == '\\'))
                ++i;
            out += rest_[i];
        }
        rest_.remove_prefix(std::min(i + 1, rest_.size()));
        return out;
    }

    std::string_view rest_;
};

// "name*1*": the marks of RFC 2231 §3 and §4.
Piece piece_named(std::string name) {
    Piece piece;
    if (name.ends_with('*')) {
        piece.extended = true;
        name.pop_back();
    }
    if (const auto star = name.rfind('*'); star != std::string::npos) {
        const std::string_view digits = std::string_view(name).substr(star + 1);
        if (!digits.empty() && digits.size() <= 6 && std::all_of(digits.begin(), digits.end(), is_digit)) {
            piece.continued = true;
            for (const char c : digits)
                piece.section = piece.section * 10 + static_cast<std::uint32_t>(c - '0');
            name.resize(star);
        }
    }
    piece.name = std::move(name);
    return piece;
}

void append_percent(std::string& out, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
}

std::string without_line_ends(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (is_line_end(value[i])) continue;
        const bool fold = i > 0 && is_line_end(value[i - 1]);
        out += fold && value[i] == '\t' ? ' ' : value[i];
    }
    return out;
}

std::string plain_value(std::string_view value) {
    if (value.find("=?") != std::string_view::npos) return decode_words(value);
    return guess_utf8(without_line_ends(value));
}

// The value of a parameter from its pieces, in order of their sections.
std::string joined_value(const std::vector<const Piece*>& pieces) {
    std::string charset, octets;
    bool extended = false;
    for (const Piece* piece : pieces) {
        std::string value = without_line_ends(piece->value);
        if (!piece->extended) {
            octets += value;
            continue;
        }
        std::string_view encoded = value;
        if (piece == pieces.front()) {
            const auto first = encoded.find('\'');
            const auto second = first == std::string_view::npos ? first : encoded.find('\'', first + 1);
            if (second != std::string_view::npos) {
                charset = encoded.substr(0, first);
                encoded.remove_prefix(second + 1);
            }
        }
        extended = true;
        append_percent(octets, encoded);
    }
    return extended ? to_utf8(octets, charset).text : plain_value(octets);
}

// Which of the forms of one parameter counts (RFC 6266 §4.3): `name*`, `name*0…`, `name`.
unsigned rank(const Piece& piece) {
    return piece.continued ? 1 : piece.extended ? 0 : 2;
}

// Takes pieces of one name, by rank, section and place.
Parameter parameter_of(const std::vector<const Piece*>& same) {
    const Piece& first = *same.front();
    if (rank(first) == 2) return {first.name, plain_value(first.value)};
    std::vector<const Piece*> counting{&first};
    for (const Piece* piece : same)
        if (first.continued && piece->continued && piece->section != counting.back()->section)
            counting.push_back(piece);
    return {first.name, joined_value(counting)};
}

std::vector<Parameter> join(const std::vector<Piece>& pieces) {
    std::vector<const Piece*> sorted;
    sorted.reserve(pieces.size());
    for (const Piece& piece : pieces)
        sorted.push_back(&piece);
    std::sort(sorted.begin(), sorted.end(), [](const Piece* a, const Piece* b) {
        return std::tuple(std::string_view(a->name), rank(*a), a->section, a) <
               std::tuple(std::string_view(b->name), rank(*b), b->section, b);
    });
    std::vector<std::pair<const Piece*, Parameter>> found; // with where it appeared first
    for (std::size_t i = 0; i < sorted.size();) {
        std::vector<const Piece*> same;
        const Piece* place = sorted[i];
        for (const auto& name = sorted[i]->name; i < sorted.size() && sorted[i]->name == name; ++i) {
            same.push_back(sorted[i]);
            place = std::min(place, sorted[i]);
        }
        found.emplace_back(place, parameter_of(same));
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Parameter> out;
    out.reserve(found.size());
    for (auto& entry : found)
        out.push_back(std::move(entry.second));
    return out;
}

} // namespace

Parameterized parse_parameterized(std::string_view value) {
    Reader reader(value);
    Parameterized out;
    out.value = guess_utf8(reader.value());
    std::vector<Piece> pieces;
    while (!reader.done() && pieces.size() < most_pieces) {
        if (reader.peek() == ';') {
            reader.skip();
            continue;
        }
        std::string name = reader.token("=;\"");
        if (reader.done() || reader.peek() == ';') continue;
        if (reader.peek() == '=') reader.skip();
        Piece piece = piece_named(guess_utf8(lowered(name)));
        piece.value = reader.parameter_value();
        if (!piece.name.empty()) pieces.push_back(std::move(piece));
    }
    out.parameters = join(pieces);
    return out;
}

std::string_view parameter(const std::vector<Parameter>& parameters, std::string_view name) {
    for (const auto& parameter : parameters)
        if (parameter.name == name) return parameter.value;
    return {};
}

} // namespace facteur::mime
