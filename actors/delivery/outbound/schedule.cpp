#include "actors/delivery/outbound/schedule.h"

#include <algorithm>

namespace facteur {
namespace {

// What is known of a hop that fails is kept for so long after its rest.
constexpr store::Time kept_for = smtp::longest_closure;

} // namespace

void Schedule::add(const std::string& name, DueEntry due) {
    auto& hop = hops_[name];
    const Rank rank(due.entry.bulk, due.due, next_++);
    hop.waiting.emplace(rank, std::move(due));
    ++waiting_;
    arrange(name, hop);
}

bool Schedule::fits(const DueEntry& due) const {
    return given_out_ == 0 || octets_ + due.entry.size <= limits_.octets;
}

void Schedule::arrange(const std::string& name, Hop& hop) {
    if (hop.ready) ready_.erase({*hop.ready, name});
    hop.ready.reset();
    const std::size_t most = hop.closure.failures > 0 ? 1 : limits_.connections_of_hop;
    if (hop.waiting.empty() || hop.connections >= most) return;
    hop.ready = hop.waiting.begin()->first;
    ready_.emplace(*hop.ready, name);
}

DueEntry Schedule::take(const std::string& name, Hop& hop) {
    auto due = std::move(hop.waiting.begin()->second);
    hop.waiting.erase(hop.waiting.begin());
    --waiting_;
    ++given_out_;
    octets_ += due.entry.size;
    arrange(name, hop);
    return due;
}

std::optional<Schedule::Start> Schedule::open_next(store::Time now) {
    if (connections_ >= limits_.connections) return std::nullopt;
    for (const auto& [rank, name] : ready_) {
        auto& hop = hops_.at(name);
        if (!smtp::is_open(hop.closure, now)) continue;
        if (!fits(hop.waiting.begin()->second)) return std::nullopt;
        ++hop.connections;
        ++connections_;
        Start start{name, {}};
        start.due = take(start.hop, hop);
        return start;
    }
    return std::nullopt;
}

std::optional<DueEntry> Schedule::take_next(const std::string& name) {
    const auto found = hops_.find(name);
    if (found == hops_.end() || found->second.waiting.empty()) return std::nullopt;
    auto& hop = found->second;
    const auto& [rank, due] = *hop.waiting.begin();
    if (!fits(due)) return std::nullopt;
    // Mass mail makes room for a person's letter that finds no connection free.
    const bool is_full = connections_ >= limits_.connections;
    if (is_full && std::get<0>(rank) && !ready_.empty() && !std::get<0>(ready_.begin()->first))
        return std::nullopt;
    return take(name, hop);
}

void Schedule::finished(std::uint64_t octets) {
    octets_ -= octets;
    --given_out_;
}

void Schedule::closed(const std::string& name) {
    auto& hop = hops_.at(name);
    --hop.connections;
    --connections_;
    arrange(name, hop);
    drop_if_idle(name);
}

Schedule::Failure Schedule::failed(const std::string& name, std::string reply, store::Time now) {
    auto& hop = hops_[name];
    hop.closure = smtp::after_failure(hop.closure, now, {}, random_);
    hop.reply = std::move(reply);
    Failure failure{hop.closure.until, {}};
    --hop.connections;
    --connections_;
    // Other connections of it go on, and take what waits.
    if (hop.connections > 0) {
        arrange(name, hop);
        return failure;
    }
    failure.waiting = take_all(name);
    return failure;
}

std::vector<DueEntry> Schedule::take_all(const std::string& name) {
    auto& hop = hops_[name];
    std::vector<DueEntry> all;
    for (auto& [rank, due] : hop.waiting)
        all.push_back(std::move(due));
    waiting_ -= hop.waiting.size();
    hop.waiting.clear();
    arrange(name, hop);
    return all;
}

void Schedule::worked(const std::string& name) {
    auto& hop = hops_[name];
    hop.closure = {};
    hop.reply.clear();
    arrange(name, hop);
}

std::optional<Schedule::Rest> Schedule::rest(const std::string& name, store::Time now) const {
    const auto hop = hops_.find(name);
    if (hop == hops_.end() || smtp::is_open(hop->second.closure, now)) return std::nullopt;
    return Rest{hop->second.closure.until, hop->second.reply};
}

void Schedule::forget_failures() {
    for (auto& [name, hop] : hops_) {
        hop.closure.until = 0;
    }
}

void Schedule::tidy(store::Time now) {
    std::erase_if(hops_, [now](const auto& entry) {
        const auto& hop = entry.second;
        return hop.waiting.empty() && hop.connections == 0 && now >= hop.closure.until + kept_for;
    });
}

void Schedule::drop_if_idle(const std::string& name) {
    const auto hop = hops_.find(name);
    if (hop->second.waiting.empty() && hop->second.connections == 0 && hop->second.closure.failures == 0)
        hops_.erase(hop);
}

} // namespace facteur
