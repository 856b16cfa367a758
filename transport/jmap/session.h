// The session object (RFC 8620 §2): what the server can do and which accounts the user has.
#pragma once

#include "transport/jmap/capability.h"
#include "transport/jmap/limits.h"
#include "transport/jmap/writer.h"

#include <span>
#include <string>
#include <string_view>

namespace facteur::jmap {

struct SessionAccount {
    std::string id, name;
    bool is_personal = true;
    bool is_read_only = false;
};

struct SessionInformation {
    std::string username;
    std::span<const SessionAccount> accounts; // the first is the primary one of every capability
    std::string url;                          // scheme and authority: "https://mail.academie.test"
    std::string state;
    std::uint32_t capabilities = 0; // bits of `bit_of`
};

// Paths under which the server answers; the templates of the session object are made of them.
inline constexpr std::string_view session_path = "/jmap/session";
inline constexpr std::string_view api_path = "/jmap/api";
inline constexpr std::string_view upload_path = "/jmap/upload/"; // {accountId}/
inline constexpr std::string_view download_path =
    "/jmap/download/"; // {accountId}/{blobId}/{name}?type={type}
inline constexpr std::string_view event_source_path = "/jmap/eventsource/"; // ?types=&closeafter=&ping=
inline constexpr std::string_view websocket_path = "/jmap/ws";

void write_session(const SessionInformation& information, const Limits& limits, Writer& out);

} // namespace facteur::jmap
