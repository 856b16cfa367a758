// NOTIFY=SUCCESS of an SMTP session (RFC 3461): what is asked for, and what is sent.
#include "actors/session/smtp/smtp_session.h"
#include "transport/mime/headers.h"
#include "transport/smtp/trace.h"

namespace facteur {

SuccessReport SmtpSession::wanted_report(std::string_view message, store::Time now,
                                         std::vector<std::size_t>& which) const {
    SuccessReport report;
    if (!sender_) return report;
    for (std::size_t i = 0; i < recipients_.size(); ++i) {
        const auto& recipient = recipients_[i];
        if ((recipient.parameters.notify & smtp::notify_success) == 0) continue;
        report.recipients.push_back({recipient.local.address, recipient.parameters.original});
        which.push_back(i);
    }
    if (report.recipients.empty()) return report;
    report.host = shared_->host;
    report.id = id_;
    report.sender = sender_->domain.empty() ? sender_->local : sender_->local + "@" + sender_->domain;
    report.envelope_id = parameters_.envelope_id;
    report.at = now;
    report.header = mime::header_of(message);
    return report;
}

std::optional<SmtpSession::Report>
SmtpSession::report(const Outgoing& outgoing, const std::vector<store::Result<EmailFiled>>& results) const {
    auto wanted = outgoing.report;
    wanted.recipients.clear();
    for (std::size_t i = 0; i < outgoing.report_on.size(); ++i) {
        const auto& result = results[outgoing.report_on[i]];
        // One that was there already has been reported on.
        if (result && !result->duplicate) wanted.recipients.push_back(outgoing.report.recipients[i]);
    }
    if (wanted.recipients.empty()) return std::nullopt;
    auto sender = resolve_recipient(shared_->services, wanted.sender, 0);
    if (!sender) return std::nullopt;
    auto bytes = write_success_report(wanted);
    if (!bytes) return std::nullopt;
    bytes->insert(0, smtp::return_path_field(std::nullopt));
    return Report{ingest(std::make_shared<const std::string>(std::move(*bytes)), wanted.at),
                  std::move(*sender)};
}

} // namespace facteur
