// What we look at and write in the header of a message on its way in (RFC 5321 §4.4, RFC 6409 §6 and §8).
//
// The bytes that come out are the same for all recipients, so that a shard stores them once. Thread-safety:
// pure functions.
#pragma once

#include "transport/smtp/address.h"
#include "transport/smtp/reply.h"
#include "transport/smtp/trace.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace facteur {

struct Stamp {
    std::optional<smtp::Mailbox> sender; // the reverse path; nothing: the null path
    smtp::Received received;
    bool submitted = false; // by a user: Bcc goes, a missing Date and Message-ID come
};

// Puts Return-Path and Received in front, takes other Return-Path fields away. In place: the text behind the
// header is moved at most once.
void stamp(std::string& message, const Stamp& stamp);

// Whether a user may submit this: one From field, every address in it and in Sender his own. Nothing: yes.
std::optional<smtp::Reply> refuse_author(std::string_view message,
                                         const std::function<bool(std::string_view address)>& is_own);

// What makes a message that comes again the same one: its octets as they came. Empty when none of Message-ID,
// Date and Received marks it: then two that are alike may well be two.
std::string delivery_key(std::string_view message);

} // namespace facteur
