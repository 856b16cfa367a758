// What all connections of the IMAP doors share. Internal to this folder.
#pragma once

#include "actors/metrics.h"
#include "actors/services.h"
#include "actors/session/imap/known_names.h"
#include "actors/session/imap/link.h"
#include "actors/session/imap/shared_with_anyone.h"
#include "actors/session/imap/uid_maps.h"
#include "actors/session/smtp/budget.h"
#include "actors/session/tls_source.h"
#include "transport/imap/machine.h"
#include "transport/net/listener.h"

#include <caf/fwd.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace facteur {

struct ImapShared {
    ImapShared(caf::actor_system& actors, const Services& all, std::shared_ptr<const TlsSource> source);

    std::uint64_t enter(ImapLink link); // the number by which it leaves
    void leave(std::uint64_t number);
    // One for all connections alike.
    [[nodiscard]] std::shared_ptr<const imap::Options> options(bool tls, bool starttls,
                                                               bool in_the_clear) const;

    caf::actor_system& system;
    const Services& services;
    std::shared_ptr<const TlsSource> tls;
    Budget budget; // for messages that come by APPEND
    net::Admission all;
    net::Admission users; // sessions of one account
    UidMaps uid_maps;
    KnownNames known_names;
    SharedWithAnyone shared_with_anyone;
    std::atomic<bool> draining{false};

    mutable std::mutex mutex;
    std::unordered_map<std::uint64_t, ImapLink> links;

private:
    std::shared_ptr<const imap::Options> make_options(bool tls, bool starttls, bool in_the_clear) const;
    std::shared_ptr<const imap::Options> options_[2][2][2];
    std::atomic<std::uint64_t> next_link_{1};
};

} // namespace facteur
