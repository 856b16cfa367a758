// The automatic answer of an account that is away (RFC 8621 §8, RFC 3834): whether a message that is about to
// be delivered gets one, and the answer, made ready to be queued in the commit that files the message. What
// gets none is decided by transport/vacation.
//
// Who was answered is a note among those of deliveries, which the store keeps for a week: as long as nobody
// is answered again. The lane looks it up once more (file_email.cpp), so that two messages at a time get one
// answer. Another text, other dates, or turning it off and on begins anew.
#pragma once

#include "actors/messages.h"
#include "actors/services.h"

#include <optional>
#include <string_view>

namespace facteur {

// `message` has Return-Path, as every message that is delivered. Any thread but a loop.
std::optional<AutomaticAnswer> automatic_answer(const Services& services, const store::AccountRow& owner,
                                                std::string_view message, store::Time now);

} // namespace facteur
