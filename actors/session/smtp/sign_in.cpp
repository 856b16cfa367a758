// AUTH of an SMTP session (RFC 4954): SASL exchanges against the directory.
#include "actors/accounts/directory.h"
#include "actors/session/smtp/smtp_session.h"

#include <fmt/format.h>
#include <openssl/rand.h>

namespace facteur {
namespace {

constexpr std::size_t nonce_octets = 24;

std::string random_octets(std::size_t count) {
    std::string octets(count, '\0');
    RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(count));
    return octets;
}

smtp::Reply wrong_credentials() {
    return {535, "5.7.8", "Wrong name or password"};
}
smtp::Reply suspended() {
    return {525, "5.7.13", "This account is closed for now"};
}
smtp::Reply wait(std::int64_t seconds) {
    return {454, "4.7.0", fmt::format("Try to sign in again in {} s", seconds)};
}

std::optional<sasl::ScramKeys> keys_of(const std::optional<store::AccountRow>& account) {
    if (!account || !account->scram) return std::nullopt;
    const auto& keys = *account->scram;
    return sasl::ScramKeys{keys.salt, keys.iterations, keys.stored_key, keys.server_key};
}

} // namespace

SmtpSession::AuthStep SmtpSession::begin_auth(const SmtpAuth& auth) {
    const auto mechanism = sasl::mechanism_named(auth.mechanism);
    if (!mechanism) return smtp::Reply{504, "5.5.4", "Unknown mechanism"};
    mechanism_ = *mechanism;
    exchange_.emplace(mechanism_,
                      sasl::Setup{random_octets(nonce_octets), shared_->services.authenticator.secret(),
                                  auth.client.bindings, !auth.client.tls_version.empty()});
    std::optional<std::string_view> initial;
    if (auth.initial) initial = *auth.initial;
    return advance(exchange_->begin(initial));
}

SmtpSession::AuthStep SmtpSession::respond(const SmtpAuthResponse& response) {
    if (!exchange_) return smtp::Reply{501, "5.5.1", "No sign-in is under way"};
    return advance(exchange_->respond(response.data));
}

SmtpSession::AuthStep SmtpSession::advance(sasl::Step step) {
    auto& authenticator = shared_->services.authenticator;
    const auto& directory = shared_->services.directory;
    if (const auto* needed = std::get_if<sasl::NeedKeys>(&step)) {
        if (const auto seconds = authenticator.wait(needed->user, remote_); seconds > 0) {
            exchange_.reset();
            return wait(seconds);
        }
        step = exchange_->keys(keys_of(directory.find(needed->user)));
    }
    if (auto* challenge = std::get_if<sasl::Challenge>(&step)) return Challenge{std::move(challenge->data)};
    if (auto* verify = std::get_if<sasl::VerifyPassword>(&step))
        return Verify{std::move(verify->user), std::move(verify->password)};
    if (const auto* authenticated = std::get_if<sasl::Authenticated>(&step)) {
        auto account = directory.find(authenticated->user);
        authenticator.note(authenticated->user, remote_, true);
        exchange_.reset();
        if (!account) return wrong_credentials();
        return welcome(std::move(*account));
    }
    const auto reply = refusal(std::get<sasl::Refused>(step).why);
    exchange_.reset();
    return reply;
}

// Of a password (PLAIN, LOGIN) the authenticator has noted the outcome; of SCRAM it is ours to tell.
SmtpSession::AuthStep SmtpSession::verified(const SignInAnswer& answer) {
    exchange_.reset();
    switch (answer.result) {
    case SignIn::ok: return welcome(*answer.account);
    case SignIn::suspended: return suspended();
    case SignIn::wait: return wait(answer.retry_after);
    case SignIn::busy: return wait(answer.retry_after);
    default: return wrong_credentials();
    }
}

SmtpSession::AuthStep SmtpSession::welcome(store::AccountRow account) {
    if (account.status != store::AccountStatus::active) return suspended();
    account_ = std::move(account);
    return Welcome{};
}

smtp::Reply SmtpSession::refusal(sasl::Refused::Why why) {
    switch (why) {
    case sasl::Refused::Why::malformed: return {501, "5.5.2", "This is not what the mechanism asks for"};
    case sasl::Refused::Why::authorization: return {535, "5.7.8", "You may act for yourself only"};
    case sasl::Refused::Why::binding: return {535, "5.7.8", "The channel binding does not match"};
    default: break;
    }
    if (!exchange_->user().empty()) shared_->services.authenticator.note(exchange_->user(), remote_, false);
    return wrong_credentials();
}

} // namespace facteur
