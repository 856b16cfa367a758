// Sessions of browsers: who holds this cookie?
//
// A session is an object in the directory shard, filed under the account, whose id is the hex SHA-256 of the
// cookie's secret: who reads the store cannot sign in. The cookie is "<account>.<secret>". A session ends
// when it expires, is closed, or when the account is suspended, removed or given another password: the commit
// that does so removes the sessions, and each also names the password hash that it was opened under. Nothing
// is cached: looking one up reads two rows on mapped pages, a few microseconds. Thread-safe; `open` and
// `close` answer when the commit is on disk, on the lane's thread.
#pragma once

#include "actors/config.h"
#include "store/store.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace facteur {

struct WebSession {
    std::string id; // hex
    store::AccountId account = 0;
    store::Time created = 0, last_seen = 0, expires = 0;
    bool remembered = false;
    std::string address, user_agent; // of the browser that opened it
    std::string credential;          // fingerprint of the password hash
};

class WebSessions {
public:
    WebSessions(store::Store& store, const Config::Auth& config) : store_(store), config_(config) {}

    struct Opened {
        std::string cookie;
        WebSession session;
    };
    void open(const store::AccountRow& account, bool remember, std::string address,
              std::string_view user_agent, store::Time now, std::function<void(store::Result<Opened>)> done);
    struct Found {
        WebSession session;
        store::AccountRow account;
    };
    // Nothing: no such session, or it is over. Notes that it was seen (written at most every five minutes).
    [[nodiscard]] std::optional<Found> find(std::string_view cookie, store::Time now) const;
    [[nodiscard]] std::vector<WebSession> list(store::AccountId account, store::Time now) const;
    // `done(false)`: there was none.
    void close(store::AccountId account, const std::string& id, std::function<void(bool)> done);

private:
    void write(const WebSession& session, std::function<void(store::Result<store::Committed>)> done) const;

    store::Store& store_;
    Config::Auth config_;
};

} // namespace facteur
