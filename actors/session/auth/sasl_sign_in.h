// Signing in by SASL against the directory: what AUTH of SMTP and AUTHENTICATE of IMAP have in common. One
// exchange at a time; one caller; any thread but a loop (it reads the directory).
#pragma once

#include "actors/accounts/authenticator.h"
#include "actors/services.h"
#include "transport/sasl/exchange.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace facteur {

class SaslSignIn {
public:
    SaslSignIn(const Services& services, std::string remote)
        : services_(services), remote_(std::move(remote)) {}

    struct Challenge { // then call `respond`
        std::string data;
    };
    struct Verify { // ask the Authenticator, then call `verified`
        std::string user, password;
    };
    struct Welcome {
        store::AccountRow account;
    };
    struct Refusal {
        enum class Why {
            unknown_mechanism,
            nothing_under_way,
            malformed,     // not what the mechanism asks for
            authorization, // to act for somebody else
            binding,       // the channel binding does not match
            wrong,         // name or password
            suspended,     // the account
            wait,          // for `seconds`
        } why = Why::wrong;
        std::int64_t seconds = 0;
    };
    using Step = std::variant<Challenge, Verify, Welcome, Refusal>;

    // `secure`: under TLS.
    Step begin(std::string_view mechanism, std::optional<std::string_view> initial,
               const sasl::ChannelBindings& bindings, bool secure);
    Step respond(std::string_view data);
    // Also for a password that came without SASL.
    Step verified(const SignInAnswer& answer);

private:
    Step advance(sasl::Step step);
    Step welcome(std::optional<store::AccountRow> account);
    Step refused(sasl::Refused::Why why);

    const Services& services_;
    std::string remote_;
    std::optional<sasl::Exchange> exchange_;
};

} // namespace facteur
