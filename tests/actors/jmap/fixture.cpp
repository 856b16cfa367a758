#include "tests/actors/jmap/fixture.h"

#include "actors/accounts/authenticator.h"
#include "actors/accounts/directory.h"
#include "actors/delivery/queue.h"
#include "actors/indexing/indexing.h"
#include "actors/mailbox/file_email.h"
#include "actors/mailbox/ingest.h"
#include "actors/mailbox/large_texts.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/metrics.h"
#include "actors/searching/searches.h"
#include "actors/services.h"
#include "actors/session/auth/web_sessions.h"
#include "actors/session/jmap/method.h"
#include "actors/session/jmap/run.h"
#include "transport/jmap/capability.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <future>

namespace facteur::test {

namespace {

// Fits no password; making a hash takes longer than most tests.
constexpr auto hash = "$argon2id$v=19$m=7168,t=5,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

std::unique_ptr<Indexing> start_indexing(store::Store& store) {
    auto indexing = Indexing::start(store, std::chrono::milliseconds(0));
    REQUIRE(indexing.has_value());
    return std::move(*indexing);
}

} // namespace

// Room for a service that no method reaches: making it would cost a thread or a hash in each test.
template <typename T>
class UnreachedService {
public:
    T& get() { return reinterpret_cast<T&>(room_); }

private:
    alignas(T) std::array<std::byte, sizeof(T)> room_{};
};

struct JmapServerConfig : caf::actor_system_config {
    JmapServerConfig() {
        facteur::add_message_types(*this);
        set("scheduler.max-threads", 2);
    }
};

struct JmapServer::Parts {
    Parts(const jmap::Limits& jmap_limits, const SearchLimits& search_limits)
        : limits(jmap_limits), searches(search_limits) {
        system.await_actors_before_shutdown(false);
        mailboxes = std::make_unique<Mailboxes>(
            system, MailboxServices{
                        *store, plan_method, [this](store::ShardId shard) { indexing->wake(shard); }, {}});
        services = std::make_unique<Services>(Services{config, limits, *store, directory, authenticator.get(),
                                                       web_sessions, *mailboxes, *indexing, searches,
                                                       large_texts, queue.get(), metrics});
    }
    ~Parts() {
        searches.stop();
        large_texts.stop();
        mailboxes->stop();
    }

