// The session of one SMTP connection, without the connection and without CAF: who signed in, who may write to
// whom, what the replies are. One caller; any thread but a loop (it reads the directory and mailboxes).
#pragma once

#include "actors/delivery/local.h"
#include "actors/delivery/queue_entry.h"
#include "actors/delivery/send_report.h"
#include "actors/metrics.h"
#include "actors/session/auth/sasl_sign_in.h"
#include "actors/session/smtp/session_messages.h"
#include "actors/session/smtp/shared.h"
#include "transport/smtp/reply.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace facteur {

// A recipient as a queue entry has it.
EnvelopeAddress envelope_address(const smtp::Mailbox& mailbox, const smtp::RcptParameters& parameters);

class SmtpSession {
public:
    SmtpSession(std::shared_ptr<SmtpShared> shared, Door door, std::string remote);

    // ---- signing in
    using Challenge = SaslSignIn::Challenge;
    using Verify = SaslSignIn::Verify; // then call `verified`
    struct Welcome {};
    using AuthStep = std::variant<Challenge, Verify, Welcome, smtp::Reply>;
    AuthStep begin_auth(const SmtpAuth& auth);
    AuthStep respond(const SmtpAuthResponse& response);
    AuthStep verified(const SignInAnswer& answer);

    // ---- a transaction
    smtp::Reply mail(SmtpMail mail);
    smtp::Reply rcpt(const SmtpRcpt& rcpt);
    // What is to be delivered, or why not. Parses the message; ends the transaction.
    struct Outgoing {
        std::string id;
        std::string sender; // for the log
        std::shared_ptr<const IngestedEmail> email;
        std::vector<LocalRecipient> recipients;
        std::string key;
        // What goes to other servers, and whose account keeps it meanwhile.
        QueueEntry elsewhere;
        store::AccountId keeper = 0;        // 0: nothing goes elsewhere
        std::uint64_t octets = 0;           // as it came
        SenderReport report;                // asked for by NOTIFY=SUCCESS; without recipients: not asked for
        std::vector<std::size_t> report_on; // which of `recipients` its recipients are
    };
    using Judged = std::variant<smtp::Reply, Outgoing>;
    Judged text(std::string& bytes);
    void forget();
    // The report of success that was asked for; nothing when nobody was served.
    [[nodiscard]] std::optional<SenderReport>
    report(const Outgoing& outgoing, const std::vector<store::Result<EmailFiled>>& results) const;

    // The replies to a delivery: one, in LMTP one for each recipient.
    [[nodiscard]] std::vector<smtp::Reply>
    answers(const Outgoing& outgoing, const std::vector<store::Result<EmailFiled>>& results) const;
    // The same reply to everybody who awaits one.
    [[nodiscard]] std::vector<smtp::Reply> same_to_all(const smtp::Reply& reply,
                                                       std::size_t recipients) const;

    [[nodiscard]] const std::string& remote() const { return remote_; }
    [[nodiscard]] Door door() const { return door_; }
    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] std::size_t recipients() const { return recipients_.size() + elsewhere_.size(); }
    [[nodiscard]] const std::optional<store::AccountRow>& account() const { return account_; }

private:
    struct Recipient {
        smtp::Mailbox mailbox;
        smtp::RcptParameters parameters;
        LocalRecipient local;
    };

    AuthStep step(SaslSignIn::Step step);
    [[nodiscard]] bool is_submission() const {
        return door_ == Door::submission || door_ == Door::submissions;
    }
    [[nodiscard]] bool is_own(std::string_view address) const;
    smtp::Reply take_recipient(const SmtpRcpt& rcpt);
    smtp::Reply bounce_to(const SmtpRcpt& rcpt);
    [[nodiscard]] smtp::Reply unknown(const smtp::Mailbox& recipient) const;
    [[nodiscard]] bool may_go_elsewhere(const smtp::Mailbox& recipient) const;
    [[nodiscard]] std::optional<smtp::Reply> keep_elsewhere(Outgoing& outgoing);
    [[nodiscard]] SenderReport wanted_report(std::string_view message, store::Time now,
                                             std::vector<std::size_t>& which) const;
    [[nodiscard]] EnvelopeAddress envelope_sender() const;
    void stamp_message(std::string& bytes, store::Time now) const;

    std::shared_ptr<SmtpShared> shared_;
    Door door_;
    std::string remote_;
    bool may_relay_ = false;

    SaslSignIn sign_in_;
    std::optional<store::AccountRow> account_;

    SmtpClient client_;
    std::string id_;
    std::optional<smtp::Mailbox> sender_;
    smtp::MailParameters parameters_;
    std::vector<Recipient> recipients_;
    std::vector<EnvelopeAddress> elsewhere_; // recipients of other servers
};

} // namespace facteur
