// Random policies of MTA-STS: what is taken is whole and within bounds, and its own hosts fit it.
#include "transport/smtp/mta_sts.h"

#include <cstdlib>

using namespace facteur::smtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto id = parse_sts_record(text); id && (id->empty() || id->size() > 32)) std::abort();
    const auto policy = parse_sts_policy(text);
    if (!policy) return 0;
    if (policy->hosts.size() > max_policy_hosts || policy->max_age > 31'557'600) std::abort();
    if (policy->hosts.empty() && policy->mode != StsPolicy::Mode::none) std::abort();
    for (const auto& host : policy->hosts)
        if (!host.starts_with("*.") && !fits(*policy, host)) std::abort();
    return 0;
}
