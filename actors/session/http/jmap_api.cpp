#include "actors/session/http/jmap_api.h"

#include "actors/session/http/answers.h"
#include "actors/session/http/http_session.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/run.h"
#include "transport/jmap/request.h"
#include "transport/jmap/session.h"

#include <fmt/format.h>

#include <array>

namespace facteur {
namespace {

// FNV-1a: the same in every process, which std::hash need not be.
constexpr std::uint64_t fingerprint_of_nothing = 14695981039346656037ull;
std::uint64_t fingerprint(std::string_view text, std::uint64_t hash = fingerprint_of_nothing) {
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return hash;
}

std::string write_session_object(const jmap::Limits& limits, const store::AccountRow& user, std::string url,
                                 std::string state) {
    const std::array accounts{jmap::SessionAccount{account_id(user.id), user.address, true, false}};
    jmap::SessionInformation information;
    information.username = user.address;
    information.accounts = accounts;
    information.url = std::move(url);
    information.state = std::move(state);
    information.capabilities = supported_capabilities();
    std::string json;
    jmap::Writer out(json);
    jmap::write_session(information, limits, out);
    return json;
}

bool is_json(const http::Request& request) {
    const auto type = request.header("content-type").value_or("");
    const auto end = std::min(type.find(';'), type.size());
    auto name = std::string(type.substr(0, end));
    while (name.ends_with(' '))
        name.pop_back();
    for (auto& c : name)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name == "application/json";
}

http::Response refusal(const jmap::RequestError& error) {
    return http::text_response(jmap::RequestError::status, "application/problem+json",
                               jmap::problem_json(error));
}

} // namespace

std::uint64_t fingerprint_of_sessions(const jmap::Limits& limits) {
    return fingerprint(write_session_object(limits, {}, {}, {}));
}

std::string session_state(const HttpContext& context, const store::AccountRow& user) {
    const auto of_all = context.session_fingerprint;
    return fmt::format("{:x}", fingerprint(user.address, fingerprint(account_id(user.id), of_all)));
}

std::string session_object(const HttpContext& context, const Exchange& exchange) {
    const auto& user = exchange.identity->user;
    auto host = exchange.request.header("host").value_or("");
    if (host.empty()) host = context.services.config.domain;
    return write_session_object(context.services.jmap_limits, user,
                                fmt::format("{}://{}", exchange.is_secure ? "https" : "http", host),
                                session_state(context, user));
}

void handle_jmap_session(HttpSession* self) {
    answer(self, json_answer(200, session_object(*self->state.context, *self->state.exchange)));
}

void handle_jmap_api(HttpSession* self) {
    const auto& context = *self->state.context;
    auto& exchange = *self->state.exchange;
    const auto& user = exchange.identity->user;
    if (!is_json(exchange.request))
        return answer(
            self,
            refusal({jmap::RequestError::Type::not_json, "The content type must be application/json.", {}}));
    if (!exchange.slot.is_taken() && !exchange.slot.take(context.slots, user.id, SlotKind::request))
        return answer(self, limit_problem(400, "maxConcurrentRequests",
                                          "Too many requests of this user are under way."));
    auto request = jmap::parse_request(exchange.body, supported_capabilities(), context.services.jmap_limits);
    exchange.body = {};
    if (!request) return answer(self, refusal(request.error()));
    run_request(self, context.services, user, std::move(*request),
                {std::nullopt, session_state(context, user), self->state.gone},
                [self](std::string json) { answer(self, json_answer(200, std::move(json))); });
}

} // namespace facteur
