// AUTH of an SMTP session (RFC 4954).
#include "actors/session/smtp/smtp_session.h"

#include <fmt/format.h>

namespace facteur {
namespace {

smtp::Reply reply_of_sign_in(const SaslSignIn::Refusal& refusal) {
    using Why = SaslSignIn::Refusal::Why;
    switch (refusal.why) {
    case Why::unknown_mechanism: return {504, "5.5.4", "Unknown mechanism"};
    case Why::nothing_under_way: return {501, "5.5.1", "No sign-in is under way"};
    case Why::malformed: return {501, "5.5.2", "This is not what the mechanism asks for"};
    case Why::authorization: return {535, "5.7.8", "You may act for yourself only"};
    case Why::binding: return {535, "5.7.8", "The channel binding does not match"};
    case Why::suspended: return {525, "5.7.13", "This account is closed for now"};
    case Why::wait: return {454, "4.7.0", fmt::format("Try to sign in again in {} s", refusal.seconds)};
    case Why::wrong: break;
    }
    return {535, "5.7.8", "Wrong name or password"};
}

} // namespace

SmtpSession::AuthStep SmtpSession::begin_auth(const SmtpAuth& auth) {
    std::optional<std::string_view> initial;
    if (auth.initial) initial = *auth.initial;
    return step(
        sign_in_.begin(auth.mechanism, initial, auth.client.bindings, !auth.client.tls_version.empty()));
}

SmtpSession::AuthStep SmtpSession::respond(const SmtpAuthResponse& response) {
    return step(sign_in_.respond(response.data));
}

SmtpSession::AuthStep SmtpSession::verified(const SignInAnswer& answer) {
    return step(sign_in_.verified(answer));
}

SmtpSession::AuthStep SmtpSession::step(SaslSignIn::Step step) {
    if (auto* challenge = std::get_if<SaslSignIn::Challenge>(&step)) return std::move(*challenge);
    if (auto* verify = std::get_if<SaslSignIn::Verify>(&step)) return std::move(*verify);
    if (auto* welcome = std::get_if<SaslSignIn::Welcome>(&step)) {
        account_ = std::move(welcome->account);
        return Welcome{};
    }
    return reply_of_sign_in(std::get<SaslSignIn::Refusal>(step));
}

} // namespace facteur
