// The server side of one SASL exchange (RFC 4422): PLAIN (RFC 4616), LOGIN (the obsolete draft that mail
// programs still use), SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, 7677, channel bindings of RFC 5929 and
// 9266).
//
// Sans I/O: octets in (already freed of base64), one `Step` out. A step is either something to send,
// something to look up, or the end:
//
//   Exchange exchange(mechanism, setup);
//   Step step = exchange.begin(initial_response);
//   Challenge      → send it, give the answer to `respond`
//   VerifyPassword → find out, then call `verified`
//   NeedKeys       → find the account's keys, then call `keys` (nothing: no such user, or no keys)
//   Authenticated  → the end: this user it is
//   Refused        → the end
//
// Calls out of order give Refused. Users who do not exist are not told apart: SCRAM goes on with keys made
// from `Setup::secret`. An authorization identity other than the user is refused. Randomness is handed in.
// Every message is bounded by `max_message`. Thread-safety: an Exchange belongs to one caller.
#pragma once

#include "transport/sasl/scram_keys.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace facteur::sasl {

inline constexpr std::size_t max_message = 8192; // octets of one message of the client, decoded

enum class Mechanism { plain, login, scram_sha_256, scram_sha_256_plus };

std::string_view name_of(Mechanism mechanism);                   // "SCRAM-SHA-256"
std::optional<Mechanism> mechanism_named(std::string_view name); // any case

// Channel binding data of the connection; empty: not to be had.
struct ChannelBindings {
    std::string tls_exporter;         // RFC 9266: 32 octets of keying material, TLS 1.3 (or 1.2 with EMS)
    std::string tls_server_end_point; // RFC 5929 §4: hash of the server's certificate
};

struct Setup {
    std::string nonce;  // 18 random octets or more
    std::string secret; // the server's, for fake salts
    ChannelBindings bindings;
    bool plus_offered = false; // SCRAM-SHA-256-PLUS was announced: a client that says "y" was tampered with
};

struct Challenge {
    std::string data;
};
struct VerifyPassword {
    std::string user, password; // as the client wrote them
};
struct NeedKeys {
    std::string user;
};
struct Authenticated {
    std::string user; // as the client wrote it
};
struct Refused {
    enum class Why { malformed, credentials, binding, authorization } why = Why::malformed;
};
using Step = std::variant<Challenge, VerifyPassword, NeedKeys, Authenticated, Refused>;

class Exchange {
public:
    Exchange(Mechanism mechanism, Setup setup) : mechanism_(mechanism), setup_(std::move(setup)) {}

    // `initial` is nothing when the client sent none; it may be empty octets.
    Step begin(std::optional<std::string_view> initial);
    Step respond(std::string_view response);
    Step verified(bool ok);
    Step keys(std::optional<ScramKeys> keys);

    [[nodiscard]] const std::string& user() const { return user_; } // as far as it is known

private:
    enum class Expect {
        begin,
        first,
        login_user,
        login_password,
        verdict,
        keys,
        final,
        acknowledge,
        nothing
    };

    bool is_scram() const;
    Step refuse(Refused::Why why);
    Step plain(std::string_view message);
    Step login_user(std::string_view message);
    Step login_password(std::string_view message);
    Step client_first(std::string_view message);
    Step client_final(std::string_view message);
    std::optional<Refused::Why> read_binding(std::string_view flag);
    std::string binding_data() const;

    Mechanism mechanism_;
    Setup setup_;
    Expect expect_ = Expect::begin;
    std::string user_;
    // SCRAM
    std::string gs2_header_; // as the client sent it
    std::string first_bare_; // client-first-message-bare
    std::string client_nonce_;
    std::string nonce_; // both
    std::string server_first_;
    std::string binding_name_; // "tls-exporter"; empty: no channel binding
    ScramKeys keys_;
    bool known_ = false; // keys_ are of a real user
};

} // namespace facteur::sasl
