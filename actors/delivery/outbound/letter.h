// A message as it goes to another server: the text with CRLF line ends, and the envelope of SMTP. Any thread
// but a loop.
#pragma once

#include "actors/delivery/submission_delivery.h"
#include "transport/dkim/sign.h"
#include "transport/smtp/client.h"

#include <memory>
#include <string>

namespace facteur {

struct Letter {
    smtp::Envelope envelope;
    std::vector<std::string> addresses; // of the envelope's recipients, as the queue entry has them
    std::string text;
};

// Received fields of a message that has gone in circles (RFC 5321 §6.3).
inline constexpr std::uint32_t most_hops = 30;

// `signers`: whose signatures go in front of what is from our domain. `eight_bit`: whether the server takes
// 8-bit text; else it gets the message encoded, when that can be.
// Why a letter cannot be made is a reply for all its recipients, for good or for now.
struct NoLetter {
    std::string reply;
    bool permanent = true;
};
tl::expected<std::shared_ptr<const Letter>, NoLetter> make_letter(const Services& services,
                                                                  const DueEntry& due,
                                                                  const std::vector<dkim::Signer>& signers,
                                                                  bool eight_bit);

} // namespace facteur
