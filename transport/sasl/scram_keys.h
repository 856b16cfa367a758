// What a server keeps of a password for SCRAM-SHA-256 (RFC 5802 §3, RFC 7677), and the hashes of the
// exchange.
//
// The password cannot be had from the keys, other than by guessing at the price of `iterations` hashes a
// guess. Who steals `stored_key` and sees one exchange can sign in, so keys are kept as secret as password
// hashes. Deriving costs milliseconds (about 1.5 ms for 4,096 iterations): never on a loop. Thread-safety:
// pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace facteur::sasl {

inline constexpr std::uint32_t scram_iterations = 4096; // RFC 7677 §4: at least that
inline constexpr std::size_t scram_salt_octets = 16;

struct ScramKeys {
    std::string salt; // raw octets
    std::uint32_t iterations = 0;
    std::string stored_key, server_key; // 32 raw octets each
    bool operator==(const ScramKeys&) const = default;
};

// The password is put through SASLprep; one that SASLprep refuses is hashed as it is, as other servers do.
ScramKeys derive_scram_keys(std::string_view password, std::string_view salt,
                            std::uint32_t iterations = scram_iterations);

// For a user who does not exist, or has no keys: always the same for the same name, so that nobody learns
// from the salt who exists; no password fits. `secret` is the server's, the same after every restart.
ScramKeys fake_scram_keys(std::string_view secret, std::string_view user);

// ---- pieces, also for a client in tests ----

std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
std::string salted_password(std::string_view password, std::string_view salt, std::uint32_t iterations);
std::string xor_octets(std::string_view a, std::string_view b); // of equal length
bool equal_in_constant_time(std::string_view a, std::string_view b);

} // namespace facteur::sasl
