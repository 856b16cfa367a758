#include "actors/session/smtp/smtp_session.h"

#include "actors/accounts/directory.h"
#include "actors/clock.h"
#include "actors/delivery/outbound/route.h"
#include "actors/delivery/srs_keys.h"
#include "actors/session/smtp/message_fields.h"

#include <algorithm>
#include <array>

namespace facteur {
namespace {

// Always temporary: when the message comes again, RCPT says better what is wrong with whom, and what was
// filed is known.
smtp::Reply reply_of(const store::Error& error) {
    switch (error.code) {
    case store::Code::over_quota: return smtp::replies::mailbox_full();
    case store::Code::full: return {452, "4.3.1", "The disk is full, try again later"};
    default: return smtp::replies::try_later();
    }
}

std::string text_of(const std::optional<smtp::Mailbox>& mailbox) {
    return mailbox ? mailbox->text() : std::string();
}

// As the directory spells it: without the quotes of SMTP.
std::string plain_address(const smtp::Mailbox& mailbox) {
    return mailbox.domain.empty() ? mailbox.local : mailbox.local + "@" + mailbox.domain;
}

} // namespace

EnvelopeAddress envelope_address(const smtp::Mailbox& mailbox, const smtp::RcptParameters& parameters) {
    EnvelopeAddress address;
    address.email = mailbox.text();
    std::string notify;
    constexpr std::array<std::pair<std::uint8_t, std::string_view>, 4> words{
        {{smtp::notify_never, "NEVER"},
         {smtp::notify_success, "SUCCESS"},
         {smtp::notify_failure, "FAILURE"},
         {smtp::notify_delay, "DELAY"}}};
    for (const auto& [bit, word] : words)
        if ((parameters.notify & bit) != 0) notify.append(notify.empty() ? "" : ",").append(word);
    if (!notify.empty()) address.parameters.emplace("NOTIFY", notify);
    if (parameters.original)
        address.parameters.emplace("ORCPT", parameters.original->type + ";" + parameters.original->address);
    return address;
}

SmtpSession::SmtpSession(std::shared_ptr<SmtpShared> shared, Door door, std::string remote)
    : shared_(std::move(shared)), door_(door), remote_(std::move(remote)),
      may_relay_(door == Door::smtp && shared_->relay_networks.contains(remote_)),
      sign_in_(shared_->services, remote_) {}

bool SmtpSession::is_own(std::string_view address) const {
    if (!account_ || address.find('@') == std::string_view::npos) return false;
    const auto owner = shared_->services.directory.find(address);
    return owner && owner->id == account_->id;
}

smtp::Reply SmtpSession::mail(SmtpMail mail) {
    forget();
    if (shared_->draining) return smtp::replies::too_busy();
    if (account_) {
        // It may have been closed since it signed in.
        const auto now = shared_->services.directory.find(account_->id);
        if (!now || now->status != store::AccountStatus::active ||
            now->password_hash != account_->password_hash)
            return {421, "4.7.0", "Your account has changed: sign in again"};
        account_ = now;
    }
    if (is_submission() && mail.sender && !is_own(plain_address(*mail.sender)))
        return {550, "5.7.1", "You may send from your own addresses only"};
    id_ = shared_->new_id();
    client_ = std::move(mail.client);
    sender_ = std::move(mail.sender);
    parameters_ = std::move(mail.parameters);
    return smtp::replies::sender_accepted();
}

smtp::Reply SmtpSession::rcpt(const SmtpRcpt& rcpt) {
    const auto& to = rcpt.recipient;
    if (smtp::is_srs(to.local) && shared_->services.directory.is_local_domain(to.domain))
        return bounce_to(rcpt);
    return take_recipient(rcpt);
}

// A bounce of what was forwarded goes on to the one who wrote it, and nothing else does.
smtp::Reply SmtpSession::bounce_to(const SmtpRcpt& rcpt) {
    if (sender_) return {550, "5.7.1", "Only reports may be sent to this address"};
    const auto& services = shared_->services;
    const auto original = smtp::srs_reverse(rcpt.recipient, srs_keys(services), seconds_now());
    if (!original) return smtp::replies::unknown_recipient();
    if (services.directory.is_local_domain(original->domain))
        return take_recipient({*original, rcpt.parameters});
    if (door_ == Door::lmtp || !can_be_sent_to(*original)) return smtp::replies::unknown_recipient();
    elsewhere_.push_back(envelope_address(*original, rcpt.parameters));
    return smtp::replies::recipient_accepted();
}

smtp::Reply SmtpSession::take_recipient(const SmtpRcpt& rcpt) {
    auto local = resolve_recipient(shared_->services, plain_address(rcpt.recipient), parameters_.size);
    if (local) {
        const auto notify = rcpt.parameters.notify;
        local->silent = notify != 0 && (notify & smtp::notify_failure) == 0;
        recipients_.push_back({rcpt.recipient, rcpt.parameters, std::move(*local)});
        return smtp::replies::recipient_accepted();
    }
    switch (local.error().code) {
    case store::Code::not_found:
        if (!may_go_elsewhere(rcpt.recipient)) return unknown(rcpt.recipient);
        elsewhere_.push_back(envelope_address(rcpt.recipient, rcpt.parameters));
        return smtp::replies::recipient_accepted();
    case store::Code::stopped: return smtp::replies::disabled_recipient();
    case store::Code::over_quota: return smtp::replies::mailbox_full();
    default: return smtp::replies::try_later();
    }
}

smtp::Reply SmtpSession::unknown(const smtp::Mailbox& recipient) const {
    if (recipient.domain.empty() || door_ == Door::lmtp ||
        shared_->services.directory.is_local_domain(recipient.domain))
        return smtp::replies::unknown_recipient();
    if (!account_ && !may_relay_) return smtp::replies::no_relay();
    return {550, "5.1.2", "There can be no such address"};
}

bool SmtpSession::may_go_elsewhere(const smtp::Mailbox& recipient) const {
    return door_ != Door::lmtp && (account_ || may_relay_) && can_be_sent_to(recipient) &&
           !shared_->services.directory.is_local_domain(recipient.domain);
}

void SmtpSession::forget() {
    id_.clear();
    sender_.reset();
    recipients_.clear();
    elsewhere_.clear();
}

void SmtpSession::stamp_message(std::string& bytes, store::Time now) const {
    Stamp ours;
    ours.sender = sender_;
    ours.submitted = is_submission();
    auto& received = ours.received;
    received.helo = client_.helo;
    received.client = remote_ == "unix" ? std::string() : remote_;
    received.by = shared_->host;
    received.id = id_;
    received.lmtp = door_ == Door::lmtp;
    received.extended = client_.extended;
    received.authenticated = account_.has_value();
    received.utf8 = parameters_.smtputf8;
    received.tls_version = client_.tls_version;
    received.tls_cipher = client_.tls_cipher;
    if (recipients_.size() == 1 && elsewhere_.empty()) received.recipient = recipients_.front().mailbox;
    received.at = now;
    stamp(bytes, ours);
}

SmtpSession::Judged SmtpSession::text(std::string& bytes) {
    if (smtp::count_hops(bytes) > shared_->limits.hops) return smtp::replies::hop_loop();
    if (is_submission())
        if (auto refused = refuse_author(bytes, [this](std::string_view address) { return is_own(address); }))
            return *refused;
    Outgoing outgoing;
    outgoing.id = id_;
    outgoing.sender = text_of(sender_);
    outgoing.octets = bytes.size();
    outgoing.key = delivery_key(bytes);
    const auto now = seconds_now();
    outgoing.report = wanted_report(bytes, now, outgoing.report_on);
    stamp_message(bytes, now);
    outgoing.email = ingest(std::make_shared<const std::string>(std::move(bytes)), now);
    // Of many recipients, one whose mailbox has become full since RCPT must not make the sender repeat the
    // message to all for days: it takes this one message past its limit.
    const bool each_answered = door_ == Door::lmtp || recipients() == 1;
    for (auto& recipient : recipients_) {
        if (!each_answered) recipient.local.quota = 0;
        outgoing.recipients.push_back(std::move(recipient.local));
    }
    if (auto refused = keep_elsewhere(outgoing)) return *refused;
    forget();
    return outgoing;
}

EnvelopeAddress SmtpSession::envelope_sender() const {
    EnvelopeAddress sender;
    if (sender_) sender.email = sender_->text();
    if (!parameters_.envelope_id.empty()) sender.parameters.emplace("ENVID", parameters_.envelope_id);
    if (parameters_.ret != smtp::Return::unsaid)
        sender.parameters.emplace("RET", parameters_.ret == smtp::Return::full ? "FULL" : "HDRS");
    return sender;
}

// What is relayed for a machine without an account is postmaster's.
std::optional<smtp::Reply> SmtpSession::keep_elsewhere(Outgoing& outgoing) {
    if (elsewhere_.empty()) return std::nullopt;
    const auto keeper = account_ ? account_ : postmaster_account(shared_->services);
    if (!keeper) return smtp::replies::try_later();
    outgoing.keeper = keeper->id;
    auto& entry = outgoing.elsewhere;
    entry.as_is = true;
    entry.envelope.mail_from = envelope_sender();
    entry.envelope.rcpt_to = std::move(elsewhere_);
    return std::nullopt;
}

std::vector<smtp::Reply> SmtpSession::same_to_all(const smtp::Reply& reply, std::size_t recipients) const {
    return std::vector<smtp::Reply>(door_ == Door::lmtp ? recipients : 1, reply);
}

std::vector<smtp::Reply> SmtpSession::answers(const Outgoing& outgoing,
                                              const std::vector<store::Result<EmailFiled>>& results) const {
    const smtp::Reply taken{250, "2.0.0", "Taken as " + outgoing.id};
    std::vector<smtp::Reply> replies;
    for (const auto& result : results)
        replies.push_back(result ? taken : reply_of(result.error()));
    if (door_ == Door::lmtp) return replies;
    const auto failed = std::find_if(replies.begin(), replies.end(),
                                     [](const smtp::Reply& reply) { return !reply.is_success(); });
    return {failed == replies.end() ? taken : *failed};
}

} // namespace facteur
