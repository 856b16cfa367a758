// The fixed limits of HTTP's doors: what an operator may set is in [limits] (actors/config.h).
#pragma once

#include <cstddef>
#include <cstdint>

namespace facteur {

struct HttpLimits {
    // Milliseconds.
    std::uint64_t head_time = 20'000;      // from opening, or a head's first octet, to its end
    std::uint64_t keep_alive = 120'000;    // between two requests
    std::uint64_t pace_time = 20'000;      // how often a body's pace is looked at
    std::uint64_t answer_time = 300'000;   // a session that has not answered by then never will
    std::uint64_t keep_awake = 110'000;    // a sign of life on silent streams: proxies like to cut at 120 s
    std::uint64_t websocket_ping = 60'000; // two of them without an answer end it
    std::uint64_t write_stall = 60'000;    // nothing of an answer was taken for so long
    // Octets.
    std::uint64_t pace = 16u << 10;          // of a body in `pace_time`: slower is an attack
    std::size_t unadmitted_body = 16u << 10; // a body up to this is read before it is known whose it is
    std::size_t piece = 1u << 20;            // of a download, in memory at a time
    std::size_t pipelined = 64u << 10;       // read ahead while a request is under way
    std::size_t stream_queue = 256u << 10;   // events that a slow client has not taken: above, it is cut off
    std::size_t turn_octets = 256u << 10; // of answers that one connection gets before others have their turn
    // Of request bodies under way whose sender is known, all together and one user's. Before that, each
    // connection holds at most `unadmitted_body`, and connections are counted by address.
    std::uint64_t bodies = 512u << 20;
    std::uint64_t bodies_of_user = 128u << 20; // or the largest upload and request, when these are more
    // Heads, pieces and ends of requests that one connection gets worked before others have their turn.
    std::uint32_t turn_events = 16;
    // Of one user at a time.
    std::uint32_t downloads = 16, streams = 64;
    // Each program of a user may have as many requests and uploads under way as the session object says; it
    // cannot know of the others, nor a page of the one before it that was left while its requests ran.
    std::uint32_t programs = 4;
    // Of the admin door, so that a monitor gone wild cannot use up what users' connections need.
    std::uint32_t admin_connections = 64;
};

} // namespace facteur
