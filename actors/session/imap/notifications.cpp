#include "actors/session/imap/notifications.h"

#include "actors/session/imap/mailbox_status.h"
#include "transport/imap/mailbox_name.h"
#include "transport/imap/response.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <utility>

namespace facteur {
namespace {

using imap::NotifyGroup;

constexpr std::uint8_t message_events =
    imap::notify_message_new | imap::notify_message_expunge | imap::notify_flag_change;

bool is_of_selected(const NotifyGroup& group) {
    return group.filter == NotifyGroup::Filter::selected ||
           group.filter == NotifyGroup::Filter::selected_delayed;
}

bool is_within(const std::string& name, const std::string& tree) {
    return name.starts_with(tree) && (name.size() == tree.size() || name[tree.size()] == mailbox_separator);
}

bool means(const NotifyGroup& group, const std::string& name, bool is_inbox, bool subscribed) {
    const auto any = [&](const auto& matches) {
        return std::any_of(group.mailboxes.begin(), group.mailboxes.end(), [&](const std::string& given) {
            return matches(name, imap::canonical_mailbox(given));
        });
    };
    switch (group.filter) {
    case NotifyGroup::Filter::inboxes: return is_inbox;
    case NotifyGroup::Filter::personal: return !is_of_others(name);
    case NotifyGroup::Filter::subscribed: return subscribed;
    case NotifyGroup::Filter::subtree: return any(is_within);
    case NotifyGroup::Filter::mailboxes: return any(std::equal_to<>());
    default: return false;
    }
}

bool is_inbox(const MailboxNames::Entry& entry) {
    return entry.row.role == "inbox";
}

void write_status_told(const AccountView& view, const Notifications::Listener& listener,
                       const MailboxNames::Entry& entry, std::string& out) {
    if ((entry.rights & right_read) == 0) return;
    imap::StatusItems items =
        imap::status_messages | imap::status_uid_next | imap::status_uid_validity | imap::status_unseen;
    if (listener.condstore) items |= imap::status_highest_modseq;
    write_status_of(view.now(), view.account(), entry, items, 0, listener.wire, out);
}

std::map<std::string, std::size_t> annotations_of(const store::Snapshot& now, store::AccountId account) {
    std::map<std::string, std::size_t> all;
    now.objects(account, store::ObjectType::annotation, [&](std::string_view object, std::string_view value) {
        all.emplace(object, std::hash<std::string_view>()(value));
        return true;
    });
    return all;
}

// Those that are in one alone, or have another value.
std::vector<std::string> differing(const std::map<std::string, std::size_t>& before,
                                   const std::map<std::string, std::size_t>& after) {
    std::vector<std::string> names;
    for (const auto& [name, hash] : before)
        if (const auto now = after.find(name); now == after.end() || now->second != hash)
            names.push_back(name);
    for (const auto& [name, hash] : after)
        if (!before.contains(name)) names.push_back(name);
    return names;
}

} // namespace

std::uint8_t Notifications::events_of(const std::string& name, bool is_inbox, bool subscribed) const {
    for (const auto& group : groups_)
        if (!is_of_selected(group) && means(group, name, is_inbox, subscribed)) return group.events;
    return 0;
}

bool Notifications::wants_annotations() const {
    return std::any_of(groups_.begin(), groups_.end(), [](const NotifyGroup& group) {
        return (group.events &
                (imap::notify_mailbox_metadata_change | imap::notify_server_metadata_change)) != 0;
    });
}

Notifications::Selected Notifications::of_selected(const MailboxNames::Entry& mailbox) const {
    Selected told;
    const auto group = std::find_if(groups_.begin(), groups_.end(), is_of_selected);
    if (group == groups_.end()) {
        told.is_told =
            (events_of(mailbox.name, is_inbox(mailbox), mailbox.row.subscribed) & message_events) != 0;
        return told;
    }
    told.is_told = (group->events & message_events) != 0;
    told.may_expunge = told.is_told && group->filter == NotifyGroup::Filter::selected;
    if (told.is_told && !group->new_items.empty()) told.new_items = &group->new_items;
    return told;
}

bool Notifications::wants_others() const {
    using Filter = NotifyGroup::Filter;
    return std::any_of(groups_.begin(), groups_.end(), [](const NotifyGroup& group) {
        return group.filter == Filter::subscribed || group.filter == Filter::subtree ||
               group.filter == Filter::mailboxes;
    });
}

void Notifications::begin(const Views& views, const Listener& listener, bool tells_status, std::string& out) {
    for (const auto& view : views) {
        for (const auto& entry : view->names->all()) {
            const auto counters = view->now().counters(view->account(), entry.row.id);
            const std::pair key(view->account(), entry.row.id);
            heard_[key] = {entry.name, entry.row.subscribed, counters.emails + counters.deleted,
                           counters.uid_next, counters.highest_modseq};
            if (tells_status && key != listener.selected &&
                (events_of(entry.name, is_inbox(entry), entry.row.subscribed) & message_events) != 0)
                write_status_told(*view, listener, entry, out);
        }
        at_[view->account()] = view->now().state(view->account()).modseq;
    }
    const auto& own = *views.front();
    if (wants_annotations()) annotations_ = annotations_of(own.now(), own.account());
}

// What is subscribed of others' mailboxes is in the client's own account: its commits count for all.
void Notifications::catch_up(const Views& views, const Listener& listener, std::string& out) {
    const auto advance = [this](const AccountView& view) {
        auto& at = at_[view.account()];
        const auto modseq = view.now().state(view.account()).modseq;
        if (modseq <= at) return false;
        at = modseq;
        return true;
    };
    const bool own_changed = advance(*views.front());
    tell_removed(views, listener, out);
    for (const auto& view : views) {
        const bool changed = view->is_own ? own_changed : advance(*view) || own_changed;
        if (!changed) continue;
        for (const auto& entry : view->names->all())
            tell_mailbox(*view, listener, entry, out);
    }
    if (!own_changed || !wants_annotations()) return;
    const auto& own = *views.front();
    auto newest = annotations_of(own.now(), own.account());
    tell_annotations(*own.names, newest, listener, out);
    annotations_ = std::move(newest);
}

void Notifications::tell_removed(const Views& views, const Listener& listener, std::string& out) {
    std::erase_if(heard_, [&](const auto& known) {
        const auto& [account, mailbox] = known.first;
        for (const auto& view : views)
            if (view->account() == account && view->names->find(mailbox) != nullptr) return false;
        const auto& heard = known.second;
        if ((events_of(heard.name, false, heard.subscribed) & imap::notify_mailbox_name) != 0)
            imap::write_list(out, {{"\\NonExistent"}, mailbox_separator, heard.name, {}, {}}, listener.wire);
        return true;
    });
}

void Notifications::tell_mailbox(const AccountView& view, const Listener& listener,
                                 const MailboxNames::Entry& entry, std::string& out) {
    const std::pair key(view.account(), entry.row.id);
    const auto counters = view.now().counters(view.account(), entry.row.id);
    const Heard newest{entry.name, entry.row.subscribed, counters.emails + counters.deleted,
                       counters.uid_next, counters.highest_modseq};
    const auto [known, is_new] = heard_.try_emplace(key, Heard{entry.name, false, 0, 1, newest.highest});
    const auto before = std::exchange(known->second, newest);
    const auto events = events_of(entry.name, is_inbox(entry), entry.row.subscribed || before.subscribed);

    const bool has_other_name = is_new || before.name != newest.name;
    const bool tells_name = has_other_name && (events & imap::notify_mailbox_name) != 0;
    const bool tells_subscription =
        before.subscribed != newest.subscribed && (events & imap::notify_subscription_change) != 0;
    if (tells_name || tells_subscription) {
        auto response = list_response_of(entry, true);
        if (tells_name && !is_new) response.old_name = before.name;
        imap::write_list(out, response, listener.wire);
    }

    if (key == listener.selected) return;
    const bool has_others = before.messages != newest.messages || before.uid_next != newest.uid_next;
    const bool has_other_flags = before.highest != newest.highest && !has_others;
    if ((has_others && (events & imap::notify_message_new) != 0) ||
        (has_other_flags && (events & imap::notify_flag_change) != 0))
        write_status_told(view, listener, entry, out);
}

void Notifications::tell_annotations(const MailboxNames& names, const Annotations& newest,
                                     const Listener& listener, std::string& out) const {
    std::map<store::MailboxId, std::vector<std::string>> changed; // 0: the server's own
    for (const auto& object : differing(annotations_, newest)) {
        const auto slash = std::min(object.find('/'), object.size());
        const auto mailbox = std::strtoul(object.substr(0, slash).c_str(), nullptr, 10);
        changed[static_cast<store::MailboxId>(mailbox)].push_back(object.substr(slash));
    }
    for (const auto& [mailbox, entries] : changed) {
        const std::vector<std::string_view> told(entries.begin(), entries.end());
        const auto* entry = names.find(mailbox);
        const bool is_server = mailbox == 0;
        if (!is_server && entry == nullptr) continue;
        const bool is_wanted =
            is_server ? std::any_of(groups_.begin(), groups_.end(),
                                    [](const NotifyGroup& group) {
                                        return (group.events & imap::notify_server_metadata_change) != 0;
                                    })
                      : (events_of(entry->name, is_inbox(*entry), entry->row.subscribed) &
                         imap::notify_mailbox_metadata_change) != 0;
        if (is_wanted)
            imap::write_metadata_changed(out, is_server ? std::string_view() : entry->name, told,
                                         listener.wire);
    }
}

} // namespace facteur
