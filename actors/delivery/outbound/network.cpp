#include "actors/delivery/outbound/network.h"

#include "actors/clock.h"
#include "actors/delivery/outbound/dialling.h"

namespace facteur {
namespace {

constexpr std::uint64_t between_looks_at_day = 60'000; // milliseconds

void end_days(net::Loop& loop, const std::weak_ptr<TlsReports>& reports) {
    loop.after(between_looks_at_day, [&loop, reports] {
        const auto there = reports.lock();
        if (!there) return;
        there->end_day();
        end_days(loop, reports);
    });
}

} // namespace

OutboundNetwork::OutboundNetwork(const Config& config)
    : shared_{config, config.smtp.hostname.empty() ? config.domain : config.smtp.hostname, {}, {}, {}, {},
              {}} {}

Result<std::unique_ptr<OutboundNetwork>> OutboundNetwork::open(const Config& config) {
    std::unique_ptr<OutboundNetwork> network(new OutboundNetwork(config));
    auto tls = net::TlsContext::client(config.queue.authorities);
    if (!tls) return tl::unexpected(tls.error());
    network->shared_.tls = std::move(*tls);
    net::ResolverOptions options;
    if (!config.queue.resolver.empty()) options.servers.push_back(config.queue.resolver);
    options.trusted = config.queue.trusted_resolver;
    Result<void> opened;
    network->shared_.loop.run([&] {
        auto resolver = net::Resolver::open(network->shared_.loop, options);
        if (!resolver) {
            opened = tl::unexpected(resolver.error());
            return;
        }
        auto& shared = network->shared_;
        shared.resolver = std::move(*resolver);
        shared.policies = std::make_shared<StsPolicies>(
            PolicyServers{shared.loop, shared.resolver, shared.tls, config.queue.https_port},
            config.store.path + "/mta-sts.json", seconds_now);
        shared.reports = std::make_shared<TlsReports>(ReportsSetting{
            config.store.path + "/tls-reports", config.domain, "postmaster@" + config.domain, seconds_now});
        end_days(shared.loop, shared.reports);
    });
    if (!opened) return tl::unexpected(opened.error());
    return network;
}

OutboundNetwork::~OutboundNetwork() {
    stop();
}

void OutboundNetwork::dial(NextHop hop, DialEvents events) {
    shared_.loop.post([this, hop = std::move(hop), events = std::move(events)]() mutable {
        std::make_shared<Dialling>(shared_, std::move(hop), std::move(events))->start();
    });
}

void OutboundNetwork::stop() {
    if (shared_.resolver)
        shared_.loop.run([this] {
            shared_.policies.reset();
            shared_.reports.reset();
            shared_.resolver.reset();
        });
    shared_.loop.stop();
}

} // namespace facteur