    store::test::TemporaryFolder folder;
    Config config;
    jmap::Limits limits;
    std::unique_ptr<store::Store> store = store::test::open(store::test::small(folder.path()));
    Directory directory{*store, "academie.test"};
    WebSessions web_sessions{*store, config.auth};
    std::unique_ptr<Indexing> indexing = start_indexing(*store);
    Metrics metrics;
    Searches searches;
    LargeTexts large_texts;
    UnreachedService<Authenticator> authenticator;
    UnreachedService<Queue> queue;
    JmapServerConfig caf_config;
    std::unique_ptr<Mailboxes> mailboxes; // outlives the system's actors
    caf::actor_system system{caf_config};
    std::unique_ptr<Services> services;
    store::AccountRow user;
};

JmapServer::JmapServer(const jmap::Limits& limits, const SearchLimits& searches)
    : parts_(std::make_unique<Parts>(limits, searches)) {
    NewAccount account;
    account.address = "anne@academie.test";
    account.name = "Anne Martin";
    account.locale = "en";
    account.password = hash;
    const auto added = parts_->directory.add(account, 1'600'000'000);
    if (!added) UNSCOPED_INFO(added.error().message);
    REQUIRE(added.has_value());
    parts_->user = *added;
}

JmapServer::~JmapServer() {
    const auto report = store::check(*parts_->store, false, {});
    CHECK(report.has_value());
    if (!report) return;
    for (const auto& finding : report->findings)
        UNSCOPED_INFO(finding.what);
    CHECK(report->findings.empty());
}

store::AccountRow& JmapServer::user() {
    return parts_->user;
}
store::Store& JmapServer::store() {
    return *parts_->store;
}
Indexing& JmapServer::indexing() {
    return *parts_->indexing;
}
const Services& JmapServer::services() {
    return *parts_->services;
}

store::MailboxId JmapServer::mailbox(std::string_view role) {
    const auto found = store().read(account()).mailbox_by_role(account(), role);
    REQUIRE(found.has_value());
    return *found;
}

void JmapServer::commit(const store::Plan& plan, std::vector<store::Body> bodies) {
    const auto done = store().commit({account(), 1'700'000'000, std::move(bodies), plan, {}});
    if (!done) UNSCOPED_INFO(done.error().message);
    REQUIRE(done.has_value());
}

store::EmailId JmapServer::add(const NewEmail& email) {
    auto request = std::make_shared<FileEmail>();
    request->account = account();
    request->email.email =
        ingest(std::make_shared<const std::string>(email.text), email.received, email.keywords);
    request->mailboxes = email.mailboxes;
    request->at = email.received;
    auto filed = std::make_shared<EmailFiled>();
    commit(plan_filing(request, filed), {request->email.email->body});
    return filed->email;
}

void JmapServer::update(store::EmailId email, const store::Keywords& keywords,
                        std::vector<store::MailboxId> mailboxes) {
    commit([&](store::Draft& draft) -> store::Result<void> {
        const auto row = draft.now().email(account(), email);
        if (!row) return store::fail(store::Code::not_found, "No such email.");
        const auto refs = row->mailboxes();
        store::EmailUpdated updated{email, keywords, {}};
        std::sort(mailboxes.begin(), mailboxes.end());
        for (const auto mailbox : mailboxes) {
            const auto known = std::find_if(refs.begin(), refs.end(), [&](const store::MailboxRef& ref) {
                return ref.mailbox == mailbox;
            });
            updated.mailboxes.push_back(
                known != refs.end() ? *known : store::MailboxRef{mailbox, draft.new_uid(mailbox)});
        }
        draft.add(std::move(updated));
        return {};
    });
}

void JmapServer::remove(store::EmailId email) {
    commit([&](store::Draft& draft) -> store::Result<void> {
        draft.add(store::EmailRemoved{email});
        return {};
    });
}

store::MailboxId JmapServer::add_mailbox(const std::string& name, store::MailboxId parent,
                                         std::uint32_t order) {
    store::MailboxId made = 0;
    commit([&](store::Draft& draft) -> store::Result<void> {
        made = draft.new_mailbox();
        draft.add(store::MailboxPut{{made, parent, name, {}, order, true, 1}});
        return {};
    });
    return made;
}

std::string JmapServer::upload(const std::string& bytes) {
    const auto body = store::test::body_of(bytes);
    commit(
        [&](store::Draft& draft) -> store::Result<void> {
            draft.add(store::UploadPut{{body.hash, bytes.size(), "text/plain", 2'000'000'000}});
            return {};
        },
        {body});
    return blob_id(body.hash);
}

json JmapServer::request(json calls, const json& more) {
    auto future = ask(std::move(calls), more);
    REQUIRE(future.wait_for(std::chrono::seconds(120)) == std::future_status::ready);
    return future.get();
}

std::future<json> JmapServer::ask(json calls, const json& more) {
    json request{{"methodCalls", std::move(calls)}};
    request["using"] = json::array();
    for (const auto urn : jmap::capability_urns)
        if (const auto capability = jmap::capability_named(urn);
            (supported_capabilities() & jmap::bit_of(*capability)) != 0)
            request["using"].push_back(urn);
    request.update(more);
    auto parsed = jmap::parse_request(request.dump(), supported_capabilities(), parts_->limits);
    REQUIRE(parsed.has_value());
    auto held = std::make_shared<jmap::Request>(std::move(*parsed));
    auto answer = std::make_shared<std::promise<json>>();
    auto future = answer->get_future();
    parts_->system.spawn([this, held, answer](caf::event_based_actor* self) {
        run_request(self, services(), user(), std::move(*held), {std::nullopt, "s1", {}},
                    [answer](const std::string& response) { answer->set_value(json::parse(response)); });
    });
    return future;
}

json JmapServer::call(const std::string& method, json arguments) {
    if (!arguments.contains("accountId")) arguments["accountId"] = account_id();
    const auto response = request(json::array({json::array({method, std::move(arguments), "0"})}));
    REQUIRE(response["methodResponses"].size() >= 1);
    const auto& answer = response["methodResponses"][0];
    CHECK(answer[2] == "0");
    if (answer[0] != "error") CHECK(answer[0] == method);
    return answer[1];
}

std::string mail(std::string text) {
    std::string wire;
    for (const char c : text) {
        if (c == '\n') wire.push_back('\r');
        wire.push_back(c);
    }
    return wire;
}

json ids_of(char letter, const std::vector<std::uint64_t>& numbers) {
    json ids = json::array();
    for (const auto number : numbers)
        ids.push_back(write_id(letter, number));
    return ids;
}

} // namespace facteur::test
