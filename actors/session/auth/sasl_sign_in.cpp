#include "actors/session/auth/sasl_sign_in.h"

#include "actors/accounts/directory.h"

#include <openssl/rand.h>

namespace facteur {
namespace {

constexpr std::size_t nonce_octets = 24;

std::string random_nonce() {
    std::string octets(nonce_octets, '\0');
    RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(octets.size()));
    return octets;
}

std::optional<sasl::ScramKeys> keys_of(const std::optional<store::AccountRow>& account) {
    if (!account || !account->scram) return std::nullopt;
    const auto& keys = *account->scram;
    return sasl::ScramKeys{keys.salt, keys.iterations, keys.stored_key, keys.server_key};
}

} // namespace

using Why = SaslSignIn::Refusal::Why;

SaslSignIn::Step SaslSignIn::begin(std::string_view name, std::optional<std::string_view> initial,
                                   const sasl::ChannelBindings& bindings, bool secure) {
    const auto mechanism = sasl::mechanism_named(name);
    if (!mechanism) return Refusal{Why::unknown_mechanism};
    exchange_.emplace(*mechanism,
                      sasl::Setup{random_nonce(), services_.authenticator.secret(), bindings, secure});
    return advance(exchange_->begin(initial));
}

SaslSignIn::Step SaslSignIn::respond(std::string_view data) {
    if (!exchange_) return Refusal{Why::nothing_under_way};
    return advance(exchange_->respond(data));
}

SaslSignIn::Step SaslSignIn::advance(sasl::Step step) {
    auto& authenticator = services_.authenticator;
    if (const auto* needed = std::get_if<sasl::NeedKeys>(&step)) {
        if (const auto seconds = authenticator.wait(needed->user, remote_); seconds > 0) {
            exchange_.reset();
            return Refusal{Why::wait, seconds};
        }
        step = exchange_->keys(keys_of(services_.directory.find(needed->user)));
    }
    if (auto* challenge = std::get_if<sasl::Challenge>(&step)) return Challenge{std::move(challenge->data)};
    if (auto* verify = std::get_if<sasl::VerifyPassword>(&step))
        return Verify{std::move(verify->user), std::move(verify->password)};
    if (const auto* authenticated = std::get_if<sasl::Authenticated>(&step)) {
        auto account = services_.directory.find(authenticated->user);
        authenticator.note(authenticated->user, remote_, true);
        return welcome(std::move(account));
    }
    return refused(std::get<sasl::Refused>(step).why);
}

// Of a password (PLAIN, LOGIN) the authenticator has noted the outcome; of SCRAM it is ours to tell.
SaslSignIn::Step SaslSignIn::verified(const SignInAnswer& answer) {
    switch (answer.result) {
    case SignIn::ok: return welcome(answer.account);
    case SignIn::suspended: break;
    case SignIn::wait:
    case SignIn::busy: exchange_.reset(); return Refusal{Why::wait, answer.retry_after};
    case SignIn::wrong: exchange_.reset(); return Refusal{Why::wrong};
    }
    exchange_.reset();
    return Refusal{Why::suspended};
}

SaslSignIn::Step SaslSignIn::welcome(std::optional<store::AccountRow> account) {
    exchange_.reset();
    if (!account) return Refusal{Why::wrong};
    if (account->status != store::AccountStatus::active) return Refusal{Why::suspended};
    return Welcome{std::move(*account)};
}

SaslSignIn::Step SaslSignIn::refused(sasl::Refused::Why why) {
    const auto user = exchange_->user();
    exchange_.reset();
    switch (why) {
    case sasl::Refused::Why::malformed: return Refusal{Why::malformed};
    case sasl::Refused::Why::authorization: return Refusal{Why::authorization};
    case sasl::Refused::Why::binding: return Refusal{Why::binding};
    default: break;
    }
    if (!user.empty()) services_.authenticator.note(user, remote_, false);
    return Refusal{Why::wrong};
}

} // namespace facteur
