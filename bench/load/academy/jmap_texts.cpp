#include "bench/load/academy/jmap_texts.h"

#include <fmt/format.h>

namespace facteur::load::academy::jmap {
namespace {

using Json = nlohmann::json;

const Json& row_properties() {
    static const Json all{"id",      "blobId",        "threadId", "mailboxIds", "keywords",
                          "size",    "receivedAt",    "sentAt",   "from",       "to",
                          "subject", "hasAttachment", "preview"};
    return all;
}

Json reference(const std::string& call, const std::string& method, const std::string& path) {
    return {{"resultOf", call}, {"name", method}, {"path", path}};
}

Json call(const std::string& method, const std::string& account, Json arguments, const std::string& id) {
    arguments["accountId"] = account;
    return Json::array({method, std::move(arguments), id});
}

Json query(const std::string& account, const Json& filter, std::size_t position, bool collapses) {
    return call("Email/query", account,
                {{"filter", filter},
                 {"sort", {{{"property", "receivedAt"}, {"isAscending", false}}}},
                 {"collapseThreads", collapses},
                 {"position", position},
                 {"limit", page},
                 {"calculateTotal", true}},
                "q");
}

} // namespace

HttpRequest request(const Json& calls, const std::string& cookie) {
    const Json body{
        {"using",
         {"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail", "urn:ietf:params:jmap:submission"}},
        {"methodCalls", calls}};
    return {"POST", "/jmap/api", "application/json", body.dump(), cookie};
}

Json folders(const std::string& account) {
    return {call("Mailbox/get", account, {{"ids", nullptr}}, "m"),
            call("Identity/get", account, {{"ids", nullptr}}, "i")};
}

Json list(const std::string& account, const Json& filter, std::size_t position) {
    return {
        query(account, filter, position, true),
        call("Email/get", account,
             {{"#ids", reference("q", "Email/query", "/ids")}, {"properties", {"threadId"}}}, "h"),
        call("Thread/get", account, {{"#ids", reference("h", "Email/get", "/list/*/threadId")}}, "t"),
        call("Email/get", account,
             {{"#ids", reference("t", "Thread/get", "/list/*/emailIds")}, {"properties", row_properties()}},
             "e")};
}

Json search(const std::string& account, const std::string& text) {
    const Json filter{{"text", text}};
    return {query(account, filter, 0, false),
            call("Email/get", account,
                 {{"#ids", reference("q", "Email/query", "/ids")}, {"properties", row_properties()}}, "e"),
            call("SearchSnippet/get", account,
                 {{"filter", filter}, {"#emailIds", reference("q", "Email/query", "/ids")}}, "s")};
}

Json open(const std::string& account, const std::string& email) {
    const Json properties{"id",         "blobId",  "messageId", "references", "from",     "to",
                          "cc",         "replyTo", "subject",   "textBody",   "htmlBody", "attachments",
                          "bodyValues", "sentAt",  "keywords",  "mailboxIds"};
    return {call("Email/get", account,
                 {{"ids", {email}},
                  {"properties", properties},
                  {"fetchTextBodyValues", true},
                  {"fetchHTMLBodyValues", true},
                  {"maxBodyValueBytes", 1 << 20}},
                 "e"),
            call("Email/set", account, {{"update", {{email, {{"keywords/$seen", true}}}}}}, "u")};
}

Json send(const Outgoing& outgoing) {
    Json to = Json::array();
    for (const auto& address : outgoing.to)
        to.push_back({{"email", address}});
    Json email{{"mailboxIds", {{outgoing.drafts, true}}},
               {"keywords", {{"$draft", true}, {"$seen", true}}},
               {"from", {{{"email", outgoing.from}}}},
               {"to", to},
               {"subject", outgoing.text.substr(0, outgoing.text.find('\r'))},
               {"textBody", {{{"partId", "t"}, {"type", "text/plain"}}}},
               {"bodyValues", {{"t", {{"value", outgoing.text}}}}}};
    if (outgoing.to.size() > 100) email["to"] = {{{"email", outgoing.from}}};
    if (!outgoing.blob.empty())
        email["attachments"] = {{{"blobId", outgoing.blob},
                                 {"type", "application/pdf"},
                                 {"name", "document.pdf"},
                                 {"disposition", "attachment"}}};
    const Json submission{{"identityId", outgoing.identity},
                          {"emailId", "#k"},
                          {"envelope", {{"mailFrom", {{"email", outgoing.from}}}, {"rcptTo", to}}}};
    const Json moved{{"mailboxIds/" + outgoing.drafts, nullptr},
                     {"mailboxIds/" + outgoing.sent, true},
                     {"keywords/$draft", nullptr}};
    return {call("Email/set", outgoing.account, {{"create", {{"k", email}}}}, "c"),
            call("EmailSubmission/set", outgoing.account,
                 {{"create", {{"s", submission}}}, {"onSuccessUpdateEmail", {{"#s", moved}}}}, "s")};
}

Json delivery(const std::string& account, const std::string& submission) {
    return Json::array({call("EmailSubmission/get", account,
                             {{"ids", {submission}}, {"properties", {"deliveryStatus"}}}, "d")});
}

std::string problem(const HttpAnswer& answer) {
    if (!answer.is_good()) return fmt::format("{} {}", answer.status, answer.body.substr(0, 200));
    // Quotes within texts are escaped, so that these are what they seem.
    for (const auto* wrong : {"[\"error\",", "\"notCreated\":{\"", "\"notUpdated\":{\""})
        if (const auto at = answer.body.find(wrong); at != std::string::npos)
            return answer.body.substr(at, 250);
    return {};
}

std::vector<std::string> ids(const std::string& body) {
    std::vector<std::string> found;
    auto at = body.find("\"ids\":[");
    if (at == std::string::npos) return found;
    const auto end = body.find(']', at);
    for (at = body.find('"', at + 6); at < end; at = body.find('"', at + 1)) {
        const auto close = body.find('"', at + 1);
        found.push_back(body.substr(at + 1, close - at - 1));
        at = close;
    }
    return found;
}

std::string value(const std::string& body, const std::string& name, const std::string& after) {
    auto at = body.find(after);
    if (at == std::string::npos) return {};
    const auto key = "\"" + name + "\":\"";
    at = body.find(key, at + after.size());
    if (at == std::string::npos) return {};
    at += key.size();
    return body.substr(at, body.find('"', at) - at);
}

} // namespace facteur::load::academy::jmap
