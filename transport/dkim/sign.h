// Signatures of whole messages (RFC 6376), relaxed in header and body, so that what relays do to white space
// breaks none. Thread-safety: pure functions.
#pragma once

#include "transport/dkim/key.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::dkim {

struct Signer {
    std::string domain;   // d=
    std::string selector; // s=
    PrivateKey key;
};

// One DKIM-Signature field for each signer, with its CRLF, to stand in front of the message.
//
// `message` as it goes onto the wire: every line ends in CRLF, dots not stuffed. `at`: seconds UTC (t=).
// From, Subject, To, Cc, Date, Message-ID, Reply-To, what threads, what says how to read the body, and lists'
// fields are signed, each instance of them; those that a reader is shown are signed once more than they are
// there, so that none can be added (§8.15). Fails with Code::malformed for a message without From (§5.4).
Result<std::string> sign(std::string_view message, const std::vector<Signer>& signers, std::int64_t at);

// ---- the parts of it

// "relaxed" (§3.4.2): one field, without its CRLF.
std::string relaxed_field(std::string_view name, std::string_view value);
// SHA-256 of the body in its "relaxed" form (§3.4.4).
std::string relaxed_body_hash(std::string_view body);

} // namespace facteur::dkim
