#include "actors/session/smtp/smtp_door.h"

#include "actors/log.h"
#include "actors/session/smtp/shared.h"
#include "actors/session/smtp/smtp_connection.h"

#include <caf/actor_system.hpp>
#include <fmt/format.h>
#include <openssl/rand.h>

namespace facteur {
namespace {

// Two processes of one store (before and after a restart) must not give the same ids.
std::uint64_t random_start() {
    std::uint64_t start = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&start), sizeof start);
    return start;
}

smtp::Limits limits_of(const Config::Smtp& config) {
    smtp::Limits limits;
    limits.message_octets = config.message_size;
    limits.recipients = config.recipients;
    limits.errors = config.errors;
    return limits;
}

// A network that cannot be read has been refused with the configuration.
Networks networks_of(const Config::Smtp& config) {
    return Networks::parse(config.relay_networks).value_or(Networks());
}

std::unique_ptr<net::Handler> turn_away(net::Connection& connection, const SmtpShared& shared, Door door,
                                        const smtp::Reply& reply) {
    shared.services.metrics.connection_refused(door);
    log(Severity::warn, "connection refused",
        {{"door", name_of(door)}, {"remote", connection.remote()}, {"reason", reply.text}});
    std::string line;
    smtp::write(line, reply);
    if (door != Door::submissions) connection.write(std::move(line)); // TLS would have to come up first
    return nullptr;
}

std::unique_ptr<net::Handler> take(net::Connection& connection, const std::shared_ptr<SmtpShared>& shared,
                                   Door door) {
    if (shared->draining) return turn_away(connection, *shared, door, smtp::replies::too_busy());
    auto tls = shared->tls->current();
    if (door == Door::submissions && !tls)
        return turn_away(connection, *shared, door, {421, "4.3.5", "There is no certificate"});
    if (!shared->all.enter(""))
        return turn_away(connection, *shared, door, {421, "4.3.2", "Too many connections"});
    if (door != Door::lmtp && !shared->strangers.enter(connection.remote())) {
        shared->all.leave("");
        return turn_away(connection, *shared, door, {421, "4.7.0", "Too many connections from your address"});
    }
    return std::make_unique<SmtpConnection>(connection, shared, door, std::move(tls));
}

} // namespace

SmtpShared::SmtpShared(caf::actor_system& actors, const Services& of, std::shared_ptr<const TlsSource> source)
    : system(actors), services(of), tls(std::move(source)),
      host(of.config.smtp.hostname.empty() ? of.config.domain : of.config.smtp.hostname),
      limits(limits_of(of.config.smtp)), relay_networks(networks_of(of.config.smtp)),
      budget(of.config.smtp.memory), all(of.config.smtp.connections, of.config.smtp.connections),
      strangers(of.config.smtp.connections, of.config.smtp.connections_per_address),
      next_id_(random_start()) {}

std::string SmtpShared::new_id() {
    return fmt::format("{:016X}", next_id_.fetch_add(1, std::memory_order_relaxed));
}

std::uint64_t SmtpShared::enter(SmtpLink link) {
    const auto number = next_link_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(mutex);
    links.emplace(number, std::move(link));
    return number;
}

void SmtpShared::leave(std::uint64_t number) {
    const std::lock_guard lock(mutex);
    links.erase(number);
}

SmtpDoors::SmtpDoors(caf::actor_system& system, const Services& services,
                     std::shared_ptr<const TlsSource> tls)
    : shared_(std::make_shared<SmtpShared>(system, services, std::move(tls))) {}
SmtpDoors::~SmtpDoors() = default;

net::Accept SmtpDoors::accept(Door door) const {
    return [shared = shared_, door](net::Connection& connection) { return take(connection, shared, door); };
}

void SmtpDoors::drain() {
    shared_->draining = true;
    const std::lock_guard lock(shared_->mutex);
    for (const auto& [number, link] : shared_->links)
        link.drain();
}

std::size_t SmtpDoors::open() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->links.size();
}

std::uint64_t SmtpDoors::octets_under_way() const {
    return shared_->budget.used();
}

} // namespace facteur
