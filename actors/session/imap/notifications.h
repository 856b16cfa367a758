// What a client asked by NOTIFY to hear of (RFC 5465), and what it has heard of the mailboxes that are not
// selected: they are looked at again after each commit, and what differs is told by STATUS, LIST and METADATA
// responses. Of several groups that mean a mailbox, the first counts. One thread at a time.
#pragma once

#include "actors/session/imap/mailbox_names.h"
#include "store/snapshot.h"
#include "transport/imap/list_options.h"
#include "transport/imap/strings.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace facteur {

// Events that are told; others are refused by BADEVENT.
inline constexpr std::uint8_t known_notify_events =
    imap::notify_message_new | imap::notify_message_expunge | imap::notify_flag_change |
    imap::notify_mailbox_name | imap::notify_subscription_change | imap::notify_mailbox_metadata_change |
    imap::notify_server_metadata_change;
inline constexpr std::string_view bad_notify_event =
    "BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange "
    "ServerMetadataChange)";

class Notifications {
public:
    // The client as it is when something is told.
    struct Listener {
        store::AccountId account = 0;
        std::optional<store::MailboxId> selected; // of which messages are told otherwise
        imap::Wire wire;
        bool condstore = false;
    };

    explicit Notifications(std::vector<imap::NotifyGroup> groups) : groups_(std::move(groups)) {}

    // From now on. `tells_status`: STATUS of each mailbox of whose messages the client wants to hear.
    void begin(const store::Snapshot& now, const Listener& listener, bool tells_status, std::string& out);
    void catch_up(const store::Snapshot& now, const Listener& listener, std::string& out);

    struct Selected {
        bool is_told = false;                                    // while no command is under way
        bool may_expunge = false;                                // then too
        const std::vector<imap::FetchItem>* new_items = nullptr; // to be told of new messages; null: none
    };
    [[nodiscard]] Selected of_selected(const MailboxNames::Entry& mailbox) const;

private:
    struct Heard { // of one mailbox
        std::string name;
        bool subscribed = false;
        std::uint64_t messages = 0;
        store::Uid uid_next = 0;
        store::Modseq highest = 0;
    };
    using Annotations = std::map<std::string, std::size_t>; // hash of the value, by the object's id

    [[nodiscard]] std::uint8_t events_of(const std::string& name, bool is_inbox, bool subscribed) const;
    [[nodiscard]] bool wants_annotations() const;
    void tell_mailbox(const store::Snapshot& now, const Listener& listener, const MailboxNames::Entry& entry,
                      std::string& out);
    void tell_removed(const MailboxNames& names, const Listener& listener, std::string& out);
    void tell_annotations(const MailboxNames& names, const Annotations& newest, const Listener& listener,
                          std::string& out) const;

    std::vector<imap::NotifyGroup> groups_;
    std::map<store::MailboxId, Heard> heard_;
    Annotations annotations_;
    store::Modseq at_ = 0;
};

} // namespace facteur
