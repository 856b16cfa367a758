// One list of fields per stored struct, from which both its encoder and its decoder are made, so that they
// cannot differ. The lists are in `fields_of_rows.h`. What is stored starts with an octet that says its form:
// form 2 has fields at the end of some lists that form 1 did not have. Only the newest is written, all are
// read.
#pragma once

#include "store/codec.h"
#include "store/rows.h"
#include "store/rows_codec.h"

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace facteur::store {

inline constexpr std::uint8_t newest_form = 2;
inline bool is_form(char octet) {
    return octet >= 1 && octet <= static_cast<char>(newest_form);
}

class Encoder {
public:
    explicit Encoder(std::string& out) : out_(out) {}
    static constexpr std::uint8_t form() { return newest_form; }

    template <typename... Fields>
    void operator()(const Fields&... values) {
        (one(values), ...);
    }

private:
    void one(const std::string& value) { out_.string(value); }
    void one(const Hash& value) { out_.hash(value); }
    void one(const EmailRow& value) { out_.string(encode(value)); }
    template <typename T>
    void one(const std::vector<T>& values) {
        out_.number(values.size());
        for (const auto& value : values)
            one(value);
    }
    template <typename T>
    void one(const std::optional<T>& value) {
        one(value.has_value());
        if (value) one(*value);
    }
    void one(const std::map<std::string, std::string>& values) {
        out_.number(values.size());
        for (const auto& [key, value] : values)
            (*this)(key, value);
    }
    template <typename T>
    void one(const T& value) {
        if constexpr (std::is_same_v<T, bool>)
            out_.byte(value ? 1 : 0);
        else if constexpr (std::is_enum_v<T>)
            out_.byte(static_cast<std::uint8_t>(value));
        else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
            out_.signed_number(value);
        else if constexpr (std::is_integral_v<T>)
            out_.number(value);
        else
            fields(*this,
                   const_cast<T&>(value)); // the list is shared with the decoder; an encoder only reads
    }

    Writer out_;
};

class Decoder {
public:
    explicit Decoder(std::string_view in, std::uint8_t form = newest_form) : in_(in), form_(form) {}
    [[nodiscard]] std::uint8_t form() const { return form_; }

    template <typename... Fields>
    void operator()(Fields&... values) {
        (one(values), ...);
    }
    [[nodiscard]] bool done() const { return in_.done() && !refused_; }
    // For values that are well formed but may not be (an unknown enumerator).
    void refuse() { refused_ = true; }
    Reader& reader() { return in_; }

private:
    void one(std::string& value) { value = in_.string(); }
    void one(std::string_view& value) { value = in_.string(); }
    void one(Hash& value) { value = in_.hash(); }
    void one(EmailRow& value) {
        const auto view = EmailView::over(in_.string());
        // A record of today has one form, and so has the row in it.
        if (view && (form_ < 2 || view->is_newest_form()))
            value = view->row();
        else
            refuse();
    }
    template <typename T>
    void one(std::vector<T>& values) {
        values.resize(in_.count(minimum<T>()));
        for (auto& value : values) {
            if (in_.failed()) return;
            one(value);
        }
    }
    template <typename T>
    void one(std::optional<T>& value) {
        if (in_.boolean()) one(value.emplace());
    }
    void one(std::map<std::string, std::string>& values) {
        for (auto left = in_.count(2); left > 0 && !in_.failed(); --left) {
            std::string key(in_.string());
            if (!values.empty() && key <= values.rbegin()->first) refuse();
            values.emplace_hint(values.end(), std::move(key), in_.string());
        }
    }
    template <typename T>
    void one(T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            value = in_.boolean();
        } else if constexpr (std::is_enum_v<T>) {
            value = static_cast<T>(in_.byte());
        } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
            const auto number = in_.signed_number();
            if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max()) refuse();
            value = static_cast<T>(number);
        } else if constexpr (std::is_integral_v<T>) {
            value = in_.narrow<T>();
        } else {
            fields(*this, value);
        }
    }
    // Octets that one value takes at least: what a forged count is held against, so that it cannot allocate
    // more than a small multiple of its input.
    template <typename T>
    static constexpr std::size_t minimum() {
        if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string> &&
                      !std::is_same_v<T, std::string_view>)
            return sizeof(T) > 128 ? 11 : 2; // an EnvelopeRow is the shortest of the large ones
        else
            return 1;
    }

    Reader in_;
    std::uint8_t form_;
    bool refused_ = false;
};

} // namespace facteur::store
