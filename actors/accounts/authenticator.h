// Who is it? Verifies names and passwords for every door: web, JMAP, SMTP, later IMAP and DAV.
//
// Hashing is slow on purpose, so it happens on threads of its own, as many as configured, behind a bounded
// queue. A password that was verified a short while ago is recognised by a keyed hash that lives in memory
// only, so that a program which signs in at every request costs microseconds; the entry holds for one
// password hash of the directory and so dies with it. Unknown names get the same answer in the same time as
// wrong passwords. Any thread may call; nothing here waits.
#pragma once

#include "actors/accounts/directory.h"
#include "actors/accounts/guard.h"
#include "actors/config.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace facteur {

enum class SignIn {
    ok,
    wrong,     // name or password
    suspended, // both are right, but the account is closed
    wait,      // too many failures: not before `retry_after`
    busy,      // too many sign-ins at this moment
};

struct SignInAnswer {
    SignIn result = SignIn::wrong;
    std::optional<store::AccountRow> account; // when ok
    std::int64_t retry_after = 0;             // seconds, when wait or busy
};

class Authenticator {
public:
    // `secret`: of this store, the same after every restart.
    Authenticator(const Directory& directory, const Config::Auth& config, std::string secret);
    ~Authenticator(); // waits for the hashing threads; what still waits is answered `busy`
    Authenticator(const Authenticator&) = delete;
    Authenticator& operator=(const Authenticator&) = delete;

    // Calls `done` once: during this call when the answer is known at once, else on a hashing thread, where
    // it must only hand over. `remote` is the peer's address without port.
    void sign_in(const std::string& name, std::string password, std::string remote,
                 std::function<void(SignInAnswer)> done);

    // For SCRAM, whose proof the session verifies itself: ask before, tell after.
    [[nodiscard]] std::int64_t wait(std::string_view name, std::string_view remote);
    void note(std::string_view name, std::string_view remote, bool ok);
    // For what SCRAM tells of names that do not exist.
    [[nodiscard]] const std::string& secret() const { return secret_; }

    struct Statistics {
        std::uint64_t hashed = 0, recognised = 0, failed = 0, held_up = 0;
        std::size_t waiting = 0;
    };
    [[nodiscard]] Statistics statistics() const;

private:
    struct Job {
        std::string key, password, remote;
        std::optional<store::AccountRow> account;
        std::function<void(SignInAnswer)> done;
    };
    struct Recognised {
        std::string mac;           // of the password under key_
        std::string password_hash; // that it was verified against
        store::Time until = 0;
    };

    [[nodiscard]] std::string mac(store::AccountId account, std::string_view password) const;
    [[nodiscard]] bool recognises(const store::AccountRow& account, std::string_view password,
                                  store::Time now);
    void remember(const store::AccountRow& account, std::string_view password, store::Time now);
    [[nodiscard]] std::string key_of(std::string_view name) const;
    SignInAnswer accept(const std::string& key, const std::string& remote, store::AccountRow account,
                        store::Time now);
    void work();
    void verify(Job job);

    const Directory& directory_;
    Guard guard_;
    std::string key_; // of this process
    std::string secret_;
    std::string nobody_; // a hash that no password fits, at the usual price

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> queue_;
    bool stopping_ = false;
    std::unordered_map<store::AccountId, Recognised> recognised_;
    Statistics statistics_;
    std::vector<std::thread> threads_;
};

} // namespace facteur
