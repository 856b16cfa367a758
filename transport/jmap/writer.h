// JSON as it goes out: appended straight to the answer's buffer, without a tree in between.
//
//     Writer w(out);
//     w.begin_object();
//     w.member("id", "m1");
//     w.key("list").begin_array();
//     …
//     w.end_array().end_object();
//
// Commas are set by the writer; nesting is the caller's. Strings must be valid UTF-8 (what comes out of the
// store and of transport/mime is); they are escaped as RFC 8259 §7 asks and no further. Integers beyond
// 2^53 are written as they are. One thread at a time.
#pragma once

#include "transport/jmap/value.h"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace facteur::jmap {

// RFC 8259 §7.
constexpr bool needs_escape(char c) {
    return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\';
}

// A name that stands in the program: looked at by the compiler, copied as it is.
class Name {
public:
    template <std::size_t size>
    consteval Name(const char (&text)[size]) : text_(text, size - 1) {
        if (std::any_of(text_.begin(), text_.end(), needs_escape)) throw "a name that needs an escape";
    }
    [[nodiscard]] constexpr std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

// Any other.
template <typename Text>
concept NameInHand = !std::is_array_v<Text> && std::convertible_to<const Text&, std::string_view>;

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    Writer& begin_object() { return open('{'); }
    Writer& end_object() { return close('}'); }
    Writer& begin_array() { return open('['); }
    Writer& end_array() { return close(']'); }

    Writer& key(Name name) {
        auto at = grow(name.text().size() + 3 + (comma_ ? 1 : 0));
        if (comma_) *at++ = ',';
        *at++ = '"';
        at = std::copy(name.text().begin(), name.text().end(), at);
        *at++ = '"';
        *at = ':';
        comma_ = false;
        return *this;
    }
    Writer& key(const NameInHand auto& name) {
        quoted(comma_ ? "," : "", name, ":");
        comma_ = false;
        return *this;
    }

    Writer& value(std::string_view text) {
        quoted(comma_ ? "," : "", text, "");
        comma_ = true;
        return *this;
    }
    Writer& value(const std::string& text) { return value(std::string_view(text)); }
    Writer& value(const char* text) { return value(std::string_view(text)); }
    Writer& value(bool truth) { return raw(truth ? "true" : "false"); }
    template <std::integral Number>
    Writer& value(Number number) {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        return raw({digits, end});
    }
    Writer& value(const Value& parsed);
    Writer& value(const Object& parsed);
    Writer& number(double exact); // in the shortest form that reads back the same
    Writer& null() { return raw("null"); }
    Writer& raw(std::string_view json) { // a whole JSON value
        if (comma_) out_.push_back(',');
        comma_ = true;
        out_.append(json);
        return *this;
    }

    template <typename T>
    Writer& member(Name name, const T& content) {
        return key(name).value(content);
    }
    template <typename T>
    Writer& member(const NameInHand auto& name, const T& content) {
        return key(name).value(content);
    }
    // Null when empty.
    Writer& member_or_null(Name name, std::string_view text) {
        return text.empty() ? key(name).null() : key(name).value(text);
    }

    [[nodiscard]] std::string& out() { return out_; }

private:
    Writer& open(char bracket) {
        if (comma_) out_.push_back(',');
        out_.push_back(bracket);
        comma_ = false;
        return *this;
    }
    Writer& close(char bracket) {
        out_.push_back(bracket);
        comma_ = true;
        return *this;
    }
    // Room for so many octets more, in one step: an answer is short texts for the most part, and each growth
    // costs more than its octets.
    char* grow(std::size_t octets) {
        const auto begun = out_.size();
        out_.resize(begun + octets);
        return out_.data() + begun;
    }
    // The text as a JSON string between the two.
    void quoted(std::string_view before, std::string_view text, std::string_view after);

    std::string& out_;
    bool comma_ = false;
};

std::string to_json(const Value& value);
std::string to_json(const Object& object);

} // namespace facteur::jmap
