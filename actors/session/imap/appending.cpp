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
    const auto target = places().find(asked.mailbox);
    if (!target) return link_.reject_append("TRYCREATE", "There is no such mailbox");
    if (!target->allows(right_insert)) return link_.reject_append("NOPERM", "You may not do this here");
    if (asked.octets == 0) return link_.reject_append("", "A message of nothing is kept nowhere");
    const auto quota = quota_of(*target->view->owner);
    if (quota > 0 && target->now().state(target->account()).size + asked.octets > quota)
        return link_.reject_append("OVERQUOTA", "The mailbox is full");
    link_.accept_data();
}

std::optional<std::string> ImapSession::referred(const std::string& text) const {
    const auto url = imap::parse_message_url(text);
    if (!url) return std::nullopt;
    const auto places = this->places();
    std::optional<Place> found_in;
    if (!url->mailbox.empty())
        found_in = places.find(url->mailbox);
    else if (selected_)
        found_in = places.find(selected_->account(), selected_->mailbox());
    if (!found_in || !found_in->allows(right_read) ||
        (url->uid_validity && *url->uid_validity != found_in->entry->row.uid_validity))
        return std::nullopt;
    const auto& now = found_in->now();
    const auto place = now.uid(found_in->account(), found_in->mailbox(), url->uid);
    const auto email = place ? now.any_email(found_in->account(), place->email) : std::nullopt;
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
    const auto target = place(given.started.mailbox, right_insert, "TRYCREATE");
    if (!target) return;
    const auto rights = target->is_own() ? all_rights : target->entry->rights;
    AppendEmails request;
    request.account = target->account();
    request.mailbox = target->mailbox();
    request.quota = quota_of(*target->view->owner);
    request.at = now;
    request.guard = guard(request.account, {{request.mailbox, right_insert}});
    const auto texts = std::make_shared<std::vector<Appended>>();
    std::uint64_t octets = 0;
    for (auto& message : given.messages) {
        const auto asked = read_flags(message.started.flags);
        if (!asked) return bad(asked.error());
        const auto flags = permitted_flags(*asked, rights);
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
        texts->push_back({std::move(bytes), received, flags.keywords, {}});
        request.deleted.push_back(flags.deleted ? 1 : 0);
    }
    std::optional<Replaced> elsewhere;
    if (given.started.replaces) {
        const auto uid = find_replaced(*given.started.replaces);
        if (!uid) return;
        if (selected_->account() == request.account) {
            request.replaced_in = selected_->mailbox();
            request.replaced = *uid;
            if (request.guard.who != 0)
                request.guard.needs.push_back({request.replaced_in, right_delete | right_expunge});
        } else {
            elsewhere = Replaced{selected_->account(), selected_->mailbox(), *uid};
        }
    }
    world_.apart(
        octets,
        [texts] {
            for (auto& text : *texts)
                text.email = ingest(text.bytes, text.received, text.keywords);
        },
        [this, texts, request = std::move(request), elsewhere, held = given.held](bool done) mutable {
            if (!done) return no("UNAVAILABLE", "Too many large messages are under way: try again later");
            for (auto& text : *texts)
                request.emails.push_back({std::move(text.email)});
            keep(std::move(request), elsewhere, std::move(held));
        });
}

std::optional<store::Uid> ImapSession::find_replaced(const imap::ReplacedMessage& replaces) {
    const auto refused = [this](std::string_view code, std::string_view text) {
        no(code, text);
        return std::nullopt;
    };
    if (!selected_) return refused("", "The mailbox is gone: select another");
    if (!renew_rights()) return std::nullopt;
    if (selected_->is_read_only()) return refused("READ-ONLY", "The mailbox was opened to be read only");
    if (!may(right_delete | right_expunge)) return std::nullopt;
    imap::SequenceSet set;
    set.ranges.push_back({replaces.number, replaces.number});
    const auto wanted = messages(set, replaces.uid);
    if (!wanted) return std::nullopt;
    const auto uids = uids_of(*selected_->map(), *wanted);
    if (uids.empty()) return refused("NONEXISTENT", "The message to be replaced is gone");
    return uids.front();
}

void ImapSession::keep(AppendEmails request, std::optional<Replaced> replaced,
                       std::shared_ptr<Reservation> held) {
    const bool replaces = request.replaced != 0;
    const auto kept = [this, replaces, replaced,
                       held = std::move(held)](store::Result<EmailsAppended> appended) {
        if (!appended) return failed(appended.error());
        const auto code = imap::code::append_uid(appended->uid_validity, appended->uids);
        if (!replaces && !replaced) return finish(Condition::ok, code, "Kept");
        imap::write_condition(out_, "*", Condition::ok, code, "Kept"); // RFC 8508 §3.3
        if (!replaced) return ok("Replaced");
        ChangeEmails removal;
        removal.account = replaced->account;
        removal.mailbox = replaced->mailbox;
        removal.what = ChangeEmails::What::remove;
        removal.uids = {replaced->uid};
        removal.guard = guard(removal.account, {{removal.mailbox, right_delete | right_expunge}});
        change(std::move(removal), [this](const EmailsChanged&) { ok("Replaced"); });
    };
    world_.append(std::move(request), kept);
}

} // namespace facteur
