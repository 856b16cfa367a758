#include "actors/session/http/identify.h"

#include "actors/accounts/authenticator.h"
#include "actors/accounts/directory.h"
#include "actors/clock.h"
#include "actors/session/auth/web_sessions.h"
#include "actors/session/http/answers.h"
#include "transport/base/base64.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace facteur {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool equal_folded(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

struct Password {
    std::string name, password;
};
// "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
std::optional<Password> read_basic(std::string_view header) {
    constexpr std::string_view scheme = "Basic ";
    if (header.size() < scheme.size() || !equal_folded(header.substr(0, scheme.size()), scheme))
        return std::nullopt;
    header.remove_prefix(scheme.size());
    while (header.starts_with(' '))
        header.remove_prefix(1);
    const auto decoded = decode_base64(header);
    const auto colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) return std::nullopt;
    return Password{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

http::Response unauthorized(const http::Request& request, std::string_view detail) {
    auto response = problem(401, detail);
    // A browser would ask for a password in a window of its own, over the page that can ask better.
    if (!request.header("sec-fetch-mode") && request.cookie(session_cookie).empty())
        response.headers.push_back({"www-authenticate", R"(Basic realm="Facteur", charset="UTF-8")"});
    return response;
}

http::Response refusal(const http::Request& request, const SignInAnswer& signed_in) {
    const auto later = [&](int status, std::string_view detail) {
        auto response = problem(status, detail);
        response.headers.push_back({"retry-after", fmt::format_int(signed_in.retry_after).c_str()});
        return response;
    };
    switch (signed_in.result) {
    case SignIn::suspended: return problem(403, "This account is suspended.");
    case SignIn::wait: return later(429, "There were too many wrong passwords; wait before the next try.");
    case SignIn::busy: return later(503, "Too many sign in at this moment.");
    case SignIn::ok:
    case SignIn::wrong: break;
    }
    return unauthorized(request, "The name or the password is wrong.");
}

bool changes_something(const Exchange& exchange) {
    const auto& method = exchange.request.method;
    return (method != "GET" && method != "HEAD") || exchange.route->route == Route::websocket;
}

void identify_by_password(HttpSession* self, std::string_view header, std::function<void()> then) {
    auto& exchange = *self->state.exchange;
    if (changes_something(exchange) && origin_of(exchange) == Origin::other)
        return answer(self, problem(403, other_origin_text));
    auto password = read_basic(header);
    if (!password)
        return answer(self, unauthorized(exchange.request, "Only Basic is known as Authorization."));
    auto done = [self, then = std::move(then)](SignInAnswer signed_in) {
        auto& state = self->state;
        if (!state.exchange) return;
        if (signed_in.result != SignIn::ok) return answer(self, refusal(state.exchange->request, signed_in));
        state.exchange->identity = Caller{std::move(*signed_in.account), {}, {}};
        then();
    };
    self->state.context->services.authenticator.sign_in(
        std::move(password->name), std::move(password->password), exchange.remote,
        [into = way_into(self), asked_on = std::this_thread::get_id(),
         done = std::move(done)](SignInAnswer signed_in) {
            // Known at once; else it comes from a hashing thread, and the session may have gone since.
            if (std::this_thread::get_id() == asked_on) return done(std::move(signed_in));
            into([done, signed_in = std::move(signed_in)] { done(signed_in); });
        });
}

} // namespace

Origin origin_of(const Exchange& exchange) {
    const auto& request = exchange.request;
    auto found = Origin::unknown;
    if (const auto site = request.header("sec-fetch-site")) {
        if (*site != "same-origin" && *site != "none") return Origin::other;
        found = Origin::same;
    }
    if (const auto origin = request.header("origin")) {
        const auto scheme = origin->find("://");
        if (scheme == std::string_view::npos) return Origin::other; // "null"
        if (exchange.is_secure && origin->substr(0, scheme) != "https") return Origin::other;
        if (!equal_folded(origin->substr(scheme + 3), request.header("host").value_or("")))
            return Origin::other;
        found = Origin::same;
    }
    return found;
}

bool takes_secrets(const HttpContext& context, const Exchange& exchange) {
    return exchange.is_secure || (exchange.is_local && context.services.config.auth.plaintext_on_loopback);
}

std::optional<Caller> find_session(const HttpContext& context, const Exchange& exchange) {
    const auto cookie = exchange.request.cookie(session_cookie);
    if (cookie.empty() || !takes_secrets(context, exchange)) return std::nullopt;
    auto found = context.services.web_sessions.find(cookie, seconds_now());
    if (!found) return std::nullopt;
    return Caller{std::move(found->account), std::string(cookie), std::move(found->session.id)};
}

void identify(HttpSession* self, std::function<void()> then) {
    auto& exchange = *self->state.exchange;
    const auto& context = *self->state.context;
    const auto header = exchange.request.header("authorization");
    const bool has_secret = header || !exchange.request.cookie(session_cookie).empty();
    if (has_secret && !takes_secrets(context, exchange)) return answer(self, problem(403, insecure_text));
    if (header) return identify_by_password(self, *header, std::move(then));
    exchange.identity = find_session(context, exchange);
    if (!exchange.identity) return answer(self, unauthorized(exchange.request, "Sign in first."));
    const auto origin = origin_of(exchange);
    const bool is_stream = exchange.route->route == Route::event_source;
    if ((changes_something(exchange) && origin != Origin::same) || (is_stream && origin == Origin::other))
        return answer(self, problem(403, other_origin_text));
    then();
}

bool is_still_valid(const Services& services, const Caller& identity) {
    if (!identity.cookie.empty()) {
        const auto found = services.web_sessions.find(identity.cookie, seconds_now());
        return found && found->account.id == identity.user.id;
    }
    const auto account = services.directory.find(identity.user.id);
    return account && account->status == store::AccountStatus::active &&
           account->password_hash == identity.user.password_hash;
}

} // namespace facteur
