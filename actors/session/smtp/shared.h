// What all connections of all SMTP doors share. Internal to this folder.
#pragma once

#include "actors/metrics.h"
#include "actors/services.h"
#include "actors/session/smtp/budget.h"
#include "actors/session/smtp/link.h"
#include "actors/session/smtp/networks.h"
#include "actors/session/tls_source.h"
#include "transport/net/listener.h"
#include "transport/smtp/limits.h"

#include <caf/fwd.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace facteur {

struct SmtpShared {
    SmtpShared(caf::actor_system& actors, const Services& all, std::shared_ptr<const TlsSource> source);

    // Of a transaction, unique in this store for as long as anybody looks for it: alphanumeric.
    std::string new_id();
    std::uint64_t enter(SmtpLink link); // the number by which it leaves
    void leave(std::uint64_t number);

    caf::actor_system& system;
    const Services& services;
    std::shared_ptr<const TlsSource> tls;
    std::string host; // our name
    smtp::Limits limits;
    Networks relay_networks;
    Budget budget;
    net::Admission all, strangers; // LMTP's peer is ours: it counts in `all` only
    std::atomic<bool> draining{false};

    std::mutex mutex;
    std::unordered_map<std::uint64_t, SmtpLink> links;

private:
    std::atomic<std::uint64_t> next_id_;
    std::atomic<std::uint64_t> next_link_{1};
};

} // namespace facteur
