// Which hosts take mail for a domain, in which order (RFC 5321 §5.1, RFC 7505). Pure functions.
#pragma once

#include "transport/dns/records.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace facteur::dns {

inline constexpr std::size_t max_exchangers = 50; // the best ones; no honest domain has more

struct Exchangers {
    enum class Kind {
        hosts,     // by MX
        implicit,  // no MX: the domain itself, by its addresses
        no_mail,   // null MX: 5.1.10
        no_domain, // 5.1.2
        try_later, // 4.4.3
        loop,      // we are the best one ourselves, and yet do not hold the domain: 5.4.6
    } kind = Kind::try_later;
    std::vector<std::string> hosts; // in the order of trying
    bool authenticated = false;     // the MX answer (DANE needs that, RFC 7672 §2.2)
    std::uint32_t ttl = 0;          // seconds
};

// `answer` is that of Type::mx for `domain`. Equal preferences are shuffled. Hosts at or beyond the
// preference of one of `own_names` are left out (RFC 5321 §5.1).
Exchangers order_exchangers(const Answer& answer, const std::string& domain,
                            const std::vector<std::string>& own_names,
                            const std::function<std::uint64_t()>& random);

} // namespace facteur::dns
