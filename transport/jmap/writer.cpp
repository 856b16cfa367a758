#include "transport/jmap/writer.h"

#include <cstring>

namespace facteur::jmap {
namespace {

constexpr std::uint64_t ones = 0x0101010101010101ull;
constexpr std::uint64_t highs = ones * 0x80;

// Whether one of eight octets is a control character, a quote or a backslash. May say yes too often (an
// octet after such a one), never no too often.
bool needs_escape(std::uint64_t word) {
    const auto quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');
    const auto found =
        ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash);
    return (found & highs) != 0;
}

// The length of the front of `text` that can be copied as it is.
std::size_t plain_prefix(std::string_view text) {
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + at, sizeof word);
        if (needs_escape(word)) break;
    }
    for (; at < text.size(); ++at) {
        const auto c = static_cast<std::uint8_t>(text[at]);
        if (c < 0x20 || c == '"' || c == '\\') break;
    }
    return at;
}

void append_escaped(char c, std::string& out) {
    switch (c) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    default: {
        constexpr char digits[] = "0123456789abcdef";
        const auto octet = static_cast<std::uint8_t>(c);
        out.append("\\u00");
        out.push_back(digits[octet >> 4]);
        out.push_back(digits[octet & 15]);
    }
    }
}

} // namespace

void Writer::quoted(std::string_view text) {
    out_.push_back('"');
    for (;;) {
        const auto plain = plain_prefix(text);
        out_.append(text.substr(0, plain));
        if (plain == text.size()) break;
        append_escaped(text[plain], out_);
        text.remove_prefix(plain + 1);
    }
    out_.push_back('"');
}

Writer& Writer::value(const Value& parsed) {
    using Type = simdjson::dom::element_type;
    switch (parsed.type()) {
    case Type::OBJECT: return value(*as_object(parsed));
    case Type::ARRAY: {
        const auto array = *as_array(parsed);
        begin_array();
        for (const Value item : array)
            value(item);
        return end_array();
    }
    case Type::STRING: return value(*as_string(parsed));
    case Type::BOOL: return value(*as_boolean(parsed));
    case Type::NULL_VALUE: return null();
    case Type::INT64: return value(*as_integer(parsed));
    case Type::UINT64: return value(parsed.get_uint64().value_unsafe());
    case Type::DOUBLE: return number(parsed.get_double().value_unsafe());
    }
    return *this;
}

Writer& Writer::value(const Object& parsed) {
    begin_object();
    for (const auto [name, item] : parsed)
        key(name).value(Value(item));
    return end_object();
}

Writer& Writer::number(double exact) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, exact).ptr;
    return raw({digits, end});
}

std::string to_json(const Value& value) {
    std::string json;
    Writer(json).value(value);
    return json;
}
std::string to_json(const Object& object) {
    std::string json;
    Writer(json).value(object);
    return json;
}

} // namespace facteur::jmap
