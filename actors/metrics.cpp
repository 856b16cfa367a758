#include "actors/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <sstream>
#include <unordered_map>
#include <vector>

namespace facteur {
namespace {

constexpr std::array<std::string_view, 9> doors{"smtp",  "submission", "submissions", "lmtp", "http",
                                                "https", "admin",      "imap",        "imaps"};

// From a cached answer to an Email/query over everything.
const prometheus::Histogram::BucketBoundaries latencies{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                        0.1,    0.25,  0.5,    1,     2.5,  5,     10};

prometheus::Labels of_door(Door door) {
    return {{"door", std::string(name_of(door))}};
}

} // namespace

std::string_view name_of(Door door) {
    return doors.at(static_cast<std::size_t>(door));
}

struct Metrics::Implementation {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>&opened, &refused, &commands, &messages, &octets, &recipients;
    prometheus::Family<prometheus::Gauge>& open;
    prometheus::Family<prometheus::Histogram>& seconds;

    struct OfDoor {
        prometheus::Counter *opened, *refused, *messages, *octets, *recipients;
        prometheus::Gauge* open;
    };
    std::vector<OfDoor> doors; // by Door

    // What `command` found once is found again without building labels.
    struct OfCommand {
        prometheus::Counter* count;
        prometheus::Histogram* seconds;
    };
    std::shared_mutex commands_mutex;
    std::unordered_map<std::string, OfCommand> by_command;

    std::mutex gauges_mutex;
    std::map<std::string, prometheus::Family<prometheus::Gauge>*, std::less<>> gauges;

    std::mutex collectors_mutex;
    std::vector<std::function<void(Metrics&)>> collectors;

    prometheus::Family<prometheus::Counter>& counter(const char* name, const char* help) {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }

    Implementation()
        : opened(counter("facteur_connections_total", "Connections accepted.")),
          refused(counter("facteur_connections_refused_total", "Connections closed at once by a limit.")),
          commands(counter("facteur_commands_total", "Commands, requests and method calls, by result.")),
          messages(counter("facteur_messages_accepted_total", "Messages taken responsibility for.")),
          octets(counter("facteur_messages_accepted_bytes_total", "Octets of accepted messages.")),
          recipients(counter("facteur_messages_accepted_recipients_total", "Recipients of them.")),
          open(prometheus::BuildGauge()
                   .Name("facteur_connections_open")
                   .Help("Connections at this moment.")
                   .Register(registry)),
          seconds(prometheus::BuildHistogram()
                      .Name("facteur_command_seconds")
                      .Help("From a command's last octet to its answer.")
                      .Register(registry)) {
        for (std::size_t n = 0; n < facteur::doors.size(); ++n) {
            const auto door = static_cast<Door>(n);
            const auto labels = of_door(door);
            OfDoor made{&opened.Add(labels), &refused.Add(labels), nullptr, nullptr, nullptr,
                        &open.Add(labels)};
            if (door <= Door::lmtp) {
                made.messages = &messages.Add(labels);
                made.octets = &octets.Add(labels);
                made.recipients = &recipients.Add(labels);
            }
            doors.push_back(made);
        }
    }

    OfCommand find(Door door, std::string_view command, std::string_view result) {
        std::string key;
        key.append(name_of(door)).append("\n").append(command).append("\n").append(result);
        {
            const std::shared_lock lock(commands_mutex);
            if (const auto found = by_command.find(key); found != by_command.end()) return found->second;
        }
        auto labels = of_door(door);
        labels.emplace("command", command);
        auto* histogram = &seconds.Add(labels, latencies);
        labels.emplace("result", result);
        const OfCommand made{&commands.Add(labels), histogram};
        const std::unique_lock lock(commands_mutex);
        return by_command.emplace(std::move(key), made).first->second;
    }
};

Metrics::Metrics() : implementation_(std::make_unique<Implementation>()) {}
Metrics::~Metrics() = default;

void Metrics::connection_opened(Door door) {
    const auto& of = implementation_->doors[static_cast<std::size_t>(door)];
    of.opened->Increment();
    of.open->Increment();
}
void Metrics::connection_closed(Door door) {
    implementation_->doors[static_cast<std::size_t>(door)].open->Decrement();
}
void Metrics::connection_refused(Door door) {
    implementation_->doors[static_cast<std::size_t>(door)].refused->Increment();
}

void Metrics::command(Door door, std::string_view command, std::string_view result, double seconds) {
    const auto of = implementation_->find(door, command, result);
    of.count->Increment();
    of.seconds->Observe(seconds);
}

void Metrics::message_accepted(Door door, std::uint64_t octets, std::uint64_t recipients) {
    const auto& of = implementation_->doors[static_cast<std::size_t>(door)];
    if (of.messages == nullptr) return;
    of.messages->Increment();
    of.octets->Increment(static_cast<double>(octets));
    of.recipients->Increment(static_cast<double>(recipients));
}

void Metrics::on_scrape(std::function<void(Metrics&)> collect) {
    const std::lock_guard lock(implementation_->collectors_mutex);
    implementation_->collectors.push_back(std::move(collect));
}

void Metrics::set(std::string_view gauge, std::string_view help, std::string_view label,
                  std::string_view value_of_label, double value) {
    prometheus::Labels labels;
    if (!label.empty()) labels.emplace(label, value_of_label);
    const std::lock_guard lock(implementation_->gauges_mutex);
    auto found = implementation_->gauges.find(gauge);
    if (found == implementation_->gauges.end()) {
        auto& family = prometheus::BuildGauge()
                           .Name(std::string(gauge))
                           .Help(std::string(help))
                           .Register(implementation_->registry);
        found = implementation_->gauges.emplace(gauge, &family).first;
    }
    found->second->Add(labels).Set(value);
}

std::string Metrics::text() {
    {
        const std::lock_guard lock(implementation_->collectors_mutex);
        for (const auto& collect : implementation_->collectors)
            collect(*this);
    }
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, implementation_->registry.Collect());
    return out.str();
}

} // namespace facteur
