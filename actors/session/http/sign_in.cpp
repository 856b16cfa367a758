// The web UI's own doors: /auth/login, /auth/logout and /auth/sessions.
//
// POST /auth/login {"username", "password", "remember"} → 200 {"accountId", "address", "name", "locale",
// "inbox"} and the cookie (`inbox`: the id of that mailbox, so that its first rows can be asked for at once;
// null when there is none); or {"error", "retryAfter"} with wrong (401), suspended (403), insecure (403: a
// secret over plain HTTP), wait (429), busy (503), malformed (400).

#include "actors/accounts/authenticator.h"
#include "actors/clock.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/messages.h"
#include "actors/session/auth/web_sessions.h"
#include "actors/session/http/answers.h"
#include "actors/session/http/identify.h"
#include "actors/session/jmap/ids.h"
#include "transport/http/cookies.h"
#include "transport/jmap/dates.h"
#include "transport/jmap/value.h"
#include "transport/jmap/writer.h"

#include <fmt/format.h>

namespace facteur {
namespace {

constexpr std::size_t longest_name = 320;
constexpr std::uint16_t login_depth = 4;

struct Login {
    std::string name, password;
    bool remember = false;
};
std::optional<Login> read_login(std::string_view body) {
    const auto document = jmap::Document::parse(body, login_depth);
    const auto object = document ? jmap::as_object(document->root()) : std::nullopt;
    if (!object) return std::nullopt;
    const auto text = [&](std::string_view name) -> std::optional<std::string_view> {
        const auto value = jmap::member(*object, name);
        return value ? jmap::as_string(*value) : std::nullopt;
    };
    const auto name = text("username"), password = text("password");
    if (!name || name->empty() || name->size() > longest_name || !password) return std::nullopt;
    Login login{std::string(*name), std::string(*password)};
    if (const auto remember = jmap::member(*object, "remember"))
        login.remember = jmap::as_boolean(*remember).value_or(false);
    return login;
}

http::Response refused(int status, std::string_view error, std::int64_t retry_after = 0) {
    std::string json;
    jmap::Writer writer(json);
    writer.begin_object().member("error", error);
    if (retry_after > 0) writer.member("retryAfter", retry_after);
    writer.end_object();
    auto response = json_answer(status, std::move(json));
    if (retry_after > 0) response.headers.push_back({"retry-after", fmt::format_int(retry_after).c_str()});
    return response;
}

http::Response refused(const SignInAnswer& signed_in) {
    switch (signed_in.result) {
    case SignIn::suspended: return refused(403, "suspended");
    case SignIn::wait: return refused(429, "wait", signed_in.retry_after);
    case SignIn::busy: return refused(503, "busy", std::max<std::int64_t>(1, signed_in.retry_after));
    case SignIn::ok:
    case SignIn::wrong: break;
    }
    return refused(401, "wrong");
}

http::Header cookie_header(const Exchange& exchange, std::string value, std::optional<std::int64_t> max_age) {
    http::SetCookie cookie;
    cookie.name = session_cookie;
    cookie.value = std::move(value);
    cookie.max_age = max_age;
    cookie.secure = exchange.is_secure;
    return {"set-cookie", http::write_set_cookie(cookie)};
}

void welcome(HttpSession* self, const store::AccountRow& user, bool remember, std::string cookie) {
    const auto& services = self->state.context->services;
    const auto inbox = services.store.read(user.id).mailbox_by_role(user.id, "inbox");
    std::string json;
    jmap::Writer(json)
        .begin_object()
        .member("accountId", account_id(user.id))
        .member("address", user.address)
        .member("name", user.name)
        .member("locale", user.locale)
        .member_or_null("inbox", inbox ? mailbox_id(*inbox) : std::string())
        .end_object();
    auto response = json_answer(200, std::move(json));
    const auto lasts = services.config.auth.remembered_session.count();
    response.headers.push_back(cookie_header(*self->state.exchange, std::move(cookie),
                                             remember ? std::optional<std::int64_t>(lasts) : std::nullopt));
    answer(self, std::move(response));
}

void open_session(HttpSession* self, store::AccountRow user, bool remember) {
    auto& exchange = *self->state.exchange;
    auto& sessions = self->state.context->services.web_sessions;
    const auto agent = exchange.request.header("user-agent").value_or("");
    sessions.open(user, remember, exchange.remote, std::string(agent), seconds_now(),
                  [self, user, remember, into = way_into(self)](store::Result<WebSessions::Opened> opened) {
                      into([self, user, remember, opened = std::move(opened)] {
                          if (!self->state.exchange) return;
                          if (!opened) return answer(self, refused(503, "busy", 5));
                          welcome(self, user, remember, opened->cookie);
                      });
                  });
}

void write(const WebSession& session, bool is_current, jmap::Writer& out) {
    out.begin_object()
        .member("id", session.id)
        .member("created", jmap::utc_date(session.created))
        .member("lastSeen", jmap::utc_date(session.last_seen))
        .member("expires", jmap::utc_date(session.expires))
        .member("remembered", session.remembered)
        .member("address", session.address)
        .member("userAgent", session.user_agent)
        .member("current", is_current)
        .end_object();
}

// Closes a session and the streams that it had open; `then` runs in this session afterwards.
void close_session(HttpSession* self, store::AccountId account, const std::string& id,
                   std::function<void(bool)> then) {
    const auto& services = self->state.context->services;
    services.web_sessions.close(
        account, id, [account, then = std::move(then), into = way_into(self), &services](bool existed) {
            if (existed) caf::anon_send(services.mailboxes.of(account), CloseSessions{account});
            into([then, existed] { then(existed); });
        });
}

} // namespace

void handle_login(HttpSession* self) {
    const auto& exchange = *self->state.exchange;
    if (origin_of(exchange) == Origin::other) return answer(self, problem(403, other_origin_text));
    if (!takes_secrets(*self->state.context, exchange)) return answer(self, refused(403, "insecure"));
    auto login = read_login(exchange.body);
    if (!login) return answer(self, refused(400, "malformed"));
    self->state.context->services.authenticator.sign_in(
        std::move(login->name), std::move(login->password), exchange.remote,
        [self, remember = login->remember, into = way_into(self)](SignInAnswer signed_in) {
            into([self, remember, signed_in = std::move(signed_in)] {
                if (!self->state.exchange) return;
                if (signed_in.result != SignIn::ok) return answer(self, refused(signed_in));
                open_session(self, *signed_in.account, remember);
            });
        });
}

void handle_logout(HttpSession* self) {
    const auto& exchange = *self->state.exchange;
    const auto identity = find_session(*self->state.context, exchange);
    if (origin_of(exchange) == Origin::other || (identity && origin_of(exchange) != Origin::same))
        return answer(self, problem(403, other_origin_text));
    const auto goodbye = [self](bool) {
        auto response = empty_answer(204);
        response.headers.push_back(cookie_header(*self->state.exchange, {}, 0));
        // Attachments that were looked at stay in no shared computer's cache.
        response.headers.push_back({"clear-site-data", "\"cache\""});
        answer(self, std::move(response));
    };
    if (!identity) return goodbye(false);
    close_session(self, identity->user.id, identity->session_id, goodbye);
}

void handle_sessions(HttpSession* self) {
    const auto& identity = *self->state.exchange->identity;
    std::string json;
    jmap::Writer out(json);
    out.begin_object().key("sessions").begin_array();
    for (const auto& session :
         self->state.context->services.web_sessions.list(identity.user.id, seconds_now()))
        write(session, session.id == identity.session_id, out);
    out.end_array().end_object();
    answer(self, json_answer(200, std::move(json)));
}

void handle_close_session(HttpSession* self) {
    const auto& exchange = *self->state.exchange;
    const auto id = exchange.request.path.substr(exchange.route->pattern.size());
    close_session(self, exchange.identity->user.id, id, [self](bool existed) {
        answer(self, existed ? empty_answer(204) : problem(404, "There is no such session."));
    });
}

} // namespace facteur
