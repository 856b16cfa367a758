// The network of outgoing mail: a loop of its own, a resolver, TLS, what domains want of it. `dial` finds the
// servers of a next hop, in the order of trying, and opens the first that will have us.
//
// Any thread may call; what `dial` promises is called on the loop.
#pragma once

#include "actors/delivery/outbound/route.h"
#include "actors/delivery/outbound/sending.h"
#include "actors/delivery/outbound/sts_policies.h"
#include "actors/delivery/outbound/tls_reports.h"
#include "transport/net/loop.h"
#include "transport/net/resolver.h"

#include <functional>
#include <memory>
#include <string>

namespace facteur {

// Why nobody could be reached, as a reply.
struct NoServer {
    std::string reply; // "451 4.4.1 …"
    bool permanent = false;
};

struct DialEvents {
    // One of both, once.
    std::function<void(SendingLink, const RemoteServer&)> opened;
    std::function<void(const NoServer&)> failed;
    // After `opened`.
    std::function<void(const smtp::MessageDone&)> done;
    std::function<void()> gone;
};

class OutboundNetwork {
public:
    // Code::malformed: the resolver's address; Code::tls: the authorities cannot be read.
    static Result<std::unique_ptr<OutboundNetwork>> open(const Config& config);
    ~OutboundNetwork(); // stops
    OutboundNetwork(const OutboundNetwork&) = delete;
    OutboundNetwork& operator=(const OutboundNetwork&) = delete;

    void dial(NextHop hop, DialEvents events);
    // Cuts every connection; a letter under way is answered before this returns. Idempotent.
    void stop();

    // For this folder alone.
    struct Shared {
        const Config& config;
        std::string host; // our name
        net::Loop loop;
        std::shared_ptr<net::Resolver> resolver;
        std::shared_ptr<const net::TlsContext> tls;
        std::shared_ptr<StsPolicies> policies;
        std::shared_ptr<TlsReports> reports;
    };

private:
    explicit OutboundNetwork(const Config& config);
    Shared shared_;
};

} // namespace facteur
