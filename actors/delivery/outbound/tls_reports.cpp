#include "actors/delivery/outbound/tls_reports.h"

#include "actors/log.h"
#include "actors/session/jmap/write_call.h"
#include "transport/jmap/dates.h"
#include "transport/jmap/writer.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace facteur {
namespace {

namespace files = std::filesystem;
using tlsrpt::Failure;

constexpr std::int64_t day = 86'400;
constexpr std::int64_t kept_for = 30 * day;

} // namespace

Failure tls_failure(std::string_view words) {
    const auto says = [&](std::string_view text) { return words.find(text) != std::string_view::npos; };
    if (says("mismatch")) return Failure::certificate_host_mismatch;
    if (says("expired")) return Failure::certificate_expired;
    if (says("self-signed") || says("unable to get") || says("unable to verify"))
        return Failure::certificate_not_trusted;
    return Failure::validation_failure;
}

TlsReports::TlsReports(ReportsSetting setting) : setting_(std::move(setting)), from_(setting_.clock()) {}

TlsReports::~TlsReports() {
    keep();
}

void TlsReports::end_day() {
    if (setting_.clock() / day == from_ / day) return;
    keep();
    from_ = setting_.clock();
}

tlsrpt::Tally* TlsReports::tally_of(const std::string& domain) {
    end_day();
    if (tallies_.size() >= most_domains && !tallies_.contains(domain)) return nullptr;
    return &tallies_[domain];
}

void TlsReports::succeeded(const std::string& domain, const tlsrpt::Policy& policy) {
    if (auto* tally = tally_of(domain)) tally->succeeded(policy);
}

void TlsReports::failed(const std::string& domain, const tlsrpt::Policy& policy,
                        const tlsrpt::FailureDetails& details) {
    if (auto* tally = tally_of(domain)) tally->failed(policy, details);
}

void TlsReports::keep() {
    const auto counted = std::exchange(tallies_, {});
    if (counted.empty()) return;
    const auto until = std::min(setting_.clock(), (from_ / day + 1) * day - 1);
    std::string json;
    jmap::Writer out(json);
    out.begin_object();
    for (const auto& [domain, tally] : counted)
        out.key(domain).raw(tlsrpt::write_json(
            tally, {setting_.organization, setting_.contact,
                    fmt::format("{}.{:x}@{}", from_, random_number(), setting_.organization), from_, until}));
    out.end_object();
    std::error_code error;
    files::create_directories(setting_.folder, error);
    const auto name = fmt::format("{}/{}.json", setting_.folder, std::string_view(jmap::utc_date(from_)));
    std::ofstream file(name, std::ios::binary | std::ios::app);
    if (!(file << json << '\n').flush())
        log(Severity::warn, "a report on TLS cannot be kept", {{"file", name}});
    forget_old();
}

void TlsReports::forget_old() const {
    const std::string oldest(jmap::utc_date(setting_.clock() - kept_for));
    std::error_code error;
    for (const auto& entry : files::directory_iterator(setting_.folder, error))
        if (entry.path().stem().string() < oldest) files::remove(entry.path(), error);
}

} // namespace facteur
