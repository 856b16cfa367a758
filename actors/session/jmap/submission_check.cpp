#include "actors/session/jmap/submission_check.h"

#include "actors/accounts/address.h"
#include "actors/accounts/directory.h"
#include "actors/delivery/local.h"
#include "actors/delivery/outbound/route.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/write_call.h"
#include "transport/smtp/address.h"

#include <algorithm>
#include <unordered_set>

namespace facteur {
namespace {

using jmap::invalid_properties;
using jmap::set_error;

// Recipients that one call may look up.
constexpr std::size_t most_looked_up = 10'000;
// Addresses at fault that one error names.
constexpr std::size_t most_named = 100;

bool are_addresses(const std::vector<store::Address>& addresses) {
    return std::all_of(addresses.begin(), addresses.end(), [](const store::Address& address) {
        return smtp::parse_mailbox(address.email).has_value();
    });
}

// One spelling for one mailbox.
std::string key_of(const std::string& address) {
    return normalise_address(address).value_or(address);
}

void drop_repeated(std::vector<EnvelopeAddress>& recipients) {
    std::unordered_set<std::string> seen;
    std::erase_if(recipients,
                  [&](const auto& recipient) { return !seen.insert(key_of(recipient.email)).second; });
}

} // namespace

bool SubmissionCheck::is_own(std::string_view address) const {
    if (!smtp::parse_mailbox(address)) return false;
    const auto owner = context_.services.directory.find(address);
    return owner && owner->id == context_.user.id;
}

SetResult<void> SubmissionCheck::check_email(store::EmailId id, store::StructureRow& structure) const {
    const auto email = now_.email(context_.user.id, id);
    auto found = now_.structure(context_.user.id, id);
    if (!email || !found) return refuse(invalid_properties({"emailId"}, "There is no such email."));
    const auto most = largest_message(context_.services);
    if (email->size() > most) {
        auto error = set_error("tooLarge", "The message is larger than one that can be sent.");
        error.max_size = most;
        return refuse(std::move(error));
    }
    structure = std::move(*found);
    jmap::SetError invalid = set_error("invalidEmail", "The message cannot be sent like this.");
    if (structure.from.empty() || !are_addresses(structure.from)) invalid.properties.emplace_back("from");
    if (structure.sender.size() > 1 || !are_addresses(structure.sender) ||
        (structure.from.size() > 1 && structure.sender.empty()))
        invalid.properties.emplace_back("sender");
    if (!are_addresses(structure.reply_to)) invalid.properties.emplace_back("replyTo");
    if (!invalid.properties.empty()) return refuse(std::move(invalid));
    return {};
}

SetResult<void> SubmissionCheck::check_senders(const store::StructureRow& structure) const {
    for (const auto* list : {&structure.from, &structure.sender})
        for (const auto& address : *list)
            if (!is_own(address.email))
                return refuse(set_error("forbiddenFrom", "You may not write as " + address.email + "."));
    return {};
}

SetResult<Envelope> SubmissionCheck::derive(const store::StructureRow& structure,
                                            const Identity& identity) const {
    Envelope envelope;
    const auto& senders = structure.sender.empty() ? structure.from : structure.sender;
    envelope.mail_from.email = is_own(senders.front().email) ? senders.front().email : identity.email;
    for (const auto* list : {&structure.to, &structure.cc, &structure.bcc})
        for (const auto& address : *list)
            envelope.rcpt_to.push_back({address.email, {}});
    return envelope;
}

std::size_t SubmissionCheck::most_recipients() const {
    const auto& config = context_.services.config;
    const auto& senders = config.mass_mail.senders;
    const bool may_write_to_all =
        std::any_of(senders.begin(), senders.end(), [&](const auto& address) { return is_own(address); });
    return may_write_to_all ? std::max(config.smtp.recipients, config.mass_mail.recipients)
                            : config.smtp.recipients;
}

SetResult<void> SubmissionCheck::check_recipients(Envelope& envelope) {
    drop_repeated(envelope.rcpt_to);
    const auto most = most_recipients();
    if (envelope.rcpt_to.empty()) return refuse(set_error("noRecipients", "The message has no recipient."));
    if (envelope.rcpt_to.size() > most) {
        auto error = set_error("tooManyRecipients", "The message has too many recipients.");
        error.max_recipients = most;
        return refuse(std::move(error));
    }
    recipients_ += envelope.rcpt_to.size();
    if (recipients_ > std::max(most_looked_up, most))
        return refuse(set_error("rateLimit", "The call has too many recipients: send the rest in another."));
    auto error = set_error("invalidRecipients", "These addresses do not exist or are closed.");
    for (const auto& recipient : envelope.rcpt_to) {
        const auto address = smtp::parse_mailbox(recipient.email);
        if (address && is_elsewhere(*address)) continue;
        // A mailbox that is full now may have room again when the message is due.
        const auto found = address ? is_recipient(context_.services, recipient.email)
                                   : store::fail(store::Code::not_found, {});
        if (found || found.error().code == store::Code::io) continue;
        if (error.invalid_recipients.size() < most_named) error.invalid_recipients.push_back(recipient.email);
    }
    if (!error.invalid_recipients.empty()) return refuse(std::move(error));
    return {};
}

bool SubmissionCheck::is_elsewhere(const smtp::Mailbox& address) const {
    return can_be_sent_to(address) && !context_.services.directory.is_local_domain(address.domain);
}

SetResult<CheckedSubmission> SubmissionCheck::check(jmap::Object submission) {
    for (const auto [name, value] : submission)
        if (name != "identityId" && name != "emailId" && name != "envelope")
            return refuse(
                invalid_properties({std::string(name)}, "The server sets this property, or there is none."));
    const auto id_of = [&](std::string_view name) {
        return jmap::resolve_id(text_member(submission, name), context_.created_ids);
    };
    CheckedSubmission checked;
    checked.identity = id_of("identityId");
    const auto row = now_.object(context_.user.id, store::ObjectType::identity, checked.identity);
    const auto identity = row ? read_identity(*row) : std::nullopt;
    if (!identity) return refuse(invalid_properties({"identityId"}, "There is no such identity."));
    const auto email = read_email_id(id_of("emailId"));
    if (!email) return refuse(invalid_properties({"emailId"}, "There is no such email."));
    checked.email = *email;
    store::StructureRow structure;
    if (auto done = check_email(*email, structure); !done) return tl::unexpected(done.error());
    if (auto done = check_senders(structure); !done) return tl::unexpected(done.error());

    const auto given = jmap::member(submission, "envelope");
    checked.derived = !given || given->is_null();
    auto envelope = checked.derived ? derive(structure, *identity) : read_new_envelope(*given);
    if (!envelope) return tl::unexpected(envelope.error());
    const auto& mail_from = envelope->mail_from.email;
    if (!mail_from.empty() && !is_own(mail_from))
        return refuse(set_error("forbiddenMailFrom", "You may not send as " + mail_from + "."));
    if (auto done = check_recipients(*envelope); !done) return tl::unexpected(done.error());
    const auto at = release_time(*envelope, context_.now, context_.services.jmap_limits.max_delayed_send);
    if (!at) return tl::unexpected(at.error());
    checked.envelope = std::move(*envelope);
    checked.send_at = *at;
    return checked;
}

} // namespace facteur
