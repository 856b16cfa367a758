// An academy without doors: a store, a directory, mailbox actors and the queue, and JMAP requests of its
// accounts through the run of the real methods. The store is checked when the academy goes.
#pragma once

#include "actors/accounts/authenticator.h"
#include "actors/accounts/directory.h"
#include "actors/delivery/queue.h"
#include "actors/indexing/indexing.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/messages.h"
#include "actors/metrics.h"
#include "actors/searching/searches.h"
#include "actors/session/auth/web_sessions.h"
#include "actors/session/jmap/blobs.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/method.h"
#include "actors/session/jmap/run.h"
#include "tests/store/fixture.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace facteur::test {

using Json = nlohmann::json;

// Bounded; the condition is told by somebody else's work.
inline bool comes_true(const std::function<bool()>& condition) {
    for (int tries = 0; tries < 20'000; ++tries) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return condition();
}

class Academy {
public:
    // On a folder of somebody else, so that an academy can end and another take its place. Without `folder`
    // on one of its own.
    explicit Academy(const std::function<void(Config&, jmap::Limits&)>& configure = {},
                     const std::string& folder = {})
        : config_(make_config(configure)), limits_(make_limits(configure)),
          store_(store::test::open(store_options(folder.empty() ? folder_.path() : folder))),
          directory_(*store_, config_.domain), authenticator_(directory_, config_.auth, "secret"),
          sessions_(*store_, config_.auth), system_(system_config_.config),
          mailboxes_(system_,
                     {*store_, plan_method, {}, [this](store::ShardId shard) { queue_.wake(shard); }}),
          queue_(system_),
          indexing_(start_indexing(*store_)), services_{
                                                  config_,    limits_,        *store_,
                                                  directory_, authenticator_, sessions_,
                                                  mailboxes_, *indexing_,     searches_,
                                                  queue_,     metrics_,       "a secret of reverse-paths"} {}
    ~Academy() {
        queue_.stop();
        // Mailbox actors stay until they have been idle for long.
        CHECK(comes_true([this] { return system_.registry().running() <= mailboxes_.active(); }));
        system_.await_actors_before_shutdown(false);
        indexing_.reset();
        store_->close();
        store::test::require_clean(*store_);
    }

    store::AccountRow add(const std::string& name, std::uint64_t quota = 0) {
        NewAccount account;
        account.address = name + "@academie.test";
        account.name = name;
        account.quota = quota;
        const auto row = directory_.add(account, 1'764'000'000);
        REQUIRE(row.has_value());
        return *row;
    }

    // The answers to these calls: [[name, arguments, call id], …].
    Json request(const store::AccountRow& user, const Json& calls, const Json& created_ids = Json::object()) {
        Json body{{"using", Json::array()}, {"methodCalls", calls}, {"createdIds", created_ids}};
        for (const auto urn : {"core", "mail", "submission", "vacationresponse", "blob"})
            body["using"].push_back(std::string("urn:ietf:params:jmap:") + urn);
        auto parsed = jmap::parse_request(body.dump(), supported_capabilities(), limits_);
        REQUIRE(parsed.has_value());
        std::promise<std::string> answer;
        auto answered = answer.get_future();
        in_actor([&](caf::event_based_actor* self) {
            run_request(self, services_, user, std::move(*parsed), {},
                        [&](std::string json) { answer.set_value(std::move(json)); });
        });
        REQUIRE(answered.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
        return Json::parse(answered.get());
    }
    // The arguments of the only answer to one call; accountId is added.
    Json call(const store::AccountRow& user, const std::string& name, Json arguments) {
        if (!arguments.contains("accountId")) arguments["accountId"] = account_id(user.id);
        const auto answers = request(user, Json::array({Json::array({name, arguments, "c0"})}));
        REQUIRE(answers["methodResponses"].size() == 1);
        const auto& answer = answers["methodResponses"][0];
        INFO(answer.dump());
        CHECK(answer[2] == "c0");
        if (answer[0] == "error") return Json{{"error", answer[1]}};
        REQUIRE(answer[0] == name);
        return answer[1];
    }

    // The blob id of an upload of these bytes.
    std::string upload(const store::AccountRow& user, const std::string& bytes,
                       const std::string& type = "application/octet-stream") {
        std::promise<store::Result<Uploaded>> answer;
        auto answered = answer.get_future();
        in_actor([&](caf::event_based_actor* self) {
            store_upload(self, services_, user, std::make_shared<const std::string>(bytes), type,
                         [&](store::Result<Uploaded> done) { answer.set_value(std::move(done)); });
        });
        const auto uploaded = answered.get();
        return uploaded ? uploaded->blob_id : "";
    }
    std::string download(const store::AccountRow& user, const std::string& blob_id) {
        const auto now = store_->read(user.id);
        const auto blob = Blob::open(now, user.id, blob_id);
        REQUIRE(blob.has_value());
        return blob->read(now, 0, blob->size()).value();
    }

    std::string mailbox(const store::AccountRow& user, const std::string& role) {
        return mailbox_id(store_->read(user.id).mailbox_by_role(user.id, role).value_or(0));
    }
    // Message bytes in a mailbox, newest first.
    std::vector<std::string> mail(const store::AccountRow& user, const std::string& role) {
        const auto now = store_->read(user.id);
        std::vector<std::string> bodies;
        now.by_received(user.id, now.mailbox_by_role(user.id, role).value_or(0), {},
                        [&](const store::ListEntry& entry) {
                            bodies.push_back(now.read_body(now.email(user.id, entry.email)->body()).value());
                            return true;
                        });
        return bodies;
    }

    // Runs `work` in an actor that lives as long as it waits for something.
    void in_actor(std::function<void(caf::event_based_actor*)> work) {
        system_.spawn([work = std::move(work)](caf::event_based_actor* self) { work(self); });
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
    static Config make_config(const std::function<void(Config&, jmap::Limits&)>& configure) {
        Config config;
        config.domain = "academie.test";
        config.auth.hashing_threads = 1;
        jmap::Limits limits;
        if (configure) configure(config, limits);
        return config;
    }
    static jmap::Limits make_limits(const std::function<void(Config&, jmap::Limits&)>& configure) {
        Config config;
        jmap::Limits limits;
        if (configure) configure(config, limits);
        return limits;
    }
    static store::Options store_options(const std::string& path) {
        auto options = store::test::small(path);
        options.shards = 2;
        return options;
    }
    static std::unique_ptr<Indexing> start_indexing(store::Store& store) {
        auto indexing = Indexing::start(store);
        REQUIRE(indexing.has_value());
        return std::move(*indexing);
    }

    const store::test::TemporaryFolder folder_;
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
    Metrics metrics_;
    Services services_;
};

} // namespace facteur::test
