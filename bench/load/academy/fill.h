// The mailboxes before the day begins.
#pragma once

#include "bench/load/academy/people.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace facteur::load::academy {

// Each INBOX gets as many messages as its size says, of those of the mbox in turn.
nlohmann::ordered_json fill(const Academy& academy, std::uint16_t imap_port, const std::string& mbox);

} // namespace facteur::load::academy
