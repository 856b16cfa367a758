#include "actors/session/imap/imap_door.h"

#include "actors/log.h"
#include "actors/session/imap/imap_connection.h"
#include "actors/session/imap/shared.h"

#include <caf/actor_system.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace facteur {
namespace {

// What the wire side reads and writes, and nobody does yet.
constexpr std::array<std::string_view, 1> undone{"QUOTASET"};

std::unique_ptr<net::Handler> turn_away(net::Connection& connection, const ImapShared& shared, Door door,
                                        std::string_view why) {
    shared.services.metrics.connection_refused(door);
    log(Severity::warn, "connection refused",
        {{"door", name_of(door)}, {"remote", connection.remote()}, {"reason", why}});
    std::string line;
    imap::write_condition(line, "*", imap::Condition::bye, "UNAVAILABLE", why);
    if (door != Door::imaps) connection.write(std::move(line)); // TLS would have to come up first
    return nullptr;
}

std::unique_ptr<net::Handler> take(net::Connection& connection, const std::shared_ptr<ImapShared>& shared,
                                   Door door) {
    if (shared->draining) return turn_away(connection, *shared, door, "The server ends");
    auto tls = shared->tls->current();
    if (door == Door::imaps && !tls) return turn_away(connection, *shared, door, "There is no certificate");
    if (!shared->all.enter(connection.remote()))
        return turn_away(connection, *shared, door, "Too many connections");
    return std::make_unique<ImapConnection>(connection, shared, door, std::move(tls));
}

} // namespace

ImapShared::ImapShared(caf::actor_system& actors, const Services& of, std::shared_ptr<const TlsSource> source)
    : system(actors), services(of), tls(std::move(source)), budget(of.config.imap.memory),
      all(of.config.imap.connections, of.config.imap.connections_per_address),
      users(of.config.imap.connections, of.config.imap.connections_per_user), shared_with_anyone(of.store) {
    for (const bool secure : {false, true})
        for (const bool starttls : {false, true})
            for (const bool clear : {false, true})
                options_[secure][starttls][clear] = make_options(secure, starttls, clear);
}

std::shared_ptr<const imap::Options> ImapShared::make_options(bool secure, bool starttls, bool clear) const {
    imap::Options options;
    options.tls = secure;
    options.starttls = starttls;
    options.login_without_tls = clear;
    options.mechanisms = {"SCRAM-SHA-256", "PLAIN"};
    options.tls_mechanisms = {"SCRAM-SHA-256-PLUS"};
    std::erase_if(options.capabilities, [](const std::string& name) {
        return std::find(undone.begin(), undone.end(), name) != undone.end();
    });
    options.limits.message_octets = services.config.smtp.message_size;
    options.capabilities.push_back(fmt::format("APPENDLIMIT={}", options.limits.message_octets));
    options.capabilities.emplace_back("QUOTA=RES-STORAGE");
    options.capabilities.emplace_back("SASL-IR");
    return std::make_shared<const imap::Options>(std::move(options));
}

std::shared_ptr<const imap::Options> ImapShared::options(bool secure, bool starttls, bool clear) const {
    return options_[secure][starttls][clear];
}

std::uint64_t ImapShared::enter(ImapLink link) {
    const auto number = next_link_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(mutex);
    links.emplace(number, std::move(link));
    return number;
}

void ImapShared::leave(std::uint64_t number) {
    const std::lock_guard lock(mutex);
    links.erase(number);
}

ImapDoors::ImapDoors(caf::actor_system& system, const Services& services,
                     std::shared_ptr<const TlsSource> tls)
    : shared_(std::make_shared<ImapShared>(system, services, std::move(tls))) {}
ImapDoors::~ImapDoors() = default;

net::Accept ImapDoors::accept(Door door) const {
    return [shared = shared_, door](net::Connection& connection) { return take(connection, shared, door); };
}

void ImapDoors::drain() {
    shared_->draining = true;
    const std::lock_guard lock(shared_->mutex);
    for (const auto& [number, link] : shared_->links)
        link.drain();
}

std::size_t ImapDoors::open() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->links.size();
}

} // namespace facteur
