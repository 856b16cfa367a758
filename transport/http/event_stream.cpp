#include "transport/http/event_stream.h"

#include <fmt/format.h>

#include <algorithm>

namespace facteur::http {
namespace {

void append_on_one_line(std::string& out, std::string_view field, std::string_view text) {
    out.append(field);
    for (const char c : text)
        if (c != '\r' && c != '\n' && c != '\0') out.push_back(c);
    out.push_back('\n');
}

} // namespace

Response event_stream_response() {
    return {200,
            {{"content-type", "text/event-stream; charset=utf-8"},
             {"cache-control", "no-store"},
             {"x-accel-buffering", "no"}},
            nullptr};
}

std::string write_event(std::string_view event, std::string_view id, std::string_view data) {
    std::string out;
    out.reserve(event.size() + id.size() + data.size() + 32);
    if (!event.empty()) append_on_one_line(out, "event: ", event);
    if (!id.empty()) append_on_one_line(out, "id: ", id);
    while (true) {
        const auto end = std::min(data.find_first_of("\r\n"), data.size());
        out.append("data: ").append(data.substr(0, end)).push_back('\n');
        if (end == data.size()) break;
        data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
    out.push_back('\n');
    return out;
}

std::string write_event_comment(std::string_view text) {
    std::string out;
    append_on_one_line(out, ": ", text);
    out.push_back('\n');
    return out;
}

std::string write_event_retry(std::chrono::milliseconds wait) {
    return fmt::format("retry: {}\n\n", wait.count());
}

} // namespace facteur::http
