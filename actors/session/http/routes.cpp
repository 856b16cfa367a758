#include "actors/session/http/routes.h"

#include "transport/jmap/session.h"

#include <array>

namespace facteur {
namespace {

constexpr std::string_view reads = "GET, HEAD, OPTIONS", posts = "POST, OPTIONS";
constexpr std::uint32_t form = 16u << 10;
constexpr std::string_view reads_and_posts = "GET, HEAD, POST, OPTIONS";

constexpr RouteEntry no_route{Route::none, "(none)", "", 0};
constexpr RouteEntry asset{Route::asset, "/", reads, 0};

constexpr std::array admin_routes{
    RouteEntry{Route::healthz, "/healthz", reads, 0},
    RouteEntry{Route::readyz, "/readyz", reads, 0},
    RouteEntry{Route::metrics, "/metrics", reads, 0},
};
constexpr std::array exact_routes{
    RouteEntry{Route::login, "/auth/login", posts, form},
    RouteEntry{Route::logout, "/auth/logout", posts, form},
    RouteEntry{Route::sessions, "/auth/sessions", reads, 0},
    RouteEntry{Route::jmap_session, "/.well-known/jmap", reads, 0},
    RouteEntry{Route::jmap_session, jmap::session_path, reads, 0},
    RouteEntry{Route::jmap_api, jmap::api_path, posts, 0},
    RouteEntry{Route::websocket, jmap::websocket_path, "GET, OPTIONS", 0},
    RouteEntry{Route::thunderbird_setup, "/.well-known/autoconfig/mail/config-v1.1.xml", reads, 0},
    RouteEntry{Route::thunderbird_setup, "/mail/config-v1.1.xml", reads, 0},
    RouteEntry{Route::outlook_setup, "/autodiscover/autodiscover.xml", reads_and_posts, form},
    RouteEntry{Route::outlook_setup, "/Autodiscover/Autodiscover.xml", reads_and_posts, form},
    RouteEntry{Route::apple_setup, "/mail.mobileconfig", reads, 0},
};
constexpr std::array prefix_routes{
    RouteEntry{Route::session, "/auth/sessions/", "DELETE, OPTIONS", form},
    RouteEntry{Route::jmap_upload, jmap::upload_path, posts, 0},
    RouteEntry{Route::jmap_download, jmap::download_path, reads, 0},
    RouteEntry{Route::event_source, jmap::event_source_path, "GET, OPTIONS", 0},
};

// Below these nothing is a screen of the web UI.
bool is_reserved(std::string_view path) {
    return path.starts_with("/jmap/") || path.starts_with("/auth/") || path.starts_with("/.well-known/");
}

} // namespace

const RouteEntry& find_route(Door door, std::string_view path) {
    if (door == Door::admin) {
        for (const auto& entry : admin_routes)
            if (path == entry.pattern) return entry;
        return no_route;
    }
    for (const auto& entry : exact_routes)
        if (path == entry.pattern) return entry;
    for (const auto& entry : prefix_routes)
        if (path.starts_with(entry.pattern)) return entry;
    // "/jmap/eventsource" without the slash is what some clients make of the template.
    if (path == jmap::event_source_path.substr(0, jmap::event_source_path.size() - 1))
        return prefix_routes.back();
    return is_reserved(path) ? no_route : asset;
}

bool allows(const RouteEntry& entry, std::string_view method) {
    auto rest = entry.methods;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(", "), rest.size());
        if (rest.substr(0, end) == method) return true;
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return false;
}

} // namespace facteur
