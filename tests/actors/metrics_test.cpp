#include "actors/metrics.h"

#include <catch2/catch.hpp>

using namespace facteur;

namespace {
bool has(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}
} // namespace

TEST_CASE("metrics count by door, command and result") {
    Metrics metrics;
    metrics.connection_opened(Door::http);
    metrics.connection_opened(Door::http);
    metrics.connection_closed(Door::http);
    metrics.connection_refused(Door::smtp);
    metrics.command(Door::http, "POST /jmap/api", "200", 0.002);
    metrics.command(Door::http, "POST /jmap/api", "200", 0.3);
    metrics.command(Door::http, "POST /jmap/api", "401", 0.002);
    metrics.message_accepted(Door::lmtp, 1000, 3);
    const auto text = metrics.text();
    CHECK(has(text, R"(facteur_connections_open{door="http"} 1)"));
    CHECK(has(text, R"(facteur_connections_total{door="http"} 2)"));
    CHECK(has(text, R"(facteur_connections_refused_total{door="smtp"} 1)"));
    CHECK(has(text, R"(facteur_commands_total{command="POST /jmap/api",door="http",result="200"} 2)"));
    CHECK(has(text, R"(facteur_commands_total{command="POST /jmap/api",door="http",result="401"} 1)"));
    CHECK(has(text, R"(facteur_command_seconds_count{command="POST /jmap/api",door="http"} 3)"));
    CHECK(has(text, R"(facteur_command_seconds_bucket{command="POST /jmap/api",door="http",le="0.0025"} 2)"));
    CHECK(has(text, R"(facteur_messages_accepted_recipients_total{door="lmtp"} 3)"));
    CHECK(has(text, "# TYPE facteur_command_seconds histogram"));
}

TEST_CASE("gauges of others are asked for at each scrape") {
    Metrics metrics;
    int waiting = 0;
    metrics.on_scrape([&](Metrics& at) {
        at.set("facteur_lane_waiting", "Writes that wait.", "lane", "0", ++waiting);
        at.set("facteur_memory_bytes", "Resident memory.", "", "", 12);
    });
    CHECK(has(metrics.text(), R"(facteur_lane_waiting{lane="0"} 1)"));
    const auto again = metrics.text();
    CHECK(has(again, R"(facteur_lane_waiting{lane="0"} 2)"));
    CHECK(has(again, "facteur_memory_bytes 12"));
}
