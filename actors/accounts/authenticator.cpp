#include "actors/accounts/authenticator.h"

#include "actors/accounts/address.h"
#include "actors/accounts/password.h"
#include "actors/clock.h"
#include "transport/sasl/scram_keys.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>

namespace facteur {
namespace {

constexpr std::size_t longest_password = 1024;
constexpr std::size_t most_waiting = 2000; // about 25 s of hashing on two cores: longer, nobody waits
constexpr std::size_t most_recognised = 200'000;
constexpr store::Time recognised_for = 3600;

std::string random_octets(std::size_t count) {
    std::string octets(count, '\0');
    RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(count));
    return octets;
}

} // namespace

Authenticator::Authenticator(const Directory& directory, const Config::Auth& config, std::string secret)
    : directory_(directory), guard_({config.failures, config.failure_wait}), key_(random_octets(32)),
      secret_(std::move(secret)), nobody_(hash_password(random_octets(16))) {
    const auto threads = config.hashing_threads > 0 ? config.hashing_threads
                                                    : std::max(1u, std::thread::hardware_concurrency());
    for (unsigned n = 0; n < threads; ++n)
        threads_.emplace_back([this] { work(); });
}

Authenticator::~Authenticator() {
    std::deque<Job> left;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        left.swap(queue_);
    }
    wake_.notify_all();
    for (auto& thread : threads_)
        thread.join();
    for (auto& job : left)
        job.done({SignIn::busy, std::nullopt, 1});
}

std::string Authenticator::key_of(std::string_view name) const {
    const auto full = name.find('@') == std::string_view::npos
                          ? fmt::format("{}@{}", name, directory_.domain())
                          : std::string(name);
    return normalise_address(full).value_or(full.substr(0, 320));
}

std::string Authenticator::mac(store::AccountId account, std::string_view password) const {
    return sasl::hmac_sha256(key_, fmt::format("{}\n{}", account, password));
}

bool Authenticator::recognises(const store::AccountRow& account, std::string_view password, store::Time now) {
    const auto wanted = mac(account.id, password);
    const std::lock_guard lock(mutex_);
    const auto found = recognised_.find(account.id);
    return found != recognised_.end() && found->second.until > now &&
           found->second.password_hash == account.password_hash &&
           sasl::equal_in_constant_time(found->second.mac, wanted);
}

void Authenticator::remember(const store::AccountRow& account, std::string_view password, store::Time now) {
    auto entry = Recognised{mac(account.id, password), account.password_hash, now + recognised_for};
    const std::lock_guard lock(mutex_);
    if (recognised_.size() >= most_recognised && !recognised_.contains(account.id))
        recognised_.erase(recognised_.begin());
    recognised_[account.id] = std::move(entry);
}

SignInAnswer Authenticator::accept(const std::string& key, const std::string& remote,
                                   store::AccountRow account, store::Time now) {
    guard_.succeeded(key, remote, now);
    if (account.status != store::AccountStatus::active) return {SignIn::suspended, std::nullopt, 0};
    return {SignIn::ok, std::move(account), 0};
}

void Authenticator::sign_in(const std::string& name, std::string password, std::string remote,
                            std::function<void(SignInAnswer)> done) {
    const auto now = seconds_now();
    auto key = key_of(name);
    if (const auto seconds = guard_.wait(key, remote, now); seconds > 0) {
        {
            const std::lock_guard lock(mutex_);
            ++statistics_.held_up;
        }
        return done({SignIn::wait, std::nullopt, seconds});
    }
    auto account = directory_.find(name);
    if (password.size() > longest_password) password.clear(); // no account has an empty one
    if (account && recognises(*account, password, now)) {
        {
            const std::lock_guard lock(mutex_);
            ++statistics_.recognised;
        }
        return done(accept(key, remote, std::move(*account), now));
    }
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_ && queue_.size() < most_waiting) {
            queue_.push_back({std::move(key), std::move(password), std::move(remote), std::move(account),
                              std::move(done)});
            wake_.notify_one();
            return;
        }
    }
    done({SignIn::busy, std::nullopt, 5});
}

void Authenticator::work() {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (stopping_) return;
            job = std::move(queue_.front());
            queue_.pop_front();
        }
        verify(std::move(job));
    }
}

void Authenticator::verify(Job job) {
    const bool has_password = job.account && is_password_hash(job.account->password_hash);
    const bool fits =
        verify_password(job.password, has_password ? job.account->password_hash : nobody_) && has_password;
    const auto now = seconds_now();
    {
        const std::lock_guard lock(mutex_);
        ++statistics_.hashed;
        if (!fits) ++statistics_.failed;
    }
    if (!fits) {
        guard_.failed(job.key, job.remote, now);
        return job.done({SignIn::wrong, std::nullopt, 0});
    }
    remember(*job.account, job.password, now);
    job.done(accept(job.key, job.remote, std::move(*job.account), now));
}

std::int64_t Authenticator::wait(std::string_view name, std::string_view remote) {
    return guard_.wait(key_of(name), remote, seconds_now());
}

void Authenticator::note(std::string_view name, std::string_view remote, bool ok) {
    if (ok)
        guard_.succeeded(key_of(name), remote, seconds_now());
    else
        guard_.failed(key_of(name), remote, seconds_now());
}

Authenticator::Statistics Authenticator::statistics() const {
    const std::lock_guard lock(mutex_);
    auto statistics = statistics_;
    statistics.waiting = queue_.size();
    return statistics;
}

} // namespace facteur
