// Push (RFC 8620 §7): the StateChange object, the events of an EventSource (§7.3) and the frames of JMAP over
// WebSocket (RFC 8887).
#pragma once

#include "transport/jmap/errors.h"
#include "transport/jmap/request.h"
#include "transport/jmap/writer.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace facteur::jmap {

// ---- StateChange
// -----------------------------------------------------------------------------------------

struct TypeState {
    std::string_view type; // "Email"
    std::string state;
};
struct AccountChange {
    std::string account;
    std::vector<TypeState> states;
};
// `push_state` is left out when empty (only WebSocket has it).
void write_state_change(std::span<const AccountChange> changed, std::string_view push_state, Writer& out);

// ---- EventSource
// -----------------------------------------------------------------------------------------

// Which types the client wants, as in "types=Email,Mailbox", `pushTypes` or "*".
class TypeFilter {
public:
    static TypeFilter all() { return {}; }
    static TypeFilter of(std::vector<std::string> types);
    static TypeFilter parse(std::string_view list); // comma-separated, or "*"
    [[nodiscard]] bool wants(std::string_view type) const;

private:
    bool all_ = true;
    std::vector<std::string> types_;
};

struct EventSourceParameters {
    TypeFilter types;
    bool close_after_state = false;
    std::uint32_t ping = 0; // seconds; 0: none
};
// From the decoded query parameters; nothing when one is not as RFC 8620 §7.3 says. The interval of pings is
// held between 5 and 900 seconds.
std::optional<EventSourceParameters>
event_source_parameters(std::string_view types, std::string_view close_after, std::string_view ping);
std::string state_event(std::span<const AccountChange> changed, std::string_view id);
std::string ping_event(std::uint32_t interval);

// ---- WebSocket (RFC 8887 §4.3)
// ---------------------------------------------------------------------------

struct RequestFrame {
    std::string id; // may be empty
    Request request;
};
struct PushEnable {
    TypeFilter types;
    std::string push_state;
};
struct PushDisable {};
struct RefusedFrame {
    std::string id;
    RequestError error;
};
using Frame = std::variant<RequestFrame, PushEnable, PushDisable, RefusedFrame>;
Frame parse_frame(std::string_view text, std::uint32_t supported, const Limits& limits = {});
// {"@type": "RequestError", "requestId": …, "type": …}
std::string request_error_frame(const RefusedFrame& refused);
std::string state_change_frame(std::span<const AccountChange> changed, std::string_view push_state);

} // namespace facteur::jmap
