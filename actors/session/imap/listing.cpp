// LIST, LSUB, NAMESPACE (RFC 9051 §6.3.9, RFC 5258, RFC 6154, RFC 5819, RFC 8440).
#include "actors/session/imap/imap_session.h"
#include "actors/session/imap/mailbox_status.h"
#include "transport/imap/mailbox_name.h"

#include <algorithm>

namespace facteur {
namespace {

using Entry = MailboxNames::Entry;

// All that the owner may do; INBOX stays, and so do mailboxes with a role.
std::string_view rights_on(const Entry& entry) {
    return entry.row.role.empty() ? "lrswipkxtea" : "lrswipktea";
}

bool is_below(const Entry& entry, const Entry& above) {
    return entry.name.size() > above.name.size() && entry.name.starts_with(above.name) &&
           entry.name[above.name.size()] == mailbox_separator;
}

class Lister {
public:
    Lister(const MailboxNames& names, const imap::command::List& command)
        : names_(names), options_(command.options) {
        for (const auto& pattern : command.patterns)
            patterns_.push_back(imap::canonical_mailbox(command.reference + pattern));
    }

    // What the answer says of the mailbox; nothing: it is not in it.
    [[nodiscard]] std::optional<imap::ListResponse> response(const Entry& entry) const {
        if (!matches(entry)) return std::nullopt;
        const auto use = special_use_of(entry.row.role);
        const bool chosen = is_chosen(entry, use);
        std::vector<std::string_view> child_info;
        if (options_.recursive_match && has_chosen_child(entry)) child_info.push_back("SUBSCRIBED");
        if (!chosen && child_info.empty()) return std::nullopt;
        auto response = list_response_of(entry, options_.subscribed || options_.return_subscribed);
        response.child_info = std::move(child_info);
        return response;
    }

private:
    [[nodiscard]] bool matches(const Entry& entry) const {
        return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
            return imap::matches_pattern(pattern, entry.name, mailbox_separator);
        });
    }
    [[nodiscard]] bool is_chosen(const Entry& entry, std::string_view use) const {
        return (!options_.subscribed || entry.row.subscribed) && (!options_.special_use || !use.empty());
    }
    [[nodiscard]] bool has_chosen_child(const Entry& entry) const {
        return std::any_of(names_.all().begin(), names_.all().end(), [&](const Entry& other) {
            return is_below(other, entry) && is_chosen(other, special_use_of(other.row.role));
        });
    }

    const MailboxNames& names_;
    const imap::ListOptions& options_;
    std::vector<std::string> patterns_;
};

} // namespace

void ImapSession::run(imap::command::List& c) {
    if (!c.options.extended && c.patterns.size() == 1 && c.patterns.front().empty()) {
        // RFC 9051 §6.3.9: asks for the separator.
        imap::write_list(out_, {{"\\Noselect"}, mailbox_separator, "", {}, {}}, moment_.wire);
        return ok();
    }
    const auto now = read();
    const MailboxNames names(now, id());
    const Lister lister(names, c);
    for (const auto& entry : names.all()) {
        const auto response = lister.response(entry);
        if (!response) continue;
        imap::write_list(out_, *response, moment_.wire);
        if (c.options.return_my_rights)
            imap::write_my_rights(out_, entry.name, rights_on(entry), moment_.wire);
        if (!c.options.return_metadata.empty()) write_metadata_of(now, entry, c.options.return_metadata);
        if (c.options.return_status != 0)
            write_status_of(now, id(), entry, c.options.return_status, services().config.smtp.message_size,
                            moment_.wire, out_);
    }
    ok();
}

// RFC 3501 §6.3.9: with "%", a mailbox that is not subscribed but has subscribed ones below is told as
// \Noselect.
void ImapSession::run(imap::command::Lsub& c) {
    const MailboxNames names(read(), id());
    const auto pattern = imap::canonical_mailbox(c.reference + c.pattern);
    for (const auto& entry : names.all()) {
        if (!imap::matches_pattern(pattern, entry.name, mailbox_separator)) continue;
        const bool leads = std::any_of(names.all().begin(), names.all().end(), [&](const Entry& other) {
            return other.row.subscribed && is_below(other, entry) &&
                   !imap::matches_pattern(pattern, other.name, mailbox_separator);
        });
        if (!entry.row.subscribed && !leads) continue;
        imap::ListResponse response;
        if (!entry.row.subscribed) response.attributes.push_back("\\Noselect");
        response.separator = mailbox_separator;
        response.mailbox = entry.name;
        imap::write_lsub(out_, response, moment_.wire);
    }
    ok();
}

void ImapSession::run(imap::command::Namespace&) {
    imap::write_namespace(out_, {{{"", mailbox_separator}}, {}, {}}, moment_.wire);
    ok();
}

// ---- rights (RFC 4314): an account is its owner's, and nobody else has any

void ImapSession::run(imap::command::GetAcl& c) {
    const MailboxNames names(read(), id());
    const auto* entry = names.find(c.mailbox);
    if (entry == nullptr) return no("NONEXISTENT", "There is no such mailbox");
    imap::write_acl(out_, entry->name, {{account_->address, rights_on(*entry)}}, moment_.wire);
    ok();
}

void ImapSession::run(imap::command::ListRights& c) {
    const MailboxNames names(read(), id());
    const auto* entry = names.find(c.mailbox);
    if (entry == nullptr) return no("NONEXISTENT", "There is no such mailbox");
    const bool is_owner = c.identifier == account_->address;
    imap::write_list_rights(out_, entry->name, c.identifier, is_owner ? rights_on(*entry) : "", {},
                            moment_.wire);
    ok();
}

void ImapSession::run(imap::command::MyRights& c) {
    const MailboxNames names(read(), id());
    const auto* entry = names.find(c.mailbox);
    if (entry == nullptr) return no("NONEXISTENT", "There is no such mailbox");
    imap::write_my_rights(out_, entry->name, rights_on(*entry), moment_.wire);
    ok();
}

} // namespace facteur
