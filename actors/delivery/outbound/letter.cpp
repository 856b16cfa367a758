#include "actors/delivery/outbound/letter.h"

#include "actors/accounts/directory.h"
#include "actors/clock.h"
#include "actors/delivery/reverse_path.h"
#include "actors/delivery/srs_keys.h"
#include "actors/delivery/submitted_message.h"
#include "actors/session/jmap/ids.h"
#include "store/store.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/seven_bit.h"
#include "transport/smtp/text_writer.h"
#include "transport/smtp/trace.h"

namespace facteur {
namespace {

// The last server of all writes it, nobody before (RFC 5321 §4.4).
std::string_view without_return_path(std::string_view message) {
    const auto field = leading_return_path(message);
    return field ? message.substr(field->size) : message;
}

std::string with_line_ends(std::string_view message) {
    std::string text;
    text.reserve(message.size() + message.size() / 64);
    smtp::TextWriter writer(false);
    writer.write(text, message);
    writer.finish(text);
    return text;
}

std::string parameter(const EnvelopeAddress& address, const char* name) {
    const auto found = address.parameters.find(name);
    return found == address.parameters.end() ? std::string() : found->second.value_or(std::string());
}

// The values of JMAP are without xtext (RFC 8621 §7).
smtp::RcptParameters dsn_of(const EnvelopeAddress& recipient) {
    const auto notify = parameter(recipient, "NOTIFY"), original = parameter(recipient, "ORCPT");
    auto dsn = smtp::parse_rcpt_parameters(notify.empty() ? "" : " NOTIFY=" + notify)
                   .value_or(smtp::RcptParameters{});
    if (const auto type = original.find(';'); type != std::string::npos)
        dsn.original = smtp::OriginalRecipient{original.substr(0, type), original.substr(type + 1)};
    return dsn;
}

// What is forwarded leaves from a path of ours: of the one who wrote, or, when that cannot be made, of the
// one who forwards.
std::optional<smtp::Mailbox> sender_of(const Services& services, const DueEntry& due) {
    auto sender = smtp::parse_mailbox(due.entry.envelope.mail_from.email);
    if (!sender || !due.entry.forwarded) return sender;
    if (const auto ours = smtp::srs_forward(*sender, srs_keys(services), seconds_now())) return *ours;
    const auto by = services.directory.find(due.account);
    return by ? smtp::parse_mailbox(by->address) : sender;
}

void address_letter(Letter& letter, const Services& services, const DueEntry& due) {
    const auto& entry = due.entry;
    const auto& sender = entry.envelope.mail_from;
    auto& envelope = letter.envelope;
    envelope.sender = sender_of(services, due);
    envelope.envelope_id = parameter(sender, "ENVID");
    if (const auto ret = parameter(sender, "RET"); !ret.empty())
        envelope.ret = ret == "FULL" ? smtp::Return::full : smtp::Return::headers;
    bool ascii = !envelope.sender || envelope.sender->is_ascii();
    for (const auto& recipient : entry.envelope.rcpt_to) {
        auto mailbox = smtp::parse_mailbox(recipient.email);
        if (!mailbox || is_settled(entry, recipient.email)) continue;
        ascii = ascii && mailbox->is_ascii();
        envelope.recipients.push_back({std::move(*mailbox), dsn_of(recipient)});
        letter.addresses.push_back(recipient.email);
    }
    envelope.octets = letter.text.size();
    envelope.eight_bit = !mime::is_ascii(letter.text);
    envelope.smtputf8 = !ascii || (envelope.eight_bit && !mime::is_ascii(mime::header_of(letter.text)));
}

// Only what says that it is from us is ours to vouch for.
void sign_letter(Letter& letter, std::string_view domain, const std::vector<dkim::Signer>& signers,
                 store::Time at) {
    if (signers.empty()) return;
    const auto authors = mime::all_addresses(mime::header_of(letter.text), "From");
    if (authors.empty() || domain_of(authors.front().email) != domain) return;
    const auto fields = dkim::sign(letter.text, signers, at);
    if (fields) letter.text.insert(0, *fields);
}

} // namespace

tl::expected<std::shared_ptr<const Letter>, NoLetter> make_letter(const Services& services,
                                                                  const DueEntry& due,
                                                                  const std::vector<dkim::Signer>& signers,
                                                                  bool eight_bit) {
    const auto message = services.store.read(due.account).read_body(due.entry.body);
    if (!message) {
        const bool gone =
            message.error().code == store::Code::not_found || message.error().code == store::Code::corrupt;
        if (gone) return tl::unexpected(NoLetter{"554 5.6.0 The message cannot be read any more", true});
        return tl::unexpected(NoLetter{"451 4.3.0 The message cannot be read now", false});
    }
    if (smtp::count_hops(*message) > most_hops)
        return tl::unexpected(NoLetter{"554 5.4.6 The message goes in circles", true});
    auto letter = std::make_shared<Letter>();
    if (due.entry.as_is) {
        letter->text = with_line_ends(without_return_path(*message));
    } else {
        const auto id = account_id(due.account) + std::string(submission_of(due.id));
        const auto copy = delivered_copy(*message, {due.entry.envelope.mail_from.email,
                                                    services.directory.domain(), id, due.entry.queued});
        letter->text = with_line_ends(without_return_path(copy));
    }
    if (!eight_bit && !mime::is_ascii(letter->text))
        if (auto encoded = mime::to_seven_bit(letter->text)) letter->text = std::move(*encoded);
    sign_letter(*letter, services.directory.domain(), signers, due.entry.queued);
    address_letter(*letter, services, due);
    if (letter->envelope.recipients.empty())
        return tl::unexpected(NoLetter{"553 5.1.3 There is no address to send to", true});
    return letter;
}

} // namespace facteur
