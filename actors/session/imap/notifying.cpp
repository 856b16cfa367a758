// NOTIFY (RFC 5465).
#include "actors/session/imap/imap_session.h"
#include "transport/imap/capability.h"

#include <algorithm>

namespace facteur {
namespace {

// Octets of FETCH responses that are sent of new messages at once, without being asked for.
constexpr std::size_t most_notified_octets = 4 * 1024 * 1024;

} // namespace

void ImapSession::run(imap::command::Notify& c) {
    const bool all_known = std::all_of(c.groups.begin(), c.groups.end(), [](const auto& group) {
        return (group.events & ~known_notify_events) == 0;
    });
    if (!all_known) return no(bad_notify_event, "There are no such events here");
    notifications_.reset();
    watch_accounts();
    if (c.groups.empty()) return ok("Nothing will be told");
    notifications_ = std::make_unique<Notifications>(std::move(c.groups));
    watch_accounts();
    notifications_->begin(notified_views(), listener(), c.status, out_);
    ok();
}

Notifications::Views ImapSession::notified_views() const {
    const auto places = this->places();
    Notifications::Views views{places.own()};
    if (!notifications_->wants_others()) return views;
    for (auto& other : places.others())
        views.push_back(std::move(other));
    return views;
}

// Of the selected mailbox it tells otherwise.
void ImapSession::notify(std::string& out) {
    if (!notifications_) return;
    if (notifications_->wants_others()) watch_accounts(); // there may be more by now
    notifications_->catch_up(notified_views(), listener(), out);
}

Notifications::Listener ImapSession::listener() const {
    Notifications::Listener listener;
    if (selected_) listener.selected.emplace(selected_->account(), selected_->mailbox());
    listener.wire = moment_.wire;
    listener.condstore = (moment_.enabled & imap::enabled_condstore) != 0;
    return listener;
}

Notifications::Selected ImapSession::notified_of_selected() const {
    if (!selected_) return {};
    const auto found = places().find(selected_->account(), selected_->mailbox());
    return found ? notifications_->of_selected(*found->entry) : Notifications::Selected{};
}

// FETCH responses of the messages that came, from this UID on: of each what NOTIFY and the searches that are
// followed want to know, at once (RFC 5465 §5.2, §7).
void ImapSession::tell_new_items(const store::Snapshot& now, store::Uid from, SearchContexts::Wanted wanted,
                                 std::string& out) {
    const auto& map = selected_->map();
    const auto first = map->count_below(from) + 1;
    const auto* notified = notifications_ ? notified_of_selected().new_items : nullptr;
    std::string answers;
    for (auto number = first; number <= map->size();) {
        const auto items_of = [&](std::uint32_t of) {
            auto items = notified != nullptr ? *notified : std::vector<imap::FetchItem>();
            if (const auto also = wanted.find(map->at(of)); also != wanted.end())
                add_items(items, also->second);
            return items;
        };
        const auto items = items_of(number);
        auto last = number;
        while (last < map->size() && items_of(last + 1) == items)
            ++last;
        if (!items.empty() && !fetch_news(now, items, {{number, last}}, answers)) {
            notifications_.reset();
            imap::write_condition(out, "*", Condition::ok, "NOTIFICATIONOVERFLOW",
                                  "Too much is new to be told");
            return;
        }
        number = last + 1;
    }
    out += answers;
}

// False: it would be too much.
bool ImapSession::fetch_news(const store::Snapshot& now, const std::vector<imap::FetchItem>& items,
                             MessageRanges messages, std::string& out) {
    FetchOptions options;
    options.account = selected_->account();
    options.mailbox = selected_->mailbox();
    options.wire = moment_.wire;
    options.with_modseq = (moment_.enabled & imap::enabled_condstore) != 0;
    options.uid_only = (moment_.enabled & imap::enabled_uid_only) != 0;
    Fetch fetch(options, items, selected_->map(), std::move(messages));
    return fetch.go_on(now, out, most_notified_octets) == Fetch::State::done &&
           out.size() <= most_notified_octets;
}

} // namespace facteur
