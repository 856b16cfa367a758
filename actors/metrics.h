// What Facteur counts and times, as Prometheus reads it (prometheus-cpp). Thread-safe; recording never waits
// for more than a moment. Names begin with "facteur_".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace facteur {

enum class Door : std::uint8_t { smtp, submission, submissions, lmtp, http, https, admin, imap, imaps };
std::string_view name_of(Door door);

class Metrics {
public:
    Metrics();
    ~Metrics();

    void connection_opened(Door door);
    void connection_closed(Door door);
    void connection_refused(Door door);
    // A command of SMTP ("RCPT"), a request of HTTP ("GET /jmap/api"), a method of JMAP ("Email/query"): with
    // its result ("ok", "error", a status) and how long it took. `command` must come from a fixed set, never
    // from a client, so that the number of series is bounded.
    void command(Door door, std::string_view command, std::string_view result, double seconds);
    void message_accepted(Door door, std::uint64_t octets, std::uint64_t recipients);

    // Asked at each scrape for the text of gauges that others keep (lanes, actors, indexing, memory).
    void on_scrape(std::function<void(Metrics&)> collect);
    void set(std::string_view gauge, std::string_view help, std::string_view label,
             std::string_view value_of_label, double value);
    // The exposition text (version 0.0.4).
    [[nodiscard]] std::string text();

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace facteur
