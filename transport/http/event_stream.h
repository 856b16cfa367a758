// Writing text/event-stream (HTML Living Standard §9.2, used by RFC 8620 §7.3): each function gives bytes to
// send as they are. The head is that of `event_stream_response`, without a length.
#pragma once

#include "transport/http/message.h"

#include <chrono>
#include <string>
#include <string_view>

namespace facteur::http {

// Content type, no caching, no buffering by proxies.
Response event_stream_response();

// One event. Empty `event` and `id` are left out; each line of `data` (ended by LF, CRLF or CR) becomes one
// line, so that data can hold any text. Line ends in `event` and `id` are dropped.
std::string write_event(std::string_view event, std::string_view id, std::string_view data);
// A line that clients skip: keeps proxies and time-outs awake.
std::string write_event_comment(std::string_view text);
// How long a client waits before it connects again.
std::string write_event_retry(std::chrono::milliseconds wait);

} // namespace facteur::http
