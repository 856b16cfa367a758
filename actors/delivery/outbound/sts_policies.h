// The MTA-STS policies of the domains that we send to (RFC 8461): looked for before the first letter, fetched
// again when they age or change, kept in a file, so that a restart forgets none.
//
// On the network's loop alone. Only domains that announce a policy are kept, at most `most_policies` of them.
#pragma once

#include "actors/delivery/outbound/fetch_policy.h"
#include "transport/smtp/mta_sts_state.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace facteur {

class StsPolicies : public std::enable_shared_from_this<StsPolicies> {
public:
    static constexpr std::size_t most_policies = 10'000;
    using Found = std::function<void(const std::optional<smtp::StsPolicy>&)>;

    // A file that cannot be read is begun anew.
    StsPolicies(PolicyServers servers, std::string file, std::function<std::int64_t()> clock);

    // The policy that holds now; nothing: none does. Called at once when one is known, else when DNS and web
    // server have been asked, which takes seconds at most.
    void find(const std::string& domain, Found found);

private:
    void record_came(const std::string& domain, const dns::Answer& answer);
    void refresh(const std::string& domain);
    void answer(const std::string& domain);
    void make_room();
    void load();
    void save() const;

    PolicyServers servers_;
    std::string file_;
    std::function<std::int64_t()> clock_;
    std::map<std::string, smtp::StsState> states_;
    std::map<std::string, std::vector<Found>> asking_; // domains whose record or policy is being asked for
};

} // namespace facteur
