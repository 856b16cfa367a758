// What is known of a domain's MTA-STS policy, and when to ask again (RFC 8461 §3.3, §5, §10.2). The caller
// asks the DNS and the web server, keeps a state for each domain (and on disk, so that a restart forgets no
// policy), and hands both the answers and the time in.
//
//   StsState state;
//   if (state.wants_record(now)) …ask for TXT at `sts_record_name(domain)`…; state.record_came(id, ttl, now);
//   if (state.wants_policy(now)) …fetch, by `sts_policy_request`, over TLS with `sts_policy_host` as the
//   name…;
//                                 state.policy_came(read_sts_answer(…), now);
//   if (const auto* policy = state.in_force(now)) …hosts must fit it, and prove their names…
//
// Times in seconds UTC. Thread-safety: values and pure functions.
#pragma once

#include "transport/base/result.h"
#include "transport/smtp/mta_sts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::smtp {

inline constexpr std::int64_t sts_record_age = 3600; // at least so long a record is not asked for again
inline constexpr std::int64_t sts_first_retry = 300; // after a failed fetch (§3.3); doubled each time
inline constexpr std::int64_t sts_last_retry = 86'400;

std::string sts_record_name(std::string_view domain); // "_mta-sts.example.com"
std::string sts_policy_host(std::string_view domain); // "mta-sts.example.com"
// The request of HTTP/1.1, whole. Redirects are not followed (§3.3).
std::string sts_policy_request(std::string_view domain);
// The policy in an answer. Code::io: another status than 200; Code::malformed: no text/plain, or no policy.
// The messages are for RFC 8460's failure-reason-code.
Result<StsPolicy> read_sts_answer(int status, std::string_view content_type, std::string_view body);

struct StsState {
    std::string id; // of `policy`
    std::optional<StsPolicy> policy;
    std::int64_t expires = 0;     // of `policy`
    std::int64_t next_record = 0; // when the DNS is to be asked again
    std::int64_t next_fetch = 0;  // not before, after failures
    std::uint32_t failures = 0;   // to fetch the policy of `wanted_id`, on end
    std::string wanted_id;        // of the record; empty: there is none

    [[nodiscard]] bool wants_record(std::int64_t now) const { return now >= next_record; }
    // `found`: the id of the one record there is; nothing: there is none, or several (§3.1). When the DNS
    // fails, the state stays as it is: call nothing.
    void record_came(const std::optional<std::string>& found, std::uint32_t ttl, std::int64_t now);
    // A policy other than ours is announced, or ours has passed half of its age.
    [[nodiscard]] bool wants_policy(std::int64_t now) const;
    void policy_came(const Result<StsPolicy>& answer, std::int64_t now);
    // Nothing when there is none, it is of mode none, or it is too old. A policy that was fetched holds to
    // its end, whatever has become of record and web server: who forges the DNS cannot take it away (§10.2).
    [[nodiscard]] const StsPolicy* in_force(std::int64_t now) const;

    bool operator==(const StsState&) const = default;
};

} // namespace facteur::smtp
