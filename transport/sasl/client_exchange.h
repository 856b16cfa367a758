// The client side of one SASL exchange (RFC 4422): PLAIN (RFC 4616), LOGIN, SCRAM-SHA-256 (RFC 5802, 7677,
// without channel binding).
//
// Sans I/O: octets in and out, already freed of base64. Randomness is handed in. Hashing costs time for each
// iteration the server asks for; more than `max_scram_iterations` (about 40 ms) is refused.
// Thread-safety: a ClientExchange belongs to one caller.
#pragma once

#include "transport/base/result.h"
#include "transport/sasl/exchange.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::sasl {

inline constexpr std::uint32_t max_scram_iterations = 100'000;

class ClientExchange {
public:
    // `nonce`: random, at least 18 octets; used by SCRAM only.
    ClientExchange(Mechanism mechanism, std::string user, std::string password, std::string_view nonce);

    [[nodiscard]] Mechanism mechanism() const { return mechanism_; }
    // What goes with the AUTH command; nothing for LOGIN, which waits to be asked.
    std::optional<std::string> initial();
    // The answer to a challenge. Code::malformed for nonsense or a server that does not know the password
    // either.
    Result<std::string> respond(std::string_view challenge);
    // Whether the server may say now that we are signed in: SCRAM must have proved itself first.
    [[nodiscard]] bool is_complete() const;

private:
    Result<std::string> client_final(std::string_view server_first);
    Result<std::string> check_server_final(std::string_view server_final) const;

    Mechanism mechanism_;
    std::string user_, password_, nonce_;
    std::string first_bare_, server_signature_;
    int step_ = 0;
};

// The strongest of those that both sides can, SCRAM first; LOGIN last. `under_tls`: the password may be
// shown.
std::optional<Mechanism> choose_mechanism(const std::vector<std::string>& offered, bool under_tls);

} // namespace facteur::sasl
