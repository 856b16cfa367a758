#include "transport/jmap/writer.h"

#include <array>
#include <cstring>

namespace facteur::jmap {
namespace {

// Whether none of as many octets as `Lanes` holds needs an escape.
template <typename Lanes>
bool is_plain(const char* octets) {
    Lanes lanes;
    std::memcpy(&lanes, octets, sizeof lanes);
    const auto found = (lanes < 0x20) | (lanes == '"') | (lanes == '\\');
    std::array<std::uint64_t, sizeof found / sizeof(std::uint64_t)> words;
    std::memcpy(&words, &found, sizeof words);
    std::uint64_t any = 0;
    for (const auto word : words)
        any |= word;
    return any == 0;
}

// The length of the front of `text` that can be copied as it is.
std::size_t plain_prefix(std::string_view text) {
    using Eight [[gnu::vector_size(8)]] = std::uint8_t;
    using Sixteen [[gnu::vector_size(16)]] = std::uint8_t;
    std::size_t at = 0;
    while (at + sizeof(Sixteen) <= text.size() && is_plain<Sixteen>(text.data() + at))
        at += sizeof(Sixteen);
    while (at + sizeof(Eight) <= text.size() && is_plain<Eight>(text.data() + at))
        at += sizeof(Eight);
    while (at < text.size() && !needs_escape(text[at]))
        ++at;
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

void Writer::quoted(std::string_view before, std::string_view text, std::string_view after) {
    auto plain = plain_prefix(text);
    if (plain == text.size()) {
        auto at = grow(before.size() + text.size() + 2 + after.size());
        at = std::copy(before.begin(), before.end(), at);
        *at++ = '"';
        at = std::copy(text.begin(), text.end(), at);
        *at++ = '"';
        std::copy(after.begin(), after.end(), at);
        return;
    }
    out_.append(before).push_back('"');
    for (; plain < text.size(); plain = plain_prefix(text)) {
        out_.append(text.substr(0, plain));
        append_escaped(text[plain], out_);
        text.remove_prefix(plain + 1);
    }
    out_.append(text).append("\"").append(after);
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
