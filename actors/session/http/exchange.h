// One request and what becomes of it, handed back and forth between the connection's loop and its session
// actor: whoever has it is the only one to touch it.
#pragma once

#include "actors/metrics.h"
#include "actors/session/http/routes.h"
#include "actors/session/http/slots.h"
#include "store/rows.h"
#include "transport/http/message.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace facteur {

// Who asks, and by what it is known.
struct Caller {
    store::AccountRow user;
    std::string cookie;     // of a web session; empty: it came with a password
    std::string session_id; // of that session
};

struct Exchange {
    http::Request request;
    const RouteEntry* route = nullptr;
    Door door = Door::http;
    std::string remote;     // the client's address, told by a local proxy or the socket
    bool is_secure = false; // TLS, here or at the proxy
    bool is_local = false;  // from this host itself
    std::string body;
    Share share; // of the memory for bodies
    Slot slot;
    std::optional<Caller> identity;
    std::uint64_t began = 0; // loop time of its last octet, milliseconds
    bool is_admitted = false;
};

} // namespace facteur
