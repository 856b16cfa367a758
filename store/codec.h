// The alphabet of every stored form: fixed little-endian integers, varints (LEB128), and strings with their
// length before them. `Reader` never reads past its end: after the first short read it fails for good and
// returns zeros, so that a decoder checks once, at its end.
#pragma once

#include "store/ids.h"

#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace facteur::store {

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            byte(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        byte(static_cast<std::uint8_t>(value));
    }
    // Times and zones may be negative: zigzag.
    void signed_number(std::int64_t value) {
        number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    }
    void string(std::string_view value) {
        number(value.size());
        out_.append(value);
    }
    void raw(std::string_view value) { out_.append(value); }
    void hash(const Hash& value) {
        out_.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
    }

private:
    std::string& out_;
};

class Reader {
public:
    explicit Reader(std::string_view in) : at_(in.data()), end_(in.data() + in.size()) {}

    std::uint8_t byte() {
        if (at_ == end_) return fail(), 0;
        return static_cast<std::uint8_t>(*at_++);
    }
    // Most are below 128.
    [[gnu::always_inline]] std::uint64_t number() {
        if (at_ == end_ || static_cast<std::uint8_t>(*at_) >= 0x80) [[unlikely]]
            return long_number();
        return static_cast<std::uint8_t>(*at_++);
    }
    std::int64_t signed_number() {
        const auto value = number();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
    template <typename Integer>
    Integer narrow() {
        const auto value = number();
        if (value > static_cast<std::uint64_t>(std::numeric_limits<Integer>::max())) return fail(), Integer{};
        return static_cast<Integer>(value);
    }
    bool boolean() {
        const auto value = byte();
        if (value > 1) fail();
        return value == 1;
    }
    [[gnu::always_inline]] std::string_view string() { return raw(number()); }
    [[gnu::always_inline]] std::string_view raw(std::uint64_t size) {
        if (size > left()) [[unlikely]]
            return fail(), std::string_view{};
        const std::string_view value(at_, size);
        at_ += size;
        return value;
    }
    Hash hash() {
        Hash value;
        if (const auto bytes = raw(value.bytes.size()); !bytes.empty())
            std::memcpy(value.bytes.data(), bytes.data(), bytes.size());
        return value;
    }
    // A count of things that take at least `least` octets each: a forged one cannot make the reader allocate
    // more than its input is large.
    std::uint64_t count(std::size_t least = 1) {
        const auto value = number();
        if (value > left() / least) return fail(), 0;
        return value;
    }

    [[nodiscard]] bool failed() const { return failed_; }
    // Everything was read, and nothing was missing.
    [[nodiscard]] bool done() const { return !failed_ && at_ == end_; }
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] const char* at() const { return at_; }

private:
    void fail() {
        failed_ = true;
        at_ = end_;
    }
    [[gnu::noinline]] std::uint64_t long_number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto next = byte();
            if (shift == 63 && next > 1) break;
            value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
            // A last octet of zero would be a second form of the same number.
            if (next < 0x80) return next == 0 && shift > 0 ? (fail(), 0) : value;
        }
        return fail(), 0;
    }

    const char *at_, *end_;
    bool failed_ = false;
};

// Keys hold numbers big-endian.
template <typename Integer>
void append_big(std::string& key, Integer value) {
    for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8)
        key.push_back(static_cast<char>(value >> shift));
}
template <typename Integer>
Integer read_big(std::string_view bytes) {
    Integer value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i)
        value = static_cast<Integer>(value << 8 | static_cast<std::uint8_t>(bytes[i]));
    return value;
}

} // namespace facteur::store
