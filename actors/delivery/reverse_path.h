// The reverse-path of a message that is delivered here: every way in writes it down as Return-Path, in front
// of all other fields. Pure functions.
#pragma once

#include "transport/mime/headers.h"
#include "transport/smtp/address.h"

#include <optional>
#include <string_view>

namespace facteur {

// The Return-Path field that a message begins with; nothing: it begins with something else.
inline std::optional<mime::Field> leading_return_path(std::string_view message) {
    const auto field = mime::first_field(mime::header_of(message), "Return-Path");
    return field && field->offset == 0 && message.starts_with(field->name) ? field : std::nullopt;
}

// Nothing: the null path, or none that is known.
inline std::optional<smtp::Mailbox> reverse_path(std::string_view message) {
    const auto field = leading_return_path(message);
    if (!field) return std::nullopt;
    const auto begin = field->value.find('<');
    const auto path =
        begin == std::string_view::npos ? std::nullopt : smtp::parse_path(field->value.substr(begin));
    return path ? path->mailbox : std::nullopt;
}

} // namespace facteur
