#include "actors/session/http/stream.h"

#include "actors/mailbox/mailbox_actor.h"
#include "actors/session/http/http_connection.h"
#include "actors/session/http/identify.h"
#include "actors/session/jmap/ids.h"
#include "store/store.h"
#include "transport/http/websocket_machine.h"

#include <algorithm>

namespace facteur {
namespace {

constexpr auto watch_limit = std::chrono::seconds(30);

// By StateType; those without a name are of no type that JMAP knows.
constexpr std::array<std::string_view, store::state_types> type_names{
    "Email", "Mailbox", "Thread", "EmailDelivery", "Identity", "EmailSubmission", "VacationResponse",
    "Quota", ""};

void tell(HttpSession* self, const std::vector<jmap::AccountChange>& changed, store::Modseq newest) {
    const auto& stream = *self->state.stream;
    const auto id = std::to_string(newest);
    auto bytes =
        stream.kind == Stream::Kind::event_source
            ? jmap::state_event(changed, id)
            : http::websocket_frame(http::WebSocketKind::text, jmap::state_change_frame(changed, id));
    self->state.peer.tell([bytes = std::move(bytes)](HttpConnection& handler, net::Connection& connection) {
        handler.push(connection, bytes);
    });
    if (stream.close_after_state) end_stream(self, 1000, {});
}

// Tells of the types that changed after `since` says for each; then the client knows `now`.
void tell_difference(HttpSession* self, const Stream::States& since, const Stream::States& now) {
    auto& stream = *self->state.stream;
    stream.told = now;
    if (!stream.types) return;
    jmap::AccountChange change{account_id(stream.identity.user.id), {}};
    for (std::size_t type = 0; type < now.size(); ++type)
        if (now[type] > since[type] && !type_names[type].empty() && stream.types->wants(type_names[type]))
            change.states.push_back({type_names[type], std::to_string(now[type])});
    if (!change.states.empty()) tell(self, {std::move(change)}, newest_of(now));
}

void ask_to_watch(HttpSession* self, std::function<void()> then, unsigned tries) {
    const auto account = self->state.stream->identity.user.id;
    auto mailbox = self->state.context->services.mailboxes.of(account);
    self->request(mailbox, watch_limit, Watch{account})
        .then(
            [self, then] {
                if (self->state.stream) then();
            },
            [self, then, tries](const caf::error&) {
                if (!self->state.stream) return;
                // The mailbox actor had gone to rest at this moment: there is a fresh one now.
                if (tries > 0) return ask_to_watch(self, then, tries - 1);
                end_stream(self, http::try_later, "Try again later.");
            });
}

} // namespace

store::Modseq newest_of(const Stream::States& states) {
    return *std::max_element(states.begin(), states.end());
}

Stream::States current_states(const HttpContext& context, store::AccountId account) {
    return context.services.store.read(account).state(account).changed;
}

void watch(HttpSession* self, std::function<void()> then) {
    ask_to_watch(
        self,
        [self, then = std::move(then)] {
            // It may have ended between the request and this.
            if (!is_still_valid(self->state.context->services, self->state.stream->identity))
                return end_stream(self, http::policy_violation, "The session is over.");
            then();
        },
        1);
}

void on_state_changed(HttpSession* self, const StateChanged& changed) {
    auto& stream = self->state.stream;
    if (!stream || changed.account != stream->identity.user.id) return;
    const auto since = stream->told;
    tell_difference(self, since, changed.changed);
}

void tell_since(HttpSession* self, store::Modseq since) {
    const auto& stream = *self->state.stream;
    Stream::States then{};
    then.fill(since);
    tell_difference(self, then, current_states(*self->state.context, stream.identity.user.id));
}

void close_unless_valid(HttpSession* self) {
    auto& stream = self->state.stream;
    if (stream && !is_still_valid(self->state.context->services, stream->identity))
        end_stream(self, http::policy_violation, "The session is over.");
}

void end_stream(HttpSession* self, std::uint16_t code, std::string reason) {
    self->state.stream.reset();
    self->state.peer.tell(
        [code, reason = std::move(reason)](HttpConnection& handler, net::Connection& connection) {
            handler.end_stream(connection, code, reason);
        });
}

} // namespace facteur
