#include "actors/session/http/answers.h"
#include "actors/session/http/http_session.h"
#include "actors/session/http/media_type.h"
#include "actors/session/jmap/blobs.h"
#include "actors/session/jmap/ids.h"
#include "transport/jmap/session.h"
#include "transport/jmap/writer.h"

namespace facteur {
namespace {

http::Response refusal(const store::Error& error) {
    switch (error.code) {
    case store::Code::over_quota: return problem(413, "The account has no room for this upload.");
    case store::Code::full: return problem(503, "The server has no room for this upload.");
    default: break;
    }
    auto response = problem(503, "The upload cannot be kept at this moment.");
    response.headers.push_back({"retry-after", "5"});
    return response;
}

http::Response created(const store::AccountRow& user, const Uploaded& uploaded) {
    std::string json;
    jmap::Writer(json)
        .begin_object()
        .member("accountId", account_id(user.id))
        .member("blobId", uploaded.blob_id)
        .member("type", uploaded.type)
        .member("size", uploaded.size)
        .end_object();
    return json_answer(201, std::move(json));
}

} // namespace

// RFC 8620 §6.1: /jmap/upload/{accountId}/
void handle_upload(HttpSession* self) {
    const auto& context = *self->state.context;
    auto& exchange = *self->state.exchange;
    const auto& user = exchange.identity->user;
    auto account = std::string_view(exchange.request.path).substr(exchange.route->pattern.size());
    if (account.ends_with('/')) account.remove_suffix(1);
    if (read_account_id(account) != user.id) return answer(self, problem(404, "There is no such account."));
    if (!exchange.slot.is_taken() && !exchange.slot.take(context.slots, user.id, SlotKind::upload))
        return answer(
            self, limit_problem(400, "maxConcurrentUpload", "Too many uploads of this user are under way."));
    auto type = clean_media_type(exchange.request.header("content-type").value_or(""));
    auto bytes = std::make_shared<const std::string>(std::move(exchange.body));
    exchange.body = {};
    store_upload(self, context.services, user, std::move(bytes), std::move(type),
                 [self, user](const store::Result<Uploaded>& uploaded) {
                     answer(self, uploaded ? created(user, *uploaded) : refusal(uploaded.error()));
                 });
}

} // namespace facteur
