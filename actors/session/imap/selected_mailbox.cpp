#include "actors/session/imap/selected_mailbox.h"

#include "actors/session/imap/flags.h"
#include "transport/imap/capability.h"
#include "transport/imap/fetch_response.h"
#include "transport/imap/response.h"

#include <algorithm>
#include <iterator>

namespace facteur {
namespace {

std::vector<imap::NumberRange> ranges_of(const std::vector<store::Uid>& uids) {
    std::vector<imap::NumberRange> ranges;
    for (const auto uid : uids) {
        if (!ranges.empty() && ranges.back().last + 1 == uid)
            ranges.back().last = uid;
        else
            ranges.push_back({uid, uid});
    }
    return ranges;
}

} // namespace

Voice voice_of(std::uint8_t enabled, imap::Wire wire, bool may_expunge) {
    Voice voice;
    voice.wire = wire;
    voice.may_expunge = may_expunge;
    voice.uid_only = (enabled & imap::enabled_uid_only) != 0;
    voice.vanished = voice.uid_only || (enabled & imap::enabled_qresync) != 0;
    voice.modseq = (enabled & imap::enabled_condstore) != 0;
    voice.uid = voice.modseq || voice.uid_only || (enabled & imap::enabled_rev2) != 0;
    return voice;
}

void write_flags_of(const store::Snapshot& now, store::AccountId account, const store::UidEntry& entry,
                    std::uint32_t number, const Voice& voice, std::string& out) {
    std::optional<store::EmailView> email;
    std::vector<std::string_view> flags, others;
    if (entry.more_keywords) email = now.any_email(account, entry.email);
    if (email) others = email->other_keywords();
    append_flags(flags, entry.flags, entry.deleted, others);
    using By = imap::FetchWriter::By;
    imap::FetchWriter writer(out, voice.uid_only ? entry.uid : number, voice.wire,
                             voice.uid_only ? By::uid : By::number);
    writer.flags(flags);
    if (voice.uid && !voice.uid_only) writer.uid(entry.uid);
    if (voice.modseq) writer.modseq(entry.changed);
    writer.finish();
}

bool SelectedMailbox::catch_up(const store::Snapshot& now, UidMaps& maps, const Voice& voice,
                               std::string& out) {
    const auto modseq = now.state(account_).modseq;
    if (modseq <= at_) { // an older snapshot tells nothing
        if (!gone_.empty() && voice.may_expunge) tell_gone(voice, out);
        return true;
    }
    const auto row = now.mailbox(account_, mailbox_);
    if (!row || row->uid_validity != uid_validity_) return false;
    if (now.counters(account_, mailbox_).highest_modseq <= at_) {
        at_ = modseq;
        if (!gone_.empty() && voice.may_expunge) tell_gone(voice, out);
        return true;
    }
    const auto newest = maps.get(now, account_, mailbox_);
    auto found = news(now, *newest.map);
    std::vector<store::Uid> all_gone;
    std::set_union(gone_.begin(), gone_.end(), found.gone.begin(), found.gone.end(),
                   std::back_inserter(all_gone));
    gone_ = std::move(all_gone);
    if (!gone_.empty() && voice.may_expunge) tell_gone(voice, out);

    const auto known_below = uid_next_;
    const auto first_new = newest.map->count_below(known_below) + 1;
    if (first_new <= newest.map->size()) {
        if (gone_.empty()) {
            map_ = newest.map; // shared
        } else {
            auto map = *map_;
            for (auto number = first_new; number <= newest.map->size(); ++number)
                map.append(newest.map->at(number));
            map_ = std::make_shared<const UidMap>(std::move(map));
        }
        imap::write_exists(out, map_->size());
    } else if (gone_.empty()) {
        map_ = newest.map;
    }
    tell_flags(now, found, known_below, voice, out);
    at_ = newest.at;
    uid_next_ = newest.uid_next;
    told_.clear();
    return true;
}

SelectedMailbox::News SelectedMailbox::news(const store::Snapshot& now, const UidMap& newest) const {
    News found;
    const auto walked = now.history(account_, at_, [&](const store::Digest& digest) {
        for (const auto& expunged : digest.expunged)
            if (expunged.mailbox == mailbox_ && map_->number_of(expunged.uid))
                found.gone.push_back(expunged.uid);
        for (const auto* changed :
             {&digest.emails_added, &digest.emails_updated, &digest.emails_removed, &digest.emails_hidden})
            found.changed.insert(found.changed.end(), changed->begin(), changed->end());
        return true;
    });
    if (!walked) { // it does not reach back: everything is compared
        found = {};
        for (std::uint32_t number = 1; number <= map_->size(); ++number)
            if (const auto uid = map_->at(number); !newest.number_of(uid)) found.gone.push_back(uid);
        now.by_uid(account_, mailbox_, 0, [&](const store::UidEntry& entry) {
            if (entry.changed > at_) found.changed.push_back(entry.email);
            return true;
        });
    }
    std::sort(found.gone.begin(), found.gone.end());
    std::sort(found.changed.begin(), found.changed.end());
    found.changed.erase(std::unique(found.changed.begin(), found.changed.end()), found.changed.end());
    return found;
}

void SelectedMailbox::tell_gone(const Voice& voice, std::string& out) {
    contexts.forget(gone_, *map_, out);
    if (voice.vanished) {
        imap::write_vanished(out, false, ranges_of(gone_));
    } else {
        // From the last to the first, so that no number changes before it is told.
        for (auto uid = gone_.rbegin(); uid != gone_.rend(); ++uid)
            if (const auto number = map_->number_of(*uid)) imap::write_expunge(out, *number);
    }
    auto map = *map_;
    map.remove(gone_);
    map_ = std::make_shared<const UidMap>(std::move(map));
    std::vector<store::Uid> left;
    std::set_difference(saved.begin(), saved.end(), gone_.begin(), gone_.end(), std::back_inserter(left));
    saved = std::move(left);
    gone_.clear();
}

void SelectedMailbox::tell_flags(const store::Snapshot& now, const News& news, store::Uid known_below,
                                 const Voice& voice, std::string& out) const {
    std::vector<store::UidEntry> entries;
    for (const auto id : news.changed) {
        const auto email = now.any_email(account_, id);
        const auto ref = email ? email->ref(mailbox_) : std::nullopt;
        if (!ref || ref->uid >= known_below) continue;
        const auto entry = now.uid(account_, mailbox_, ref->uid);
        if (!entry || entry->changed <= at_) continue;
        if (std::find(told_.begin(), told_.end(), entry->changed) != told_.end()) continue;
        entries.push_back(*entry);
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.uid < b.uid; });
    for (const auto& entry : entries)
        if (const auto number = map_->number_of(entry.uid))
            write_flags_of(now, account_, entry, *number, voice, out);
}

} // namespace facteur
