// NOTIFY=SUCCESS of an SMTP session (RFC 3461): what is asked for, and what is sent.
#include "actors/accounts/forwarding.h"
#include "actors/session/smtp/smtp_session.h"
#include "transport/mime/headers.h"

namespace facteur {

SenderReport SmtpSession::wanted_report(std::string_view message, store::Time now,
                                        std::vector<std::size_t>& which) const {
    SenderReport report;
    if (!sender_) return report;
    for (std::size_t i = 0; i < recipients_.size(); ++i) {
        const auto& [mailbox, parameters, local] = recipients_[i];
        if ((parameters.notify & smtp::notify_success) == 0) continue;
        // What goes on without a copy is reported on no further (RFC 3461 §5.2.7.3).
        const bool goes_on = is_forwarded(local.account) && !forwarding_of(local.account).keeps_copy;
        report.account = report.account == 0 ? local.account.id : report.account;
        report.recipients.push_back(
            {mailbox.text(), "250 2.0.0 Delivered", std::string(goes_on ? delivery_expanded : "yes")});
        report.entry.envelope.rcpt_to.push_back(envelope_address(mailbox, parameters));
        which.push_back(i);
    }
    if (report.recipients.empty()) return report;
    report.id = "m" + id_;
    report.entry.envelope.mail_from = envelope_sender();
    report.submitted = report.at = now;
    report.message = mime::header_of(message);
    return report;
}

std::optional<SenderReport> SmtpSession::report(const Outgoing& outgoing,
                                                const std::vector<store::Result<EmailFiled>>& results) const {
    auto wanted = outgoing.report;
    wanted.recipients.clear();
    for (std::size_t i = 0; i < outgoing.report_on.size(); ++i) {
        const auto& result = results[outgoing.report_on[i]];
        // One that was there already has been reported on.
        if (result && !result->duplicate) wanted.recipients.push_back(outgoing.report.recipients[i]);
    }
    if (wanted.recipients.empty()) return std::nullopt;
    return wanted;
}

} // namespace facteur
