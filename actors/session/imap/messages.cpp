// FETCH, STORE, COPY, MOVE, EXPUNGE (RFC 9051 §6.4.3 to §6.4.8, RFC 7162).
#include "actors/session/imap/flags.h"
#include "actors/session/imap/imap_session.h"
#include "transport/imap/capability.h"

#include <algorithm>

namespace facteur {
namespace {

// Of an answer, made before the client has taken those before.
struct Piece {
    std::size_t octets, looks; // as Fetch::go_on takes them
};
constexpr Piece piece_of_worker{std::size_t{256} * 1024, Fetch::any_number};
constexpr Piece piece_of_loop{std::size_t{64} * 1024, 4096};

} // namespace

std::vector<store::Uid> ImapSession::deleted_uids(const store::Snapshot& now) const {
    std::vector<store::Uid> uids;
    if (now.counters(selected_->account(), selected_->mailbox()).deleted == 0) return uids;
    now.by_uid(selected_->account(), selected_->mailbox(), 0, [&](const store::UidEntry& entry) {
        if (entry.deleted) uids.push_back(entry.uid);
        return true;
    });
    return uids;
}

ChangeEmails ImapSession::change_of_selected(ChangeEmails::What what, unsigned rights) const {
    ChangeEmails request;
    request.account = selected_->account();
    request.mailbox = selected_->mailbox();
    request.what = what;
    request.guard = guard(request.account, {{request.mailbox, static_cast<Rights>(rights)}});
    return request;
}

// ---- FETCH

// What is new is told before the answers, which have it then, and not behind them: a program that asks for
// "5:*" does not expect to hear only afterwards that there is a fifth (Thunderbird then never looks at it).
void ImapSession::run(imap::command::Fetch& c) {
    if (!catch_up(voice(), out_)) return;
    auto wanted = messages(c.set, c.uid);
    if (!wanted) return;
    if (c.partial) *wanted = part_of(*wanted, *c.partial);
    const bool sets_seen =
        !selected_->is_read_only() && (selected_->rights & right_seen) != 0 &&
        std::any_of(c.items.begin(), c.items.end(), [](const auto& item) { return item.sets_seen(); });
    if (!sets_seen) {
        prepare_fetch(c, *wanted);
        return go_on_fetching();
    }
    // \Seen first, so that the flags that are told are those that it leaves.
    auto request = change_of_selected(ChangeEmails::What::add_flags, right_seen);
    request.flags = store::flag_seen;
    const auto now = read_selected();
    for (const auto uid : uids_of(*selected_->map(), *wanted))
        if (const auto entry = now.uid(request.account, selected_->mailbox(), uid);
            entry && (entry->flags & store::flag_seen) == 0)
            request.uids.push_back(uid);
    if (request.uids.empty()) {
        prepare_fetch(c, *wanted);
        return go_on_fetching();
    }
    const bool has_flags = std::any_of(c.items.begin(), c.items.end(), [](const auto& item) {
        return item.kind == imap::FetchItem::Kind::flags;
    });
    if (!has_flags) c.items.push_back({imap::FetchItem::Kind::flags, false, false, {}, {}});
    change(std::move(request),
           [this, c = std::move(c), wanted = std::move(*wanted)](const EmailsChanged&) mutable {
               prepare_fetch(c, wanted);
               // The lane that answers does not read bodies: it is the connection that has it go on.
               link_.output({});
           });
}

void ImapSession::prepare_fetch(imap::command::Fetch& c, const MessageRanges& wanted) {
    FetchOptions options;
    options.account = selected_->account();
    options.mailbox = selected_->mailbox();
    options.wire = moment_.wire;
    options.with_uid = c.uid;
    options.with_modseq = (moment_.enabled & imap::enabled_condstore) != 0 || c.changed_since.has_value();
    options.uid_only = (moment_.enabled & imap::enabled_uid_only) != 0;
    options.changed_since = c.changed_since;
    if (c.vanished && c.changed_since) {
        const auto last = std::max<store::Uid>(selected_->map()->last(), 1);
        write_vanished_since(read_selected(), *c.changed_since, imap::resolved(c.set, last));
    }
    fetch_ = std::make_unique<Fetch>(options, std::move(c.items), selected_->map(), wanted);
}

void ImapSession::go_on_fetching() {
    // An answer that was begun cannot be ended otherwise.
    if (selected_->account() != id() &&
        (places().rights_on(selected_->account(), selected_->mailbox()) & rights_to_open) != rights_to_open) {
        gone_ = true;
        return link_.abort();
    }
    const auto& piece = moment_.on_loop ? piece_of_loop : piece_of_worker;
    const auto state = fetch_->go_on(read_selected(), out_, piece.octets, piece.looks);
    if (state == Fetch::State::broken) {
        gone_ = true;
        return link_.abort();
    }
    if (state == Fetch::State::more) return link_.output(std::exchange(out_, {}));
    const auto outcome = fetch_->outcome();
    if (outcome.unreadable > 0) return no("SERVERBUG", "Some messages are damaged");
    if (outcome.unknown_cte) return no("UNKNOWN-CTE", "A part has an encoding that nobody knows");
    if (outcome.gone > 0) return no("EXPUNGEISSUED", "Some messages are gone");
    answer(Condition::ok, "", "Done");
}

// ---- STORE

// Flags that the user may not change are passed over, if there are others (RFC 4314 §4).
void ImapSession::run(imap::command::Store& c) {
    if (selected_->is_read_only()) return no("READ-ONLY", "The mailbox was opened to be read only");
    const auto wanted = messages(c.set, c.uid);
    if (!wanted) return;
    auto flags = read_flags(c.flags);
    if (!flags) return bad(flags.error());
    using How = imap::command::Store::How;
    const bool replaces = c.how == How::replace;
    const auto may = selected_->rights;
    if ((may & (right_seen | right_write | right_delete)) == 0 ||
        (rights_for(*flags) != 0 && (rights_for(*flags) & may) == 0))
        return no("NOPERM", "You may not change these flags here");
    const auto permitted = permitted_flags(*flags, may);
    const auto needed = replaces ? may & (right_seen | right_write | right_delete) : rights_for(permitted);
    auto request = change_of_selected(replaces            ? ChangeEmails::What::replace_flags
                                      : c.how == How::add ? ChangeEmails::What::add_flags
                                                          : ChangeEmails::What::remove_flags,
                                      needed);
    request.uids = uids_of(*selected_->map(), *wanted);
    request.flags = permitted.keywords.flags;
    request.keywords = permitted.keywords.others;
    request.deleted = permitted.deleted;
    request.kept_flags = ~permitted_bits(may);
    request.keeps_keywords = (may & right_write) == 0;
    request.keeps_deleted = (may & right_delete) == 0;
    if (c.unchanged_since) request.unchanged_since = *c.unchanged_since;
    auto uids = request.uids;
    change(std::move(request), [this, c = std::move(c), uids = std::move(uids)](
                                   const EmailsChanged& changed) { answer_store(c, uids, changed); });
}

void ImapSession::answer_store(const imap::command::Store& c, const std::vector<store::Uid>& uids,
                               const EmailsChanged& changed) {
    if (!renew_rights()) return;
    const auto now = read_selected();
    const auto account = selected_->account();
    auto voice = this->voice();
    voice.uid = voice.uid || c.uid;
    voice.modseq = voice.modseq || c.unchanged_since.has_value();
    std::size_t gone = 0;
    for (const auto uid : uids) {
        const auto entry = now.uid(account, selected_->mailbox(), uid);
        if (!entry) {
            ++gone;
            continue;
        }
        const bool is_modified = std::binary_search(changed.modified.begin(), changed.modified.end(), uid);
        const auto number = selected_->map()->number_of(uid);
        if (!number || (is_modified && c.silent)) continue;
        if (!c.silent) {
            write_flags_of(now, account, *entry, *number, voice, out_);
        } else if (voice.modseq && changed.modseq != 0 && entry->changed >= changed.modseq) {
            // RFC 7162 §3.1.3: .SILENT is about flags alone.
            using By = imap::FetchWriter::By;
            imap::FetchWriter writer(out_, voice.uid_only ? uid : *number, voice.wire,
                                     voice.uid_only ? By::uid : By::number);
            if (voice.uid && !voice.uid_only) writer.uid(uid);
            writer.modseq(entry->changed);
            writer.finish();
        }
    }
    if (!changed.modified.empty()) {
        std::vector<imap::NumberRange> modified;
        for (const auto uid : changed.modified) {
            const auto number = c.uid ? std::optional(uid) : selected_->map()->number_of(uid);
            if (number) modified.push_back({*number, *number});
        }
        return finish(Condition::ok, imap::code::modified(modified), "Some have changed meanwhile");
    }
    if (gone > 0 && !c.uid) return no("EXPUNGEISSUED", "Some messages are gone");
    ok();
}

// ---- COPY, MOVE, EXPUNGE

void ImapSession::run(imap::command::Copy& c) {
    copy_or_move(c.set, c.uid, c.mailbox, false);
}

void ImapSession::run(imap::command::Move& c) {
    if (selected_->is_read_only()) return no("READ-ONLY", "The mailbox was opened to be read only");
    if (!may(right_delete | right_expunge)) return;
    copy_or_move(c.set, c.uid, c.mailbox, true);
}

void ImapSession::copy_or_move(const imap::SequenceSet& set, bool uid, const std::string& to, bool move) {
    const auto wanted = messages(set, uid);
    if (!wanted) return;
    const auto target = place(to, right_insert, "TRYCREATE");
    if (!target) return;
    auto uids = uids_of(*selected_->map(), *wanted);
    if (target->account() != selected_->account()) return cross(*target, std::move(uids), move);
    auto request = change_of_selected(move ? ChangeEmails::What::move : ChangeEmails::What::copy,
                                      move ? right_delete | right_expunge : right_read);
    request.uids = std::move(uids);
    request.target = target->mailbox();
    request.quota = quota_of(*target->view->owner);
    if (!target->is_own()) {
        request.guard.needs.push_back({request.target, right_insert});
        request.apart = true;
        request.copied_flags = permitted_bits(target->entry->rights);
        request.copies_keywords = target->allows(right_write);
    }
    change(std::move(request), [this, move](const EmailsChanged& changed) { answer_copy(changed, move); });
}

void ImapSession::answer_copy(const EmailsChanged& changed, bool move) {
    if (changed.from.empty()) return ok("There was nothing");
    const auto code = imap::code::copy_uid(changed.uid_validity, changed.from, changed.to);
    if (!move) return finish(Condition::ok, code, "Copied");
    // RFC 6851 §4.3: the client hears where they went before they are gone.
    imap::write_condition(out_, "*", Condition::ok, code, "Moved");
    ok("Moved");
}

void ImapSession::run(imap::command::Expunge& c) {
    if (selected_->is_read_only()) return no("READ-ONLY", "The mailbox was opened to be read only");
    if (!may(right_expunge)) return;
    auto request = change_of_selected(ChangeEmails::What::expunge, right_expunge);
    request.uids = deleted_uids(read_selected());
    if (c.uids) {
        const auto wanted = messages_of(*selected_->map(), *c.uids, true, selected_->saved);
        const auto asked = uids_of(*selected_->map(), wanted.value_or(MessageRanges{}));
        std::erase_if(request.uids,
                      [&](store::Uid uid) { return !std::binary_search(asked.begin(), asked.end(), uid); });
    }
    change(std::move(request), [this](const EmailsChanged& changed) {
        // RFC 7162 §3.2.7: where the client stands now.
        if (changed.modseq != 0 && (moment_.enabled & imap::enabled_qresync) != 0)
            return finish(Condition::ok, imap::code::highest_modseq(changed.modseq), "Expunged");
        ok("Expunged");
    });
}

} // namespace facteur
