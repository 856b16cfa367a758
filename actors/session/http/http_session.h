// The session actor of an HTTP connection: knows who asks, and answers what needs the store or an account.
// It has one request at a time, or one stream (EventSource, WebSocket), and ends with its connection.
#pragma once

#include "actors/session/http/context.h"
#include "actors/session/http/exchange.h"
#include "actors/session/http/peer.h"
#include "actors/session/http/session_messages.h"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace facteur {

struct Download;
struct Stream;

struct HttpSessionState {
    static inline const char* name = "http session";
    HttpSessionState();
    ~HttpSessionState();

    std::shared_ptr<HttpContext> context;
    Peer peer;
    std::shared_ptr<Exchange> exchange; // the request under way
    std::unique_ptr<Download> download;
    std::unique_ptr<Stream> stream;
    // Its client waits for nothing any more. Known to long searches, which outlive the session for a moment.
    std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);
};
using HttpSession = caf::stateful_actor<HttpSessionState>;

caf::behavior http_session(HttpSession* self, std::shared_ptr<HttpContext> context, Peer peer);

// ---- for the handlers of routes

// Answers the request under way; what it asks of every answer (packing, ranges, security headers) is added.
void answer(HttpSession* self, http::Response response);
// A function that other threads may call: runs `task` in the session, if it is still there.
std::function<void(std::function<void()>)> way_into(HttpSession* self);

// The handlers; `self->state.exchange` is the request, its identity is known where the route asks for it.
void handle_login(HttpSession* self);
void handle_logout(HttpSession* self);
void handle_sessions(HttpSession* self);
void handle_close_session(HttpSession* self);
void handle_jmap_session(HttpSession* self);
void handle_jmap_api(HttpSession* self);
void handle_upload(HttpSession* self);
void handle_download(HttpSession* self);
void handle_event_source(HttpSession* self);
void handle_websocket(HttpSession* self);
void handle_metrics(HttpSession* self);
void handle_thunderbird_setup(HttpSession* self);
void handle_outlook_setup(HttpSession* self);
void handle_apple_setup(HttpSession* self);

} // namespace facteur
