// All of a server but the program around it and its doors: a store on a folder, a directory, mailbox actors,
// the index and the queue (which the test starts or not). What is made from it ends before it does.
#pragma once

#include "actors/accounts/authenticator.h"
#include "actors/accounts/directory.h"
#include "actors/delivery/queue.h"
#include "actors/indexing/indexing.h"
#include "actors/mailbox/large_texts.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/messages.h"
#include "actors/metrics.h"
#include "actors/searching/searches.h"
#include "actors/session/auth/web_sessions.h"
#include "actors/session/jmap/method.h"
#include "actors/session/jmap/run.h"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace facteur::test {

constexpr std::int64_t start_of_time = 1'764'000'000;

// Bounded; the condition is told by somebody else's work.
inline bool comes_true(const std::function<bool()>& condition) {
    for (int tries = 0; tries < 20'000; ++tries) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return condition();
}

// The value, or an exception with the error's words: a house that cannot be built ends its test.
template <typename T>
T value_or_throw(store::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
}

class House {
public:
    using Configure = std::function<void(Config&, jmap::Limits&)>;

    // `configure` changes the configuration and the limits before anything is made from them.
    House(const store::Options& options, const Configure& configure)
        : config_(make_config(configure)), limits_(make_limits(configure)),
          store_(value_or_throw(store::Store::open(options))), directory_(*store_, config_.domain),
          authenticator_(directory_, config_.auth, "secret of this store"), sessions_(*store_, config_.auth),
          system_(system_config_.config),
          mailboxes_(system_,
                     {*store_, plan_method, {}, [this](store::ShardId shard) { queue_.wake(shard); }}),
          queue_(system_),
          indexing_(value_or_throw(Indexing::start(*store_))), services_{config_,
                                                                         limits_,
                                                                         *store_,
                                                                         directory_,
                                                                         authenticator_,
                                                                         sessions_,
                                                                         mailboxes_,
                                                                         *indexing_,
                                                                         searches_,
                                                                         large_texts_,
                                                                         queue_,
                                                                         metrics_,
                                                                         "a secret of reverse-paths"} {}
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    // Ends all of it but the mailbox actors, which stay until they have been idle for long. What was wrong;
    // empty: nothing. To be called once, when what stands on the house has ended.
    [[nodiscard]] std::string end() {
        queue_.stop();
        const bool all_ended =
            comes_true([this] { return system_.registry().running() <= mailboxes_.active(); });
        system_.await_actors_before_shutdown(false);
        indexing_.reset();
        store_->close();
        std::string wrong = all_ended ? "" : "actors do not end\n";
        const auto report = check(*store_, false, {});
        if (!report) return wrong + "the store cannot be checked: " + report.error().message;
        for (const auto& finding : report->findings)
            wrong += finding.what + "\n";
        return wrong;
    }

    store::AccountRow add(const NewAccount& account) {
        return value_or_throw(directory_.add(account, start_of_time));
    }
    // Runs `work` in an actor that lives as long as it waits for something.
    void in_actor(std::function<void(caf::event_based_actor*)> work) {
        system_.spawn([work = std::move(work)](caf::event_based_actor* self) { work(self); });
    }

    // The response to these calls.
    std::future<std::string> run_calls(const store::AccountRow& user, jmap::Request request) {
        auto answer = std::make_shared<std::promise<std::string>>();
        auto asked = std::make_shared<jmap::Request>(std::move(request));
        in_actor([this, user, asked, answer](caf::event_based_actor* self) {
            run_request(self, services_, user, std::move(*asked), {},
                        [answer](std::string json) { answer->set_value(std::move(json)); });
        });
        return answer->get_future();
    }

    // Nothing waits to be delivered or sent.
    bool queue_is_empty() {
        for (store::ShardId shard = 0; shard < store_->shards(); ++shard)
            if (store_->read_shard(shard).next_due()) return false;
        return true;
    }

    store::Store& store() { return *store_; }
    Directory& directory() { return directory_; }
    Mailboxes& mailboxes() { return mailboxes_; }
    Queue& queue() { return queue_; }
    caf::actor_system& system() { return system_; }
    const Services& services() const { return services_; }

private:
    struct SystemConfig {
        SystemConfig() {
            add_message_types(config);
            config.set("scheduler.max-threads", 2);
        }
        caf::actor_system_config config;
    };
    static Config make_config(const Configure& configure) {
        Config config;
        config.domain = "academie.test";
        config.auth.plaintext_on_loopback = true;
        config.auth.hashing_threads = 1;
        jmap::Limits limits;
        if (configure) configure(config, limits);
        return config;
    }
    static jmap::Limits make_limits(const Configure& configure) {
        Config config;
        jmap::Limits limits;
        if (configure) configure(config, limits);
        return limits;
    }

    Config config_;
    jmap::Limits limits_;
    std::unique_ptr<store::Store> store_;
    Directory directory_;
    Authenticator authenticator_;
    WebSessions sessions_;
    SystemConfig system_config_;
    caf::actor_system system_;
    Mailboxes mailboxes_;
    Queue queue_;
    std::unique_ptr<Indexing> indexing_;
    Searches searches_;
    LargeTexts large_texts_{1};
    Metrics metrics_;
    Services services_;
};

} // namespace facteur::test
