#include "actors/delivery/outbound/network.h"

#include "actors/clock.h"
#include "actors/delivery/outbound/dialling.h"

namespace facteur {

OutboundNetwork::OutboundNetwork(const Config& config)
    : shared_{config, config.smtp.hostname.empty() ? config.domain : config.smtp.hostname, {}, {}, {}, {}} {}

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
            shared_.resolver.reset();
        });
    shared_.loop.stop();
}

} // namespace facteur
