// Which handler a path has: the table of everything that HTTP serves.
//
// Pure functions, any thread.
#pragma once

#include "actors/metrics.h"

#include <cstdint>
#include <string_view>

namespace facteur {

enum class Route : std::uint8_t {
    none, // 404
    healthz,
    readyz,
    metrics,
    login,
    logout,
    sessions, // the user's web sessions
    session,  // one of them
    jmap_session,
    jmap_api,
    jmap_upload,
    jmap_download,
    event_source,
    websocket,
    thunderbird_setup, // how mail programs find their servers
    outlook_setup,
    apple_setup,
    asset, // of the web UI: files, and every path that is one of its screens
};

struct RouteEntry {
    Route route = Route::none;
    std::string_view pattern; // as metrics and logs name it
    std::string_view methods; // as Allow says them: "GET, HEAD, OPTIONS"
    std::uint32_t body = 0;   // octets of a request's body, unless a limit of JMAP says otherwise
};

// The admin door has routes of its own and no others.
const RouteEntry& find_route(Door door, std::string_view path);
bool allows(const RouteEntry& entry, std::string_view method);

} // namespace facteur
