// Fetches a domain's MTA-STS policy from its web server (RFC 8461 §3.3): HTTPS with a certificate for
// "mta-sts.<domain>", no redirects, within some seconds and 64 KiB.
//
// On the network's loop, as `done` is, which is called once, and not at all when the loop stops first.
// Errors: those of `read_sts_answer`; Code::io (nobody there, no answer in time), Code::tls (no such
// certificate).
#pragma once

#include "transport/net/loop.h"
#include "transport/net/resolver.h"
#include "transport/net/tls.h"
#include "transport/smtp/mta_sts.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace facteur {

struct PolicyServers {
    net::Loop& loop;
    std::shared_ptr<net::Resolver> resolver;
    std::shared_ptr<const net::TlsContext> tls;
    std::uint16_t port = 443;
};

void fetch_policy(const PolicyServers& servers, const std::string& domain,
                  std::function<void(const Result<smtp::StsPolicy>&)> done);

} // namespace facteur
