// What a connection on its loop tells its session actor. These never leave the process, since a loop and its
// connections do not either, so they are not serialisable.
#pragma once

#include "actors/session/http/exchange.h"

#include <caf/allowed_unsafe_message_type.hpp>

#include <functional>
#include <memory>
#include <string>

namespace facteur {

// A whole request.
struct RequestArrived {
    std::shared_ptr<Exchange> exchange;
};
// The head of one whose body is not read before the session says so.
struct BodyAnnounced {
    std::shared_ptr<Exchange> exchange;
};
// The client has taken the last piece of an answer.
struct PieceTaken {};
// The client has closed its side while its request is answered: most have gone, and wait for no long search.
struct ClientEnded {};
// A message of the WebSocket.
struct FrameArrived {
    std::shared_ptr<const std::string> text;
    bool is_text = true;
};
// From another thread to the session's own: run this.
struct Continue {
    std::function<void()> task;
};

} // namespace facteur

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::RequestArrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::BodyAnnounced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::PieceTaken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ClientEnded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::FrameArrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::Continue)
