#include "transport/dns/exchangers.h"

#include <algorithm>

namespace facteur::dns {

Exchangers order_exchangers(const Answer& answer, const std::string& domain,
                            const std::vector<std::string>& own_names,
                            const std::function<std::uint64_t()>& random) {
    using Kind = Exchangers::Kind;
    Exchangers out;
    out.authenticated = answer.authenticated;
    out.ttl = answer.ttl;
    switch (answer.outcome) {
    case Outcome::failed:
    case Outcome::timed_out: return out;
    case Outcome::no_domain: out.kind = Kind::no_domain; return out;
    case Outcome::no_data:
        out.kind = Kind::implicit;
        out.hosts.push_back(domain);
        return out;
    case Outcome::found: break;
    }
    std::vector<Mx> records;
    for (const auto& record : answer.records)
        if (const auto* mx = std::get_if<Mx>(&record); mx != nullptr && !mx->exchange.empty())
            records.push_back(*mx);
    if (records.empty()) { // RFC 7505 §3
        out.kind = Kind::no_mail;
        return out;
    }
    // Fisher and Yates; then the sort keeps the order among equals.
    for (std::size_t left = records.size(); left > 1; --left)
        std::swap(records[left - 1], records[random() % left]);
    std::stable_sort(records.begin(), records.end(),
                     [](const Mx& a, const Mx& b) { return a.preference < b.preference; });
    const auto ours = std::find_if(records.begin(), records.end(), [&](const Mx& mx) {
        return std::find(own_names.begin(), own_names.end(), mx.exchange) != own_names.end();
    });
    if (ours != records.end()) {
        const auto preference = ours->preference;
        std::erase_if(records, [&](const Mx& mx) { return mx.preference >= preference; });
    }
    out.kind = records.empty() ? Kind::loop : Kind::hosts;
    for (auto& mx : records)
        if (out.hosts.size() < max_exchangers &&
            std::find(out.hosts.begin(), out.hosts.end(), mx.exchange) == out.hosts.end())
            out.hosts.push_back(std::move(mx.exchange));
    return out;
}

} // namespace facteur::dns
