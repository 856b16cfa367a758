// Identity/set, Blob/upload and blobs themselves.
#include "actors/mailbox/keep_upload.h"
#include "actors/session/jmap/objects.h"
#include "tests/actors/academy.h"

using namespace facteur;
using facteur::test::Academy;
using facteur::test::Json;

TEST_CASE("identities are made, changed and destroyed within one's own addresses") {
    Academy academy;
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    const auto create = [&](const Json& identity) {
        const auto answer = academy.call(anne, "Identity/set", {{"create", {{"k", identity}}}});
        if (answer["created"].is_object()) return answer["created"]["k"]["id"].get<std::string>();
        return answer["notCreated"]["k"]["type"].get<std::string>();
    };
    const auto update = [&](const std::string& id, const Json& patch) {
        const auto answer = academy.call(anne, "Identity/set", {{"update", {{id, patch}}}});
        if (answer["updated"].is_object()) return std::string("updated");
        return answer["notUpdated"][id]["type"].get<std::string>();
    };
    const auto made = create({{"name", "Anne D."},
                              {"email", "anne+jury@academie.test"},
                              {"textSignature", "A."},
                              {"replyTo", {{{"name", nullptr}, {"email", "jury@b.test"}}}}});
    CHECK(made == "i2");
    const auto row = academy.store().read(anne.id).object(anne.id, store::ObjectType::identity, made);
    const auto identity = read_identity(*row);
    CHECK(identity->reply_to->front().email == "jury@b.test");
    CHECK(identity->may_delete);

    CHECK(create({{"email", "pierre@academie.test"}}) == "forbiddenFrom");
    CHECK(create({{"email", "anne@elsewhere.test"}}) == "forbiddenFrom");
    CHECK(create({{"email", "no address"}}) == "invalidProperties");
    CHECK(create(Json::object()) == "invalidProperties");
    CHECK(create(7) == "invalidProperties");
    CHECK(create({{"email", "anne@academie.test"}, {"mayDelete", true}}) == "invalidProperties");
    CHECK(create({{"email", "anne@academie.test"}, {"bcc", {{{"email", "x"}}}}}) == "invalidProperties");

    CHECK(update(made,
                 {{"name", "Anne"}, {"bcc", {{{"email", "copie@b.test"}}}}, {"htmlSignature", "<b>A</b>"}}) ==
          "updated");
    CHECK(update(made, {{"replyTo", nullptr}, {"email", "anne+jury@academie.test"}}) == "updated");
    CHECK(update(made, {{"email", "anne@academie.test"}}) == "invalidProperties");
    CHECK(update(made, {{"name", "a\nb"}}) == "invalidProperties");
    CHECK(update(made, {{"name/x", 1}}) == "invalidProperties");
    CHECK(update(made, {{"htmlSignature", std::string(200'000, 'x')}}) == "invalidProperties");
    CHECK(update("i99", {{"name", "x"}}) == "notFound");
    CHECK(update("a1", {{"name", "x"}}) == "notFound");
    CHECK(update(made, 1) == "invalidPatch");

    const auto answer = academy.call(anne, "Identity/set", {{"destroy", {"i1", made, "i99"}}});
    CHECK(answer["destroyed"] == Json{made});
    CHECK(answer["notDestroyed"]["i1"]["type"] == "forbidden");
    CHECK(answer["notDestroyed"]["i99"]["type"] == "notFound");
    CHECK(academy.call(anne, "Identity/set", {{"ifInState", "0"}})["error"]["type"] == "stateMismatch");
}

TEST_CASE("the number of identities is bounded") {
    Academy academy;
    const auto anne = academy.add("anne");
    Json many;
    for (int i = 0; i < 150; ++i)
        many["k" + std::to_string(i)] = {{"email", "anne@academie.test"}};
    const auto answer = academy.call(anne, "Identity/set", {{"create", many}});
    CHECK(answer["created"].size() == 99);
    CHECK(answer["notCreated"].begin().value()["type"] == "overQuota");
}

TEST_CASE("blobs are put together as RFC 9404 shows") {
    Academy academy([](Config&, jmap::Limits& limits) {
        limits.max_size_blob_set = 1000;
        limits.max_data_sources = 64;
    });
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    const Json account = account_id(anne.id);
    // RFC 9404 §4.1.1 and §4.2.1.
    auto answers = academy.request(
        anne,
        {{"Blob/upload",
          {{"accountId", account},
           {"create",
            {{"b4", {{"data", {{{"data:asText", "The quick brown fox jumped over the lazy dog."}}}}}}}}},
          "S4"},
         {"Blob/upload",
          {{"accountId", account},
           {"create",
            {{"cat",
              {{"type", "text/plain"},
               {"data",
                {{{"data:asText", "How"}},
                 {{"blobId", "#b4"}, {"length", 7}, {"offset", 3}},
                 {{"data:asText", "was t"}},
                 {{"blobId", "#b4"}, {"length", 1}, {"offset", 1}},
                 {{"data:asBase64", "YXQ/"}}}}}}}}},
          "CAT"}});
    const auto& cat = answers["methodResponses"][1][1]["created"]["cat"];
    INFO(answers.dump());
    CHECK(cat["type"] == "text/plain");
    CHECK(cat["size"] == 19);
    CHECK(academy.download(anne, cat["id"]) == "How quick was that?");
    CHECK(answers["methodResponses"][0][1]["created"]["b4"]["type"] == "application/octet-stream");

    const auto upload = [&](const Json& creation) {
        const auto answer = academy.call(anne, "Blob/upload", {{"create", {{"k", creation}}}});
        INFO(answer.dump());
        if (answer["created"].is_object()) return academy.download(anne, answer["created"]["k"]["id"]);
        return answer["notCreated"]["k"]["type"].get<std::string>();
    };
    const auto source = [&](const Json& one) { return upload({{"data", Json::array({one})}}); };
    const auto mine = academy.upload(anne, "0123456789");
    CHECK(source({{"blobId", mine}, {"offset", 4}}) == "456789");
    CHECK(source({{"blobId", mine}, {"offset", 10}}) == "");
    CHECK(source({{"blobId", mine}, {"offset", 4}, {"length", 7}}) == "invalidProperties");
    CHECK(source({{"blobId", mine}, {"offset", 11}}) == "invalidProperties");
    CHECK(source({{"blobId", mine}, {"offset", -1}}) == "invalidProperties");
    CHECK(source({{"blobId", academy.upload(pierre, "secret")}}) == "blobNotFound");
    CHECK(source({{"blobId", "#none"}}) == "blobNotFound");
    CHECK(source({{"data:asBase64", "%%"}}) == "invalidProperties");
    CHECK(source({{"data:asText", "a"}, {"data:asBase64", "YQ=="}}) == "invalidProperties");
    CHECK(source({{"data:asText", "a"}, {"length", 1}}) == "invalidProperties");
    CHECK(source({{"other", "a"}}) == "invalidProperties");
    CHECK(source(Json::object()) == "invalidProperties");
    CHECK(source(7) == "invalidProperties");
    CHECK(source({{"data:asText", std::string(1001, 'x')}}) == "tooLarge");
    CHECK(upload({{"data", Json(65, Json{{"data:asText", "x"}})}}) == "invalidProperties");
    CHECK(upload({{"data", Json::array()}, {"type", "text"}}) == "invalidProperties");
    CHECK(upload({{"data", Json::array()}, {"name", "x"}}) == "invalidProperties");
    CHECK(upload(Json::object()) == "invalidProperties");
    CHECK(academy.call(anne, "Blob/upload", Json::object())["error"]["type"] == "invalidArguments");
}

TEST_CASE("blobs are read by their owner alone, in ranges, parts decoded") {
    Academy academy;
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    const auto id = academy.upload(anne, "QUJDREVG=0A is not base64 here");
    const auto hash = id.substr(1);
    const auto read = [&](const store::AccountRow& user, const std::string& blob_id, std::uint64_t offset = 0,
                          std::uint64_t size = 1000) -> std::string {
        const auto now = academy.store().read(user.id);
        const auto blob = Blob::open(now, user.id, blob_id);
        if (!blob) return blob.error().code == store::Code::not_found ? "not found" : "another error";
        return blob->read(now, offset, size).value();
    };
    CHECK(read(anne, id, 2, 3) == "JDR");
    CHECK(read(anne, id, 28) == "re");
    CHECK(read(anne, id, 30) == "");
    CHECK(read(pierre, id) == "not found");
    CHECK(read(anne, "p" + hash + "-0-8-4") == "ABCDEF");
    CHECK(read(anne, "p" + hash + "-0-8-4", 2, 2) == "CD");
    CHECK(read(anne, "p" + hash + "-0-8-0", 2, 2) == "JD");
    CHECK(read(anne, "p" + hash + "-8-3-3") == "\n");
    CHECK(read(anne, "p" + hash + "-0-31-0") == "not found");
    CHECK(read(anne, "p" + hash + "-31-0-0") == "not found");
    CHECK(read(anne, "p" + hash + "-18446744073709551615-2-0") == "not found");
    CHECK(read(anne, "p" + hash + "-0-8-6") == "not found");
    CHECK(read(anne, "b" + std::string(64, 'a')) == "not found");
    CHECK(read(anne, "b1") == "not found");
    CHECK(read(anne, "") == "not found");
    const auto now = academy.store().read(anne.id);
    CHECK(Blob::open(now, anne.id, "p" + hash + "-0-8-4")->size() == 6);
    CHECK(Blob::open(now, anne.id, id)->tag() == Blob::open(now, anne.id, id)->tag());
}

TEST_CASE("uploads are bounded in number, and by the quota") {
    Academy academy;
    const auto small = academy.add("petit", 1000);
    CHECK_FALSE(academy.upload(small, std::string(900, 'x')).empty());
    CHECK(academy.upload(small, std::string(1001, 'x')).empty());
    const auto anne = academy.add("anne");
    Json many;
    for (std::size_t i = 0; i < 600; ++i)
        many["k" + std::to_string(i)] = {{"data", {{{"data:asText", std::to_string(i)}}}}};
    CHECK(academy.call(anne, "Blob/upload", {{"create", many}})["created"].size() == 600);
    // The same again is the same.
    CHECK(academy.call(anne, "Blob/upload", {{"create", many}})["created"].size() == 600);
    many.clear();
    for (std::size_t i = 0; i < 600; ++i)
        many["k" + std::to_string(i)] = {{"data", {{{"data:asText", "more " + std::to_string(i)}}}}};
    const auto answer = academy.call(anne, "Blob/upload", {{"create", many}});
    CHECK(answer["created"].size() == most_uploads - 600);
    CHECK(answer["notCreated"].begin().value()["type"] == "overQuota");
}
