// An academy without doors: a store, a directory, mailbox actors and the queue, and JMAP requests of its
// accounts through the run of the real methods. The store is checked when the academy goes.
#pragma once

#include "actors/clock.h"
#include "actors/delivery/local.h"
#include "actors/session/jmap/blobs.h"
#include "actors/session/jmap/ids.h"
#include "tests/actors/house.h"
#include "tests/store/fixture.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace facteur::test {

using Json = nlohmann::json;

class Academy : private store::test::TemporaryFolder, public House {
public:
    // On a folder of somebody else, so that an academy can end and another take its place. Without `folder`
    // on one of its own.
    explicit Academy(const Configure& configure = {}, const std::string& folder = {})
        : House(store::test::small(folder.empty() ? path() : folder), configure) {}
    ~Academy() {
        const auto wrong = end();
        CHECK(wrong == "");
    }

    store::AccountRow add(const std::string& name, std::uint64_t quota = 0) {
        NewAccount account;
        account.address = name + "@academie.test";
        account.name = name;
        account.quota = quota;
        return House::add(account);
    }

    // The answers to these calls: [[name, arguments, call id], …].
    Json request(const store::AccountRow& user, const Json& calls, const Json& created_ids = Json::object()) {
        Json body{{"using", Json::array()}, {"methodCalls", calls}, {"createdIds", created_ids}};
        for (const auto urn : {"core", "mail", "submission", "vacationresponse", "blob"})
            body["using"].push_back(std::string("urn:ietf:params:jmap:") + urn);
        auto parsed = jmap::parse_request(body.dump(), supported_capabilities(), services().jmap_limits);
        REQUIRE(parsed.has_value());
        auto answered = run_calls(user, std::move(*parsed));
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
            store_upload(self, services(), user, std::make_shared<const std::string>(bytes), type,
                         [&](store::Result<Uploaded> done) { answer.set_value(std::move(done)); });
        });
        const auto uploaded = answered.get();
        return uploaded ? uploaded->blob_id : "";
    }
    std::string download(const store::AccountRow& user, const std::string& blob_id) {
        const auto now = store().read(user.id);
        const auto blob = Blob::open(now, user.id, blob_id);
        REQUIRE(blob.has_value());
        return blob->read(now, 0, blob->size()).value();
    }

    // A letter that came from somewhere, to these addresses.
    void deliver(const std::vector<std::string>& to, const std::string& text, const std::string& key = {},
                 bool silent = false) {
        std::promise<bool> done;
        auto delivered = done.get_future();
        in_actor([&](caf::event_based_actor* self) {
            std::vector<LocalRecipient> recipients;
            for (const auto& address : to) {
                recipients.push_back(resolve_recipient(services(), address, text.size()).value());
                recipients.back().silent = silent;
            }
            deliver_local(self, services(), ingest(std::make_shared<const std::string>(text), seconds_now()),
                          recipients, key, [&](const std::vector<store::Result<EmailFiled>>& results) {
                              done.set_value(std::all_of(results.begin(), results.end(),
                                                         [](const auto& one) { return one.has_value(); }));
                          });
        });
        REQUIRE(delivered.get());
    }

    std::string mailbox(const store::AccountRow& user, const std::string& role) {
        return mailbox_id(store().read(user.id).mailbox_by_role(user.id, role).value_or(0));
    }
    // Message bytes in a mailbox, newest first.
    std::vector<std::string> mail(const store::AccountRow& user, const std::string& role) {
        const auto now = store().read(user.id);
        std::vector<std::string> bodies;
        now.by_received(user.id, now.mailbox_by_role(user.id, role).value_or(0), {},
                        [&](const store::ListEntry& entry) {
                            bodies.push_back(now.read_body(now.email(user.id, entry.email)->body()).value());
                            return true;
                        });
        return bodies;
    }
};

} // namespace facteur::test
