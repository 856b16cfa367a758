#include "bench/load/academy/web_client.h"

#include <fmt/format.h>

#include <utility>

namespace facteur::load::academy {

WebClient::WebClient(World& world, std::size_t person)
    : world_(world), person_(person), http_(world.loop, world.ports.http, person) {}

void WebClient::sign_in(const Then& then) {
    const nlohmann::json login{{"username", world_.academy.address(person_)},
                               {"password", world_.academy.password},
                               {"remember", false}};
    http_.send({"POST", "/auth/login", "application/json", login.dump(), {}},
               [this, then](const HttpAnswer& answer) {
                   cookie_ = answer.cookie;
                   account_ = jmap::value(answer.body, "accountId");
                   const auto problem = jmap::problem(answer);
                   then(problem.empty() && (cookie_.empty() || account_.empty()) ? "no cookie" : problem);
               });
}

void WebClient::load_folders(const Then& then) {
    http_.send({"GET", "/jmap/session", {}, {}, cookie_}, [this, then](const HttpAnswer& session) {
        if (const auto problem = jmap::problem(session); !problem.empty()) return then(problem);
        call(jmap::folders(account_), [this, then](const std::string& problem, const std::string& body) {
            then(problem.empty() ? take_folders(body) : problem);
        });
    });
}

std::string WebClient::take_folders(const std::string& body) {
    const auto answer = nlohmann::json::parse(body, nullptr, false);
    if (answer.is_discarded()) return "broken JSON";
    for (const auto& mailbox : answer["methodResponses"][0][1]["list"]) {
        const auto role = mailbox["role"].is_string() ? mailbox["role"].get<std::string>() : "";
        for (const auto& [name, id] : {std::pair{"inbox", &inbox_}, {"drafts", &drafts_}, {"sent", &sent_}})
            if (role == name) *id = mailbox["id"].get<std::string>();
    }
    const auto& identities = answer["methodResponses"][1][1]["list"];
    if (!identities.empty()) identity_ = identities[0]["id"].get<std::string>();
    return inbox_.empty() || drafts_.empty() || sent_.empty() || identity_.empty()
               ? "folders or identity are missing"
               : "";
}

void WebClient::call(const nlohmann::json& calls, Take then) {
    http_.send(jmap::request(calls, cookie_), [then = std::move(then)](const HttpAnswer& answer) {
        then(jmap::problem(answer), answer.body);
    });
}

void WebClient::load(const std::string& blob, const Then& then) {
    http_.send({"GET",
                fmt::format("/jmap/download/{}/{}/document.pdf?type=application/pdf", account_, blob),
                {},
                {},
                cookie_},
               [then](const HttpAnswer& answer) {
                   then(answer.is_good() ? ""
                                         : fmt::format("{} {}", answer.status, answer.body.substr(0, 200)));
               });
}

void WebClient::upload(std::string bytes, Take then) {
    http_.send({"POST", "/jmap/upload/" + account_ + "/", "application/pdf", std::move(bytes), cookie_},
               [then = std::move(then)](const HttpAnswer& answer) {
                   then(jmap::problem(answer), jmap::value(answer.body, "blobId"));
               });
}

void WebClient::send(std::vector<std::string> to, std::string text, const std::string& blob, Take then) {
    call(jmap::send({account_, identity_, drafts_, sent_, world_.academy.address(person_), std::move(text),
                     std::move(to), blob}),
         std::move(then));
}

void WebClient::sign_out(const Then& then) {
    http_.send({"POST", "/auth/logout", "application/json", {}, cookie_},
               [then](const HttpAnswer& answer) { then(jmap::problem(answer)); });
}

} // namespace facteur::load::academy
