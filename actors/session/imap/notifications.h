// What a client asked by NOTIFY to hear of (RFC 5465), and what it has heard of the mailboxes that are not
// selected: they are looked at again after each commit, and what differs is told by STATUS, LIST and METADATA
// responses. Of several groups that mean a mailbox, the first counts. Mailboxes of others are meant by
// "subscribed", "subtree" and "mailboxes" alone, with what may be read of them. One thread at a time.
#pragma once

#include "actors/session/imap/places.h"
#include "store/snapshot.h"
#include "transport/imap/list_options.h"
#include "transport/imap/strings.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
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
        // Of which messages are told otherwise.
        std::optional<std::pair<store::AccountId, store::MailboxId>> selected;
        imap::Wire wire;
        bool condstore = false;
    };

    explicit Notifications(std::vector<imap::NotifyGroup> groups) : groups_(std::move(groups)) {}

    // From now on. `tells_status`: STATUS of each mailbox of whose messages the client wants to hear.
    using Views = std::vector<Places::View>; // the client's own first
    void begin(const Views& views, const Listener& listener, bool tells_status, std::string& out);
    void catch_up(const Views& views, const Listener& listener, std::string& out);
    // Whether mailboxes of others may be meant.
    [[nodiscard]] bool wants_others() const;

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
    void tell_mailbox(const AccountView& view, const Listener& listener, const MailboxNames::Entry& entry,
                      std::string& out);
    void tell_removed(const Views& views, const Listener& listener, std::string& out);
    void tell_annotations(const MailboxNames& names, const Annotations& newest, const Listener& listener,
                          std::string& out) const;

    std::vector<imap::NotifyGroup> groups_;
    std::map<std::pair<store::AccountId, store::MailboxId>, Heard> heard_;
    Annotations annotations_; // of the client's own mailboxes
    std::map<store::AccountId, store::Modseq> at_;
};

} // namespace facteur
