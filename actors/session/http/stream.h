// A stream of changes to a client: an EventSource (RFC 8620 §7.3) or a WebSocket (RFC 8887). The session
// watches the account's mailbox actor and tells what differs from what it told before, so that changes that
// come faster than they can be told become one.
//
// A stream ends as soon as what it was opened with does: the account is suspended or removed, its password
// changed, its web session closed.
#pragma once

#include "actors/messages.h"
#include "actors/session/http/http_session.h"
#include "transport/jmap/push.h"

#include <array>
#include <functional>
#include <optional>
#include <string>

namespace facteur {

struct Stream {
    enum class Kind { event_source, websocket };
    using States = std::array<store::Modseq, store::state_types>;

    Kind kind = Kind::event_source;
    Caller identity;
    Slot slot;
    std::optional<jmap::TypeFilter> types; // nothing: no push (a WebSocket before it is enabled)
    bool close_after_state = false;
    States told{}; // the states that the client knows
};

// Watches the account; `then` runs in the session once every later change will come.
void watch(HttpSession* self, std::function<void()> then);
void on_state_changed(HttpSession* self, const StateChanged& changed);
// Tells what the client does not know: what changed after `since`.
void tell_since(HttpSession* self, store::Modseq since);
// The identity may have ended: look, and end the stream if so.
void close_unless_valid(HttpSession* self);
void end_stream(HttpSession* self, std::uint16_t code, std::string reason);
void handle_frame(HttpSession* self, const FrameArrived& frame);

// The id of an event, and the pushState of a WebSocket: the last commit that changed any of the states.
store::Modseq newest_of(const Stream::States& states);
Stream::States current_states(const HttpContext& context, store::AccountId account);

} // namespace facteur
