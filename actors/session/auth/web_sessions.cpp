#include "actors/session/auth/web_sessions.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace facteur {
namespace {

constexpr std::size_t secret_octets = 32;
constexpr std::size_t most_of_an_account = 50; // the one that slept longest makes room
constexpr store::Time seen_written_every = 300;
constexpr std::size_t longest_user_agent = 300;

std::string to_hex(std::string_view octets) {
    std::string hex;
    for (const char c : octets)
        hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return hex;
}

std::string hash_hex(std::string_view text) {
    return store::to_hex(store::hash_of(text));
}

std::string credential_of(const store::AccountRow& account) {
    return hash_hex(account.password_hash).substr(0, 16);
}

std::string to_json(const WebSession& session) {
    return nlohmann::json{{"created", session.created},      {"lastSeen", session.last_seen},
                          {"expires", session.expires},      {"remembered", session.remembered},
                          {"address", session.address},      {"userAgent", session.user_agent},
                          {"credential", session.credential}}
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<WebSession> from_json(store::AccountId account, std::string_view id, std::string_view text) {
    const auto value = nlohmann::json::parse(text, nullptr, false);
    if (!value.is_object()) return std::nullopt;
    WebSession session;
    session.id = id;
    session.account = account;
    session.created = value.value("created", store::Time{});
    session.last_seen = value.value("lastSeen", store::Time{});
    session.expires = value.value("expires", store::Time{});
    session.remembered = value.value("remembered", false);
    session.address = value.value("address", "");
    session.user_agent = value.value("userAgent", "");
    session.credential = value.value("credential", "");
    return session;
}

struct Cookie {
    store::AccountId account = 0;
    std::string id;
};
std::optional<Cookie> read_cookie(std::string_view cookie) {
    const auto dot = cookie.find('.');
    if (dot == std::string_view::npos || cookie.size() - dot - 1 != secret_octets * 2) return std::nullopt;
    Cookie read;
    const auto [end, error] = std::from_chars(cookie.data(), cookie.data() + dot, read.account);
    if (error != std::errc() || end != cookie.data() + dot) return std::nullopt;
    read.id = hash_hex(cookie.substr(dot + 1));
    return read;
}

} // namespace

void WebSessions::open(const store::AccountRow& account, bool remember, std::string address,
                       std::string_view user_agent, store::Time now,
                       std::function<void(store::Result<Opened>)> done) {
    std::array<unsigned char, secret_octets> octets{};
    if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
        return done(store::fail(store::Code::io, "No randomness."));
    const auto secret = to_hex({reinterpret_cast<const char*>(octets.data()), octets.size()});
    WebSession session;
    session.id = hash_hex(secret);
    session.account = account.id;
    session.created = session.last_seen = now;
    session.remembered = remember;
    session.expires = now + (remember ? config_.remembered_session : config_.session).count();
    session.address = std::move(address);
    session.user_agent = user_agent.substr(0, longest_user_agent);
    session.credential = credential_of(account);
    write(session, [done = std::move(done), session, secret](const store::Result<store::Committed>& result) {
        if (!result) return done(tl::unexpected(result.error()));
        done(Opened{fmt::format("{}.{}", session.account, secret), session});
    });
}

void WebSessions::write(const WebSession& session,
                        std::function<void(store::Result<store::Committed>)> done) const {
    const auto plan = [session](store::Draft& draft) -> store::Result<void> {
        std::vector<WebSession> others;
        bool known = false;
        draft.now().objects(
            session.account, store::ObjectType::session, [&](std::string_view id, std::string_view value) {
                if (id == session.id) known = true;
                if (auto other = from_json(session.account, id, value); other && id != session.id)
                    others.push_back(std::move(*other));
                return true;
            });
        // Seen again after it was closed: closed it stays.
        if (!known && session.last_seen != session.created) return {};
        std::sort(others.begin(), others.end(),
                  [](const auto& a, const auto& b) { return a.last_seen > b.last_seen; });
        for (std::size_t i = 0; i < others.size(); ++i)
            if (i + 1 >= most_of_an_account || others[i].expires < session.last_seen)
                draft.add(store::ObjectRemoved{store::ObjectType::session, others[i].id});
        draft.add(store::ObjectPut{store::ObjectType::session, session.id, to_json(session)});
        return {};
    };
    store_.submit_directory({session.account, session.last_seen, {}, plan, std::move(done)});
}

std::optional<WebSessions::Found> WebSessions::find(std::string_view cookie, store::Time now) const {
    const auto read = read_cookie(cookie);
    if (!read) return std::nullopt;
    const auto snapshot = store_.directory();
    const auto value = snapshot.object(read->account, store::ObjectType::session, read->id);
    auto session = value ? from_json(read->account, read->id, *value) : std::nullopt;
    if (!session || session->expires <= now) return std::nullopt;
    auto account = snapshot.account(session->account);
    if (!account || account->status != store::AccountStatus::active ||
        credential_of(*account) != session->credential)
        return std::nullopt;
    if (session->last_seen + seen_written_every <= now) {
        session->last_seen = now;
        write(*session, [](const auto&) {});
    }
    return Found{std::move(*session), std::move(*account)};
}

std::vector<WebSession> WebSessions::list(store::AccountId account, store::Time now) const {
    std::vector<WebSession> sessions;
    store_.directory().objects(
        account, store::ObjectType::session, [&](std::string_view id, std::string_view value) {
            if (auto session = from_json(account, id, value); session && session->expires > now)
                sessions.push_back(std::move(*session));
            return true;
        });
    std::sort(sessions.begin(), sessions.end(),
              [](const auto& a, const auto& b) { return a.last_seen > b.last_seen; });
    return sessions;
}

void WebSessions::close(store::AccountId account, const std::string& id, std::function<void(bool)> done) {
    auto existed = std::make_shared<bool>(false);
    const auto plan = [account, id, existed](store::Draft& draft) -> store::Result<void> {
        *existed = draft.now().object(account, store::ObjectType::session, id).has_value();
        if (*existed) draft.add(store::ObjectRemoved{store::ObjectType::session, id});
        return {};
    };
    store_.submit_directory({account, 0, {}, plan, [existed, done = std::move(done)](const auto& result) {
                                 done(result.has_value() && *existed);
                             }});
}

} // namespace facteur
