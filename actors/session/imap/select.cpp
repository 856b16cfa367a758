// SELECT, EXAMINE, CLOSE, UNSELECT, STATUS (RFC 9051 §6.3.2, §6.3.11, §6.4.1; RFC 7162 for QRESYNC).
#include "actors/session/imap/flags.h"
#include "actors/session/imap/imap_session.h"
#include "actors/session/imap/mailbox_status.h"
#include "actors/session/jmap/ids.h"
#include "transport/imap/capability.h"
#include "transport/imap/machine.h"

#include <algorithm>
#include <iterator>

namespace facteur {
namespace {

using FlagNames = std::vector<std::string_view>;

// Those that STORE changes.
FlagNames permanent_flags(Rights rights) {
    FlagNames flags;
    for (const auto flag : named_flags()) {
        const auto needed = flag == "\\Seen" ? right_seen : flag == "\\Deleted" ? right_delete : right_write;
        if ((rights & needed) != 0) flags.push_back(flag);
    }
    if ((rights & right_write) != 0) flags.push_back("\\*");
    return flags;
}

} // namespace

void ImapSession::run(imap::command::Select& c) {
    const bool was_selected = selected_ != nullptr;
    deselect();
    if (was_selected)
        imap::write_condition(out_, "*", Condition::ok, "CLOSED", "The mailbox before is closed");
    const auto found = place(c.mailbox, right_read);
    if (!found) return;
    const auto& now = found->now();
    const auto account = found->account();
    const auto* entry = found->entry;
    const auto rights = found->is_own() ? all_rights : entry->rights;
    const bool read_only = c.examine || (rights & rights_to_change) == 0; // RFC 4314 §5.2
    const auto known = shared_->uid_maps.get(now, account, entry->row.id);
    const auto counters = now.counters(account, entry->row.id);
    selected_ = std::make_unique<SelectedMailbox>(account, entry->row.id, read_only, known);
    selected_->rights = rights;
    watch_accounts();

    imap::write_flags(out_, named_flags());
    imap::write_exists(out_, known.map->size());
    const bool rev2 = (moment_.enabled & imap::enabled_rev2) != 0;
    if (!rev2) imap::write_recent(out_, 0);
    const auto note = [this](const std::string& code, std::string_view text) {
        imap::write_condition(out_, "*", Condition::ok, code, text);
    };
    note(imap::code::permanent_flags(read_only ? FlagNames{} : permanent_flags(rights)), "Flags that last");
    note(imap::code::uid_validity(known.uid_validity), "UIDs are valid");
    note(imap::code::uid_next(known.uid_next), "Predicted next UID");
    note(imap::code::highest_modseq(modseq_of(counters)), "Highest");
    note(imap::code::mailbox_id(mailbox_id(entry->row.id)), "Its id");
    if (rev2) imap::write_list(out_, {{}, mailbox_separator, entry->name, {}, {}}, moment_.wire);
    if (c.qresync) resynchronise(now, *c.qresync);
    finish(Condition::ok, read_only ? "READ-ONLY" : "READ-WRITE", c.examine ? "Examined" : "Selected");
}

// What a client that was here before has missed (RFC 7162 §3.2.5).
void ImapSession::resynchronise(const store::Snapshot& now, const imap::command::QResync& known) {
    if (known.uid_validity != selected_->uid_validity()) return;
    const auto& map = *selected_->map();
    std::vector<imap::NumberRange> asked{{1, std::max<store::Uid>(map.last(), 1)}};
    const auto uid_next = now.counters(selected_->account(), selected_->mailbox()).uid_next;
    asked.front().last = std::max<store::Uid>(uid_next, 2) - 1;
    if (known.known_uids) asked = imap::resolved(*known.known_uids, asked.front().last);
    write_vanished_since(now, known.modseq, asked);
    auto voice = this->voice();
    voice.uid = voice.modseq = true;
    now.by_uid(selected_->account(), selected_->mailbox(), 0, [&](const store::UidEntry& entry) {
        if (entry.changed <= known.modseq || !imap::contains(asked, entry.uid)) return true;
        if (const auto number = map.number_of(entry.uid))
            write_flags_of(now, selected_->account(), entry, *number, voice, out_);
        return true;
    });
}

// VANISHED (EARLIER): those of `asked` that are gone, as far as the client may not know it.
void ImapSession::write_vanished_since(const store::Snapshot& now, store::Modseq since,
                                       const std::vector<imap::NumberRange>& asked) {
    const auto& map = *selected_->map();
    std::vector<imap::NumberRange> gone;
    const auto add = [&](store::Uid first, store::Uid last) {
        if (!gone.empty() && gone.back().last + 1 >= first)
            gone.back().last = std::max(gone.back().last, last);
        else
            gone.push_back({first, last});
    };
    std::vector<store::Uid> expunged;
    const auto walked = now.history(selected_->account(), since, [&](const store::Digest& digest) {
        for (const auto& each : digest.expunged)
            if (each.mailbox == selected_->mailbox() && imap::contains(asked, each.uid))
                expunged.push_back(each.uid);
        return true;
    });
    if (walked) {
        std::sort(expunged.begin(), expunged.end());
        for (const auto uid : expunged)
            add(uid, uid);
    } else {
        // The history does not reach back: whatever is not there is gone.
        for (const auto& range : asked) {
            auto first = range.first;
            for (auto number = map.count_below(range.first) + 1;
                 number <= map.size() && map.at(number) <= range.last; ++number) {
                const auto uid = map.at(number);
                if (uid > first) add(first, uid - 1);
                first = uid + 1;
            }
            if (first <= range.last) add(first, range.last);
        }
    }
    if (!gone.empty()) imap::write_vanished(out_, true, gone);
}

// Without the right to expunge, CLOSE leaves them (RFC 4314 §4).
void ImapSession::run(imap::command::Close&) {
    if (selected_->is_read_only() || (selected_->rights & right_expunge) == 0) {
        deselect();
        return ok("Closed");
    }
    auto request = change_of_selected(ChangeEmails::What::expunge, right_expunge);
    request.uids = deleted_uids(read_selected());
    change(std::move(request), [this](const EmailsChanged&) {
        deselect();
        ok("Closed");
    });
}

void ImapSession::run(imap::command::Unselect&) {
    deselect();
    ok("Unselected");
}

void ImapSession::run(imap::command::Status& c) {
    const auto found = place(c.mailbox, right_read);
    if (!found) return;
    write_status_of(found->now(), found->account(), *found->entry, c.items,
                    services().config.smtp.message_size, moment_.wire, out_);
    ok();
}

} // namespace facteur
