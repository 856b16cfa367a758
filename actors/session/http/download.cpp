#include "actors/session/http/download.h"

#include "actors/session/http/answers.h"
#include "actors/session/http/http_connection.h"
#include "actors/session/http/media_type.h"
#include "actors/session/jmap/ids.h"
#include "store/store.h"
#include "transport/http/response.h"
#include "transport/jmap/session.h"

namespace facteur {
namespace {

// /jmap/download/{accountId}/{blobId}/{name}
struct Target {
    std::string_view account, blob, name;
};
std::optional<Target> read_target(const Exchange& exchange) {
    const auto rest = std::string_view(exchange.request.path).substr(exchange.route->pattern.size());
    const auto first = rest.find('/');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = std::min(rest.find('/', first + 1), rest.size());
    Target target{rest.substr(0, first), rest.substr(first + 1, second - first - 1), {}};
    target.name = rest.substr(std::min(second + 1, rest.size()));
    return target;
}

// A blob never changes. It is kept by the user's own browser alone, which forgets it when they sign out.
http::Response head_of(const Exchange& exchange, const Target& target, const std::string& tag) {
    http::Response response;
    response.headers = {
        {"content-type", safe_media_type(exchange.request.parameter("type").value_or(""))},
        {"content-disposition", http::content_disposition(true, target.name)},
        {"etag", tag},
        {"cache-control", "private, max-age=31536000, immutable"},
        {"accept-ranges", "bytes"},
    };
    return response;
}

void begin(HttpSession* self, http::Response response, Blob blob, std::uint64_t first, std::uint64_t end) {
    auto& state = self->state;
    auto exchange = std::move(state.exchange);
    const bool has_body = exchange->request.method != "HEAD" && end > first;
    state.download = std::make_unique<Download>(
        Download{exchange->identity->user.id, std::move(blob), first, has_body ? end : first});
    state.peer.tell([exchange = std::move(exchange), response = std::move(response),
                     length = end - first](HttpConnection& handler, net::Connection& connection) {
        handler.answer_head(connection, exchange, response, length);
    });
    continue_download(self);
}

} // namespace

void handle_download(HttpSession* self) {
    auto& exchange = *self->state.exchange;
    const auto& context = *self->state.context;
    const auto& user = exchange.identity->user;
    const auto target = read_target(exchange);
    if (!target || read_account_id(target->account) != user.id)
        return answer(self, problem(404, "There is no such account."));
    if (!exchange.slot.take(context.slots, user.id, SlotKind::download)) {
        auto response = problem(429, "Too many downloads of this user are under way.");
        response.headers.push_back({"retry-after", "1"});
        return answer(self, std::move(response));
    }
    const auto damage = context.services.store.damage(user.id);
    auto blob = Blob::open(context.services.store.read(user.id), user.id, target->blob);
    if (context.services.store.damage(user.id) != damage)
        return answer(self, problem(500, "A part of this account is damaged on the server's disk."));
    if (!blob) return answer(self, problem(404, "There is no such blob."));
    const auto tag = http::entity_tag(blob->tag());
    auto response = head_of(exchange, *target, tag);
    if (http::matches_none(exchange.request, tag)) {
        response.status = 304;
        return answer(self, std::move(response));
    }
    const auto size = blob->size();
    const auto range = http::range_of(exchange.request, size, tag);
    std::uint64_t first = 0, end = size;
    if (range.kind != http::RangeAnswer::Kind::whole)
        response.headers.push_back({"content-range", http::content_range(range, size)});
    if (range.kind == http::RangeAnswer::Kind::unsatisfiable) {
        response.status = 416;
        return answer(self, std::move(response));
    }
    if (range.kind == http::RangeAnswer::Kind::part) {
        response.status = 206;
        first = range.part.first;
        end = range.part.last + 1;
    }
    begin(self, std::move(response), std::move(*blob), first, end);
}

void continue_download(HttpSession* self) {
    auto& state = self->state;
    if (!state.download) return;
    auto& download = *state.download;
    const auto size = std::min<std::uint64_t>(download.end - download.next, state.context->limits.piece);
    // A view of its own for each piece: a slow client must not hold pages of the store.
    auto bytes = size == 0 ? store::Result<std::string>(std::string())
                           : download.blob.read(state.context->services.store.read(download.account),
                                                download.next, size);
    if (!bytes || bytes->size() != size) {
        // The head has promised more: only ending the connection says that it does not come.
        state.download.reset();
        return state.peer.tell(
            [](HttpConnection& handler, net::Connection& connection) { handler.session_lost(connection); });
    }
    download.next += size;
    const bool is_last = download.next == download.end;
    state.peer.tell([piece = std::make_shared<const std::string>(std::move(*bytes)),
                     is_last](HttpConnection& handler, net::Connection& connection) {
        handler.answer_piece(connection, piece, is_last);
    });
    if (is_last) state.download.reset();
}

} // namespace facteur
