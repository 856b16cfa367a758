// Runs the method calls of one JMAP request in order (RFC 8620 §3.3 to §3.7): result references, creation
// ids, capabilities, the account's right of access, errors of each call, long searches and large texts on
// threads of their own (actors/searching/searches.h, actors/mailbox/large_texts.h), writes through the
// mailbox actor.
//
// Called from the session's actor `self`, which it uses to wait for these; `done` is called once, in that
// actor, with the response's JSON. Several runs may be open in one actor (a WebSocket).
#pragma once

#include "actors/services.h"
#include "store/rows.h"
#include "transport/jmap/request.h"

#include <caf/event_based_actor.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace facteur {

struct RunOptions {
    std::optional<std::string> websocket_request_id; // set: the answer is a WebSocket frame (RFC 8887 §4.3.2)
    std::string session_state;
    // Set when nobody waits for the answer any more: a long search then ends.
    std::shared_ptr<const std::atomic<bool>> gone;
};

void run_request(caf::event_based_actor* self, const Services& services, const store::AccountRow& user,
                 jmap::Request request, RunOptions options, std::function<void(std::string)> done);

// The capabilities that the server has (bits of jmap::bit_of), for parse_request and the session object.
std::uint32_t supported_capabilities();

} // namespace facteur
