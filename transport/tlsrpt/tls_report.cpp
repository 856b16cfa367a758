#include "transport/tlsrpt/tls_report.h"

#include "transport/base/ascii.h"
#include "transport/jmap/writer.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/write.h"

#include <algorithm>
#include <array>

namespace facteur::tlsrpt {
namespace {

constexpr std::string_view version = "v=TLSRPTv1";

std::string_view take(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto piece = ascii::trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return piece;
}

std::string_view name_of(PolicyType type) {
    switch (type) {
    case PolicyType::sts: return "sts";
    case PolicyType::tlsa: return "tlsa";
    case PolicyType::none: break;
    }
    return "no-policy-found";
}

// JSON is UTF-8, whatever a server called itself.
std::string clean(std::string_view text) {
    return mime::repair_utf8(text);
}

void member_if_any(jmap::Writer& out, std::string_view name, std::string_view text) {
    if (!text.empty()) out.member(name, clean(text));
}

void write_list(jmap::Writer& out, std::string_view name, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    out.key(name).begin_array();
    for (const auto& text : texts)
        out.value(clean(text));
    out.end_array();
}

void write_policy(jmap::Writer& out, const Policy& policy) {
    out.key("policy").begin_object().member("policy-type", name_of(policy.type));
    write_list(out, "policy-string", policy.lines);
    out.member("policy-domain", clean(policy.domain));
    write_list(out, "mx-host", policy.hosts);
    out.end_object();
}

void write_details(jmap::Writer& out, const Tally::Counts& counts) {
    if (counts.details.empty()) return;
    out.key("failure-details").begin_array();
    for (const auto& [details, count] : counts.details) {
        out.begin_object().member("result-type", tlsrpt::name_of(details.failure));
        member_if_any(out, "sending-mta-ip", details.sending_address);
        member_if_any(out, "receiving-mx-hostname", details.receiving_host);
        member_if_any(out, "receiving-ip", details.receiving_address);
        out.member("failed-session-count", count);
        member_if_any(out, "failure-reason-code", details.reason);
        out.end_object();
    }
    out.end_array();
}

mime::NewPart part(std::string type, std::string_view content) {
    mime::NewPart made;
    made.type = std::move(type);
    made.content = content;
    return made;
}

} // namespace

std::string record_name(std::string_view domain) {
    return std::string("_smtp._tls.").append(domain);
}

std::vector<std::string> parse_record(std::string_view text) {
    std::vector<std::string> addresses;
    if (take(text, ';') != version) return addresses;
    while (!text.empty()) {
        auto field = take(text, ';');
        if (take(field, '=') != "rua") continue;
        while (!field.empty() && addresses.size() < max_addresses) {
            const auto address = take(field, ',');
            if (ascii::has_prefix_text(address, "mailto:") || ascii::has_prefix_text(address, "https:"))
                addresses.emplace_back(address);
        }
        break;
    }
    return addresses;
}

std::string_view name_of(Failure failure) {
    constexpr std::array<std::string_view, 11> names{"starttls-not-supported", "certificate-host-mismatch",
                                                     "certificate-expired",    "certificate-not-trusted",
                                                     "validation-failure",     "tlsa-invalid",
                                                     "dnssec-invalid",         "dane-required",
                                                     "sts-policy-fetch-error", "sts-policy-invalid",
                                                     "sts-webpki-invalid"};
    return names.at(static_cast<std::size_t>(failure));
}

Tally::Counts* Tally::counts_of(const Policy& policy) {
    const auto found = counts_.find(policy);
    if (found != counts_.end()) return &found->second;
    return counts_.size() < max_policies ? &counts_[policy] : nullptr;
}

void Tally::succeeded(const Policy& policy) {
    if (auto* counts = counts_of(policy)) ++counts->succeeded;
}

void Tally::failed(const Policy& policy, const FailureDetails& details) {
    auto* counts = counts_of(policy);
    if (counts == nullptr) return;
    ++counts->failed;
    if (counts->details.size() < max_details || counts->details.contains(details)) ++counts->details[details];
}

std::string write_json(const Tally& tally, const Period& period) {
    std::string text;
    jmap::Writer out(text);
    out.begin_object().member("organization-name", clean(period.organization));
    out.key("date-range").begin_object();
    out.member("start-datetime", mime::iso_utc(period.from)).member("end-datetime", mime::iso_utc(period.to));
    out.end_object();
    out.member("contact-info", clean(period.contact)).member("report-id", clean(period.id));
    out.key("policies").begin_array();
    for (const auto& [policy, counts] : tally.counts()) {
        out.begin_object();
        write_policy(out, policy);
        out.key("summary").begin_object();
        out.member("total-successful-session-count", counts.succeeded);
        out.member("total-failure-session-count", counts.failed).end_object();
        write_details(out, counts);
        out.end_object();
    }
    out.end_array().end_object();
    return text;
}

Result<std::string> write_mail(const ReportMail& mail, std::string_view json) {
    const auto& period = mail.period;
    mime::NewMessage message;
    message.fields = {
        {"From", std::vector<mime::Address>{{"", mail.from}}},
        {"To", std::vector<mime::Address>{{"", mail.to}}},
        {"Date", mime::Date{mail.at, 0}},
        {"Message-ID", mime::MessageIds{{mime::message_id(mail.random, mail.submitter)}}},
        {"Subject", mime::Text{"Report Domain: " + mail.domain + " Submitter: " + mail.submitter +
                               " Report-ID: <" + period.id + "@" + mail.submitter + ">"}},
        {"TLS-Report-Domain", mime::Text{mail.domain}},
        {"TLS-Report-Submitter", mime::Text{mail.submitter}},
        {"Auto-Submitted", mime::Raw{" auto-generated"}},
    };
    const std::string text =
        "This is a report on TLS (RFC 8460) for " + mail.domain + ", by " + mail.submitter + ".\n";
    message.body.type = "multipart/report; report-type=tlsrpt";
    message.body.children.push_back(part("text/plain", text));
    auto report = part("application/tlsrpt+json", json);
    report.name = mail.submitter + "!" + mail.domain + "!" + std::to_string(period.from) + "!" +
                  std::to_string(period.to) + ".json"; // §5.1
    report.disposition = "attachment";
    message.body.children.push_back(std::move(report));
    mime::WriteOptions options;
    options.random = mail.random;
    return mime::write(message, options);
}

} // namespace facteur::tlsrpt
