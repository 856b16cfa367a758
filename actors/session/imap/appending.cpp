// APPEND and REPLACE (RFC 9051 §6.3.12, RFC 3502, 4469, 8508).
#include "actors/clock.h"
#include "actors/mailbox/ingest.h"
#include "actors/session/imap/flags.h"
#include "actors/session/imap/imap_session.h"
#include "transport/imap/section.h"
#include "transport/imap/url.h"

namespace facteur {
namespace {

struct Appended {
    std::shared_ptr<const std::string> bytes;
    store::Time received = 0;
    store::Keywords keywords;
    std::shared_ptr<const IngestedEmail> email;
};

} // namespace

void ImapSession::append_asked(const ImapAppendAsked& asked) {
    if (gone_ || !account_) return;
    const auto now = read();
    const MailboxNames names(now, id());
    if (names.find(asked.mailbox) == nullptr)
        return link_.reject_append("TRYCREATE", "There is no such mailbox");
    if (asked.octets == 0) return link_.reject_append("", "A message of nothing is kept nowhere");
    if (quota() > 0 && now.state(id()).size + asked.octets > quota())
        return link_.reject_append("OVERQUOTA", "The mailbox is full");
    link_.accept_data();
}

std::optional<std::string> ImapSession::referred(const std::string& text) const {
    const auto url = imap::parse_message_url(text);
    if (!url) return std::nullopt;
    const auto now = read();
    const MailboxNames names(now, id());
    const auto* entry = url->mailbox.empty() ? (selected_ ? names.find(selected_->mailbox()) : nullptr)
                                             : names.find(url->mailbox);
    if (entry == nullptr || (url->uid_validity && *url->uid_validity != entry->row.uid_validity))
        return std::nullopt;
    const auto place = now.uid(id(), entry->row.id, url->uid);
    const auto email = place ? now.any_email(id(), place->email) : std::nullopt;
    if (!email) return std::nullopt;
    const auto bytes = now.read_body(email->body());
    if (!bytes) return std::nullopt;
    const auto message = mime::parse(*bytes);
    const auto found = imap::resolve_section(imap::section_parts(message), bytes->size(), url->section);
    if (!found) return std::nullopt;
    auto octets = std::string_view(*bytes).substr(found->span.offset, found->span.size);
    std::string fields;
    if (found->has_fields) {
        fields = imap::select_fields(octets, url->section.fields,
                                     url->section.text == imap::Section::Text::header_fields_not);
        octets = fields;
    }
    if (!url->range) return std::string(octets);
    if (url->range->offset >= octets.size()) return std::string();
    octets.remove_prefix(url->range->offset);
    return std::string(url->range->octets == 0 ? octets : octets.substr(0, url->range->octets));
}

bool ImapSession::assemble(const ImapAppendedMessage& message, std::string& bytes) {
    const auto most = services().config.smtp.message_size;
    for (const auto& part : message.parts) {
        if (const auto* text = std::get_if<ImapAppendedMessage::Text>(&part)) {
            bytes += **text;
        } else {
            const auto& url = std::get<imap::AppendUrl>(part).url;
            const auto octets = referred(url);
            if (!octets) return no(imap::code::bad_url(url), "The URL leads to no message"), false;
            bytes += *octets;
        }
        if (bytes.size() > most) return no(imap::code::too_big(most), "The message is too large"), false;
    }
    if (bytes.empty()) return no("", "A message of nothing is kept nowhere"), false;
    return true;
}

void ImapSession::append(ImapAppend& given) {
    moment_ = std::move(given.moment);
    out_.clear();
    if (gone_ || !account_) return;
    busy_ = true;
    heard_at_ = std::chrono::steady_clock::now();
    const auto now = seconds_now();
    const MailboxNames names(read(), id());
    const auto* target = names.find(given.started.mailbox);
    if (target == nullptr) return no("TRYCREATE", "There is no such mailbox");
    AppendEmails request;
    request.account = id();
    request.mailbox = target->row.id;
    request.quota = quota();
    request.at = now;
    const auto texts = std::make_shared<std::vector<Appended>>();
    std::uint64_t octets = 0;
    for (auto& message : given.messages) {
        const auto flags = read_flags(message.started.flags);
        if (!flags) return bad(flags.error());
        auto bytes = std::make_shared<std::string>();
        auto* only = message.parts.size() == 1
                         ? std::get_if<ImapAppendedMessage::Text>(&message.parts.front())
                         : nullptr;
        if (only != nullptr && !(*only)->empty())
            bytes = *only;
        else if (!assemble(message, *bytes))
            return;
        const auto received = message.started.internal_date ? message.started.internal_date->seconds : now;
        octets += bytes->size();
        texts->push_back({std::move(bytes), received, flags->keywords, {}});
        request.deleted.push_back(flags->deleted ? 1 : 0);
    }
    if (given.started.replaces && !find_replaced(*given.started.replaces, request)) return;
    world_.apart(
        octets,
        [texts] {
            for (auto& text : *texts)
                text.email = ingest(text.bytes, text.received, text.keywords);
        },
        [this, texts, request = std::move(request), held = given.held](bool done) mutable {
            if (!done) return no("UNAVAILABLE", "Too many large messages are under way: try again later");
            for (auto& text : *texts)
                request.emails.push_back({std::move(text.email)});
            keep(std::move(request), std::move(held));
        });
}

bool ImapSession::find_replaced(const imap::ReplacedMessage& replaces, AppendEmails& request) {
    if (!selected_) return no("", "The mailbox is gone: select another"), false;
    if (selected_->is_read_only()) return no("READ-ONLY", "The mailbox was opened to be read only"), false;
    imap::SequenceSet set;
    set.ranges.push_back({replaces.number, replaces.number});
    const auto wanted = messages(set, replaces.uid);
    if (!wanted) return false;
    const auto uids = uids_of(*selected_->map(), *wanted);
    if (uids.empty()) return no("NONEXISTENT", "The message to be replaced is gone"), false;
    request.replaced_in = selected_->mailbox();
    request.replaced = uids.front();
    return true;
}

void ImapSession::keep(AppendEmails request, std::shared_ptr<Reservation> held) {
    const bool replaces = request.replaced != 0;
    world_.append(std::move(request),
                  [this, replaces, held = std::move(held)](store::Result<EmailsAppended> appended) {
                      if (!appended) return failed(appended.error());
                      const auto code = imap::code::append_uid(appended->uid_validity, appended->uids);
                      if (!replaces) return finish(Condition::ok, code, "Kept");
                      imap::write_condition(out_, "*", Condition::ok, code, "Kept"); // RFC 8508 §3.3
                      ok("Replaced");
                  });
}

} // namespace facteur
