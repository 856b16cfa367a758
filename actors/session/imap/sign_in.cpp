// LOGIN and AUTHENTICATE (RFC 9051 §6.2).
#include "actors/log.h"
#include "actors/session/imap/imap_session.h"

#include <fmt/format.h>

namespace facteur {
namespace {

struct SignInRefusal {
    std::string_view code;
    std::string text;
};

SignInRefusal refusal_of(const SaslSignIn::Refusal& refusal) {
    using Why = SaslSignIn::Refusal::Why;
    switch (refusal.why) {
    case Why::unknown_mechanism: return {"CANNOT", "Unknown mechanism"};
    case Why::nothing_under_way: return {"CLIENTBUG", "No sign-in is under way"};
    case Why::malformed: return {"CLIENTBUG", "This is not what the mechanism asks for"};
    case Why::authorization: return {"AUTHORIZATIONFAILED", "You may act for yourself only"};
    case Why::binding: return {"AUTHENTICATIONFAILED", "The channel binding does not match"};
    case Why::suspended: return {"CONTACTADMIN", "This account is closed for now"};
    case Why::wait: return {"UNAVAILABLE", fmt::format("Try to sign in again in {} s", refusal.seconds)};
    case Why::wrong: break;
    }
    return {"AUTHENTICATIONFAILED", "Wrong name or password"};
}

} // namespace

void ImapSession::authenticate(const ImapAuth& auth) {
    std::optional<std::string_view> initial;
    if (auth.initial) initial = *auth.initial;
    take_step(sign_in_.begin(auth.mechanism, initial, auth.bindings, auth.secure));
}

void ImapSession::respond(const ImapAuthResponse& response) {
    take_step(sign_in_.respond(response.data));
}

void ImapSession::login(ImapLogin login) {
    world_.verify(std::move(login.user), std::move(login.password));
}

void ImapSession::verified(const SignInAnswer& answer) {
    take_step(sign_in_.verified(answer));
}

void ImapSession::take_step(SaslSignIn::Step step) {
    if (auto* challenge = std::get_if<SaslSignIn::Challenge>(&step))
        return link_.challenge(std::move(challenge->data));
    if (auto* verify = std::get_if<SaslSignIn::Verify>(&step))
        return world_.verify(std::move(verify->user), std::move(verify->password));
    if (auto* welcome = std::get_if<SaslSignIn::Welcome>(&step)) {
        const auto user = std::to_string(welcome->account.id);
        if (!shared_->users.enter(user)) return link_.refuse("LIMIT", "Too many sessions of this account");
        account_ = std::move(welcome->account);
        log(Severity::info, "signed in",
            {{"door", name_of(door_)}, {"remote", remote_}, {"account", account_->address}});
        world_.attend(id());
        return link_.authenticated();
    }
    const auto refused = refusal_of(std::get<SaslSignIn::Refusal>(step));
    log(Severity::info, "sign-in refused",
        {{"door", name_of(door_)}, {"remote", remote_}, {"code", refused.code}});
    link_.refuse(std::string(refused.code), refused.text);
}

} // namespace facteur
