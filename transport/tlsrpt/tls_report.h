// Reports on TLS for the domains that we send to (RFC 8460): where they go, what is counted in a day, and the
// report.
//
// Whoever sends counts each session in the `Tally` of the domain; once a day (§4.1) a report is made of it
// and the tally is begun anew. Thread-safety: a Tally belongs to one caller; pure functions else.
#pragma once

#include "transport/base/result.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::tlsrpt {

std::string record_name(std::string_view domain); // "_smtp._tls.example.com"
// Where the reports go: "mailto:…" and "https:…", in the order of the record, at most `max_addresses`. Empty
// when the text is no record of RFC 8460 §3.
std::vector<std::string> parse_record(std::string_view text);
inline constexpr std::size_t max_addresses = 10;

enum class PolicyType { none, sts, tlsa };
struct Policy { // that applied to the session
    PolicyType type = PolicyType::none;
    std::vector<std::string> lines; // of the MTA-STS policy, or the TLSA records
    std::string domain;             // the recipients', or the host's for TLSA
    std::vector<std::string> hosts; // patterns of MTA-STS
    auto operator<=>(const Policy&) const = default;
};

enum class Failure { // §4.3
    starttls_not_supported,
    certificate_host_mismatch,
    certificate_expired,
    certificate_not_trusted,
    validation_failure, // any other
    tlsa_invalid,
    dnssec_invalid,
    dane_required,
    sts_policy_fetch_error,
    sts_policy_invalid,
    sts_webpki_invalid,
};
std::string_view name_of(Failure failure);

struct FailureDetails {
    Failure failure = Failure::validation_failure;
    std::string sending_address, receiving_host, receiving_address; // may be empty
    std::string reason;                                             // English, one line
    auto operator<=>(const FailureDetails&) const = default;
};

class Tally {
public:
    static constexpr std::size_t max_policies = 20; // of one domain in a day; others are not counted
    static constexpr std::size_t max_details = 100; // of one policy; others count as failures without details

    void succeeded(const Policy& policy);
    void failed(const Policy& policy, const FailureDetails& details);
    [[nodiscard]] bool is_empty() const { return counts_.empty(); }

    struct Counts {
        std::uint64_t succeeded = 0, failed = 0;
        std::map<FailureDetails, std::uint64_t> details;
    };
    [[nodiscard]] const std::map<Policy, Counts>& counts() const { return counts_; }

private:
    Counts* counts_of(const Policy& policy);
    std::map<Policy, Counts> counts_;
};

struct Period {
    std::string organization, contact; // ours: "Académie de Dijon", "postmaster@…"
    std::string id;                    // unique
    std::int64_t from = 0, to = 0;     // seconds UTC, both within the period
};
// application/tlsrpt+json (§4.4).
std::string write_json(const Tally& tally, const Period& period);

// The mail that brings it (§5.3). It must leave with a DKIM signature of ours, and by TLS when that is to be
// had.
struct ReportMail {
    std::string submitter; // our domain
    std::string domain;    // that is reported on
    std::string from, to;  // addresses
    Period period;
    std::int64_t at = 0; // seconds UTC
    std::function<std::uint64_t()> random;
};
// Code::malformed: an address that cannot be written.
Result<std::string> write_mail(const ReportMail& mail, std::string_view json);

} // namespace facteur::tlsrpt
