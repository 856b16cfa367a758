// What became of TLS with the domains that we send to (RFC 8460): counted by day, and kept as reports in
// `tls-reports/` of the data folder, for 30 days. A file is a stretch of a day: {"example.org": the report of
// RFC 8460 §4.4, …}.
//
// On the network's loop alone.
#pragma once

#include "transport/tlsrpt/tls_report.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace facteur {

struct ReportsSetting {
    std::string folder;                  // made when it is needed
    std::string organization;            // our domain
    std::string contact;                 // an address of ours
    std::function<std::int64_t()> clock; // seconds UTC
};

class TlsReports {
public:
    static constexpr std::size_t most_domains = 10'000; // in a stretch; others are not counted

    explicit TlsReports(ReportsSetting setting);
    ~TlsReports(); // keeps what is counted
    TlsReports(const TlsReports&) = delete;
    TlsReports& operator=(const TlsReports&) = delete;

    void succeeded(const std::string& domain, const tlsrpt::Policy& policy);
    void failed(const std::string& domain, const tlsrpt::Policy& policy,
                const tlsrpt::FailureDetails& details);
    // When the day has passed, keeps what was counted and begins anew. Called by the others too.
    void end_day();

private:
    tlsrpt::Tally* tally_of(const std::string& domain);
    void keep();
    void forget_old() const;

    ReportsSetting setting_;
    std::int64_t from_ = 0;
    std::map<std::string, tlsrpt::Tally> tallies_;
};

// What the words of a failure mean (OpenSSL's for a certificate, ours for the rest).
tlsrpt::Failure tls_failure(std::string_view words);

} // namespace facteur
