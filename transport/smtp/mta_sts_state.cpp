#include "transport/smtp/mta_sts_state.h"

#include "transport/base/ascii.h"

#include <algorithm>

namespace facteur::smtp {

std::string sts_record_name(std::string_view domain) {
    return std::string("_mta-sts.").append(domain);
}

std::string sts_policy_host(std::string_view domain) {
    return std::string("mta-sts.").append(domain);
}

std::string sts_policy_request(std::string_view domain) {
    return "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: " + sts_policy_host(domain) +
           "\r\nAccept: text/plain\r\nUser-Agent: Facteur\r\nConnection: close\r\n\r\n";
}

Result<StsPolicy> read_sts_answer(int status, std::string_view content_type, std::string_view body) {
    if (status != 200) return fail(Code::io, "The policy's server answers " + std::to_string(status) + ".");
    const auto type = ascii::trimmed(content_type.substr(0, content_type.find(';')));
    if (!ascii::same_text(type, "text/plain")) return fail(Code::malformed, "The policy is no text/plain.");
    auto policy = parse_sts_policy(body);
    if (!policy) return fail(Code::malformed, "The policy breaks its grammar.");
    return std::move(*policy);
}

void StsState::record_came(const std::optional<std::string>& found, std::uint32_t ttl, std::int64_t now) {
    const auto was = wanted_id;
    wanted_id = found.value_or("");
    next_record = now + std::max<std::int64_t>(ttl, sts_record_age);
    if (wanted_id == was) return;
    // Another policy is worth asking for, whatever became of the last one.
    failures = 0;
    next_fetch = 0;
}

bool StsState::wants_policy(std::int64_t now) const {
    if (wanted_id.empty() || now < next_fetch) return false;
    if (!policy || id != wanted_id || now >= expires) return true;
    return expires - now < static_cast<std::int64_t>(policy->max_age) / 2;
}

void StsState::policy_came(const Result<StsPolicy>& answer, std::int64_t now) {
    if (answer) {
        id = wanted_id;
        policy = *answer;
        expires = now + policy->max_age;
        failures = 0;
        // One that lasts for seconds is not fetched every second.
        next_fetch = now + sts_first_retry;
        return;
    }
    auto wait = sts_first_retry;
    for (std::uint32_t i = 0; i < failures && wait < sts_last_retry; ++i)
        wait *= 2;
    ++failures;
    next_fetch = now + std::min(wait, sts_last_retry);
}

const StsPolicy* StsState::in_force(std::int64_t now) const {
    return policy && now < expires && policy->mode != StsPolicy::Mode::none ? &*policy : nullptr;
}

} // namespace facteur::smtp
