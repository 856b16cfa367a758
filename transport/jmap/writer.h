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

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace facteur::jmap {

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    Writer& begin_object() { return open('{'); }
    Writer& end_object() { return close('}'); }
    Writer& begin_array() { return open('['); }
    Writer& end_array() { return close(']'); }

    Writer& key(std::string_view name) {
        if (comma_) out_.push_back(',');
        quoted(name);
        out_.push_back(':');
        comma_ = false;
        return *this;
    }

    Writer& value(std::string_view text) {
        before();
        quoted(text);
        return *this;
    }
    Writer& value(const std::string& text) { return value(std::string_view(text)); }
    Writer& value(const char* text) { return value(std::string_view(text)); }
    Writer& value(bool truth) { return raw(truth ? "true" : "false"); }
    template <std::integral Number>
    Writer& value(Number number) {
        before();
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        out_.append(digits, end);
        return *this;
    }
    Writer& value(const Value& parsed);
    Writer& value(const Object& parsed);
    Writer& number(double exact); // in the shortest form that reads back the same
    Writer& null() { return raw("null"); }
    Writer& raw(std::string_view json) { // a whole JSON value
        before();
        out_.append(json);
        return *this;
    }

    template <typename T>
    Writer& member(std::string_view name, const T& content) {
        return key(name).value(content);
    }
    // Null when empty.
    Writer& member_or_null(std::string_view name, std::string_view text) {
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
    void before() {
        if (comma_) out_.push_back(',');
        comma_ = true;
    }
    void quoted(std::string_view text);

    std::string& out_;
    bool comma_ = false;
};

std::string to_json(const Value& value);
std::string to_json(const Object& object);

} // namespace facteur::jmap
