// The mailbox that a session has selected: what the client knows of it, and how it hears what is new (RFC
// 9051 §5.2, §7.4, RFC 7162).
//
// What is new comes from the account's history: other sessions' commits, JMAP's and deliveries alike.
// Messages that are gone stay in the client's numbers until it may be told (`Voice::may_expunge`). One thread
// at a time.
#pragma once

#include "actors/mailbox/rights.h"
#include "actors/session/imap/search_contexts.h"
#include "actors/session/imap/uid_map.h"
#include "actors/session/imap/uid_maps.h"
#include "store/snapshot.h"
#include "transport/imap/strings.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace facteur {

// How a client is spoken to.
struct Voice {
    imap::Wire wire;
    bool may_expunge = false;
    bool vanished = false; // QRESYNC or UIDONLY: VANISHED in place of EXPUNGE
    bool modseq = false;   // CONDSTORE
    bool uid = false;      // FETCH that nobody asked for has the UID
    bool uid_only = false;
};
Voice voice_of(std::uint8_t enabled, imap::Wire wire, bool may_expunge);

class SelectedMailbox {
public:
    SelectedMailbox(store::AccountId account, store::MailboxId mailbox, bool read_only,
                    const UidMaps::Known& known)
        : account_(account), mailbox_(mailbox), read_only_(read_only), uid_validity_(known.uid_validity),
          map_(known.map), at_(known.at), uid_next_(known.uid_next) {}

    [[nodiscard]] store::AccountId account() const { return account_; }
    [[nodiscard]] store::MailboxId mailbox() const { return mailbox_; }
    [[nodiscard]] bool is_read_only() const { return read_only_; }
    [[nodiscard]] std::uint32_t uid_validity() const { return uid_validity_; }
    [[nodiscard]] const std::shared_ptr<const UidMap>& map() const { return map_; }

    // Writes what is new. False: the mailbox is gone.
    bool catch_up(const store::Snapshot& now, UidMaps& maps, const Voice& voice, std::string& out);
    // A commit of this very session, of which the client hears elsewhere: STORE answers by itself.
    void was_told(store::Modseq modseq) { told_.push_back(modseq); }

    // The client knows of what was committed until then, and of UIDs below that one.
    [[nodiscard]] store::Modseq at() const { return at_; }
    [[nodiscard]] store::Uid uid_next() const { return uid_next_; }

    Rights rights = all_rights;    // of who selected it, as they were when a command began
    std::vector<store::Uid> saved; // "$" (RFC 5182), ascending
    SearchContexts contexts;

private:
    struct News {
        std::vector<store::EmailId> changed;
        std::vector<store::Uid> gone; // that the client knows of
    };
    News news(const store::Snapshot& now, const UidMap& newest) const;
    void tell_gone(const Voice& voice, std::string& out);
    void tell_flags(const store::Snapshot& now, const News& news, store::Uid known_below, const Voice& voice,
                    std::string& out) const;

    store::AccountId account_;
    store::MailboxId mailbox_;
    bool read_only_;
    std::uint32_t uid_validity_;
    std::shared_ptr<const UidMap> map_;
    store::Modseq at_;             // of the account: what came until then the client knows, but for `gone_`
    store::Uid uid_next_;          // at that moment
    std::vector<store::Uid> gone_; // ascending: in the map, to be told when it may be
    std::vector<store::Modseq> told_;
};

// FETCH of flags as they are: of STORE, and of changes that others made.
void write_flags_of(const store::Snapshot& now, store::AccountId account, const store::UidEntry& entry,
                    std::uint32_t number, const Voice& voice, std::string& out);

} // namespace facteur
