#include "actors/delivery/send_report.h"

#include "actors/accounts/directory.h"
#include "actors/accounts/forwarding.h"
#include "actors/delivery/queue_plans.h"
#include "actors/log.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/write_call.h"
#include "transport/dsn/write.h"
#include "transport/smtp/reply_reader.h"
#include "transport/smtp/trace.h"

#include <fmt/format.h>

#include <cstdlib>

namespace facteur {
namespace {

std::string parameter(const EnvelopeAddress& address, const char* name) {
    const auto found = address.parameters.find(name);
    return found == address.parameters.end() ? std::string() : found->second.value_or(std::string());
}

dsn::Action action_of(std::string_view delivered) {
    if (delivered == "no") return dsn::Action::failed;
    if (delivered == "yes") return dsn::Action::delivered;
    if (delivered == "unknown") return dsn::Action::relayed;
    return delivered == delivery_expanded ? dsn::Action::expanded : dsn::Action::delayed;
}

dsn::RecipientReport recipient_report(const SenderReport& report, const DeliveryStatus& status) {
    dsn::RecipientReport about;
    about.address = status.address;
    about.action = action_of(status.delivered);
    about.diagnostic = status.smtp_reply;
    constexpr std::size_t code = 4; // "550 5.1.1 …"
    if (status.smtp_reply.size() > code)
        about.status = smtp::enhanced_code(std::string_view(status.smtp_reply).substr(code),
                                           std::atoi(status.smtp_reply.c_str()));
    about.last_attempt = report.at;
    if (about.action == dsn::Action::delayed) about.retry_until = report.retry_until;
    for (const auto& recipient : report.entry.envelope.rcpt_to)
        if (const auto original = parameter(recipient, "ORCPT"); recipient.email == status.address)
            if (const auto type = original.find(';'); type != std::string::npos)
                about.original = smtp::OriginalRecipient{original.substr(0, type), original.substr(type + 1)};
    return about;
}

// `locale`: of the one who is told; empty when he is not one of ours.
Result<std::string> write_report(const Services& services, const SenderReport& report,
                                 std::string_view locale) {
    const auto& sender = report.entry.envelope.mail_from;
    const auto& hostname = services.config.smtp.hostname;
    dsn::Notice notice;
    notice.report.host = hostname.empty() ? services.directory.domain() : hostname;
    notice.report.envelope_id = parameter(sender, "ENVID");
    notice.report.arrival = report.submitted;
    for (const auto& status : report.recipients)
        notice.report.recipients.push_back(recipient_report(report, status));
    notice.sender = sender.email;
    notice.message = report.message;
    if (const auto ret = parameter(sender, "RET"); !ret.empty())
        notice.ret = ret == "FULL" ? smtp::Return::full : smtp::Return::headers;
    notice.language = dsn::language_of(locale);
    notice.domain = services.directory.domain();
    notice.at = report.at;
    notice.random = random_number;
    auto bytes = dsn::write(notice);
    if (bytes) bytes->insert(0, smtp::return_path_field(std::nullopt));
    return bytes;
}

// What makes a report that a crash repeats the same one.
std::string report_key(const SenderReport& report) {
    return fmt::format("report {} {}", report.entry.attempts, delivery_key(report.account, report.id));
}

// A report that cannot be made is not tried for ever.
void give_up(const SenderReport& report, std::string_view why,
             const std::function<void(bool, std::string)>& then) {
    log(Severity::warn, "no report sent", {{"account", report.account}, {"id", report.id}, {"why", why}});
    then(true, {});
}

void file_report(caf::event_based_actor* self, const Services& services, const SenderReport& report,
                 const store::AccountRow& sender, std::function<void(bool, std::string)> then) {
    auto bytes = write_report(services, report, sender.locale);
    if (!bytes) return give_up(report, bytes.error().message, then);
    const auto to = sender.id;
    FileEmail notice;
    notice.account = to;
    notice.email.email = ingest(std::make_shared<const std::string>(std::move(*bytes)), report.at);
    notice.delivery = store::hash_of(report_key(report)).bytes;
    notice.delivered = true;
    notice.at = report.at;
    auto blob = to == report.account ? blob_id(notice.email.email->body.hash) : std::string();
    self->request(services.mailboxes.of(to), caf::infinite, std::move(notice))
        .then([then, blob](const EmailFiled& filed) { then(true, filed.duplicate ? std::string() : blob); },
              [then](const caf::error&) { then(false, {}); });
}

void queue_report(caf::event_based_actor* self, const Services& services, const SenderReport& report,
                  std::function<void(bool, std::string)> then) {
    auto bytes = write_report(services, report, {});
    if (!bytes) return give_up(report, bytes.error().message, then);
    QueueEntry entry;
    entry.envelope.rcpt_to.push_back({report.entry.envelope.mail_from.email, {}});
    entry.as_is = true;
    const auto key = report_key(report);
    const auto body = store::make_body(std::make_shared<const std::string>(std::move(*bytes)));
    const auto id = "m" + store::to_hex(store::hash_of(key)).substr(0, 16);
    self->request(services.mailboxes.of(report.account), caf::infinite,
                  accept_call(report.account, id, std::move(entry), body, key, services.directory.domain(),
                              report.at))
        .then([then](const MethodAnswered&) { then(true, {}); },
              [then](const caf::error&) { then(false, {}); });
}

} // namespace

bool wants_report(const EnvelopeAddress& recipient, std::string_view what) {
    const auto notify = recipient.parameters.find("NOTIFY");
    if (notify == recipient.parameters.end() || !notify->second) return what != "SUCCESS";
    auto value = *notify->second;
    for (char& c : value)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return value.find(what) != std::string::npos;
}

void send_report(caf::event_based_actor* self, const Services& services, const SenderReport& report,
                 std::function<void(bool, std::string)> then) {
    const auto& sender = report.entry.envelope.mail_from.email;
    if (report.recipients.empty() || sender.empty()) return then(true, {});
    const auto account = services.directory.find(sender);
    if (account && !is_forwarded(*account))
        return file_report(self, services, report, *account, std::move(then));
    if (const auto domain = domain_of(sender);
        account || (!domain.empty() && !services.directory.is_local_domain(domain)))
        return queue_report(self, services, report, std::move(then));
    give_up(report, "There is no such sender", then);
}

} // namespace facteur
