// What LIST, STATUS, NOTIFY and the METADATA commands ask for, as values.
#pragma once

#include "transport/imap/fetch_item.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace facteur::imap {

// Items of STATUS, as bits: RFC 9051 §6.3.11, RFC 7162 (HIGHESTMODSEQ), 8474 (MAILBOXID), 8438 (SIZE), 7889
// (APPENDLIMIT), 9208 (DELETED-STORAGE).
enum StatusItem : std::uint16_t {
    status_messages = 1 << 0,
    status_recent = 1 << 1,
    status_uid_next = 1 << 2,
    status_uid_validity = 1 << 3,
    status_unseen = 1 << 4,
    status_deleted = 1 << 5,
    status_size = 1 << 6,
    status_highest_modseq = 1 << 7,
    status_mailbox_id = 1 << 8,
    status_append_limit = 1 << 9,
    status_deleted_storage = 1 << 10,
};
using StatusItems = std::uint16_t;

// RFC 5258, RFC 6154 (SPECIAL-USE), RFC 5819 (STATUS), RFC 8440 (MYRIGHTS), RFC 9590 (METADATA).
struct ListOptions {
    bool extended = false; // any option or several patterns: RFC 5258's semantics hold
    // selection
    bool subscribed = false, remote = false, recursive_match = false, special_use = false;
    // return
    bool return_subscribed = false, return_children = false, return_special_use = false;
    bool return_my_rights = false;
    StatusItems return_status = 0;
    std::vector<std::string> return_metadata; // entry names
    bool operator==(const ListOptions&) const = default;
};

// ---- NOTIFY (RFC 5465)

enum NotifyEvent : std::uint8_t {
    notify_message_new = 1 << 0,
    notify_message_expunge = 1 << 1,
    notify_flag_change = 1 << 2,
    notify_annotation_change = 1 << 3,
    notify_mailbox_name = 1 << 4,
    notify_subscription_change = 1 << 5,
    notify_mailbox_metadata_change = 1 << 6,
    notify_server_metadata_change = 1 << 7,
};

struct NotifyGroup {
    enum class Filter { selected, selected_delayed, inboxes, personal, subscribed, subtree, mailboxes };
    Filter filter = Filter::selected;
    std::vector<std::string> mailboxes; // of subtree and mailboxes
    std::uint8_t events = 0;            // bits of NotifyEvent; 0: NONE
    std::vector<FetchItem> new_items;   // MessageNew (…)
    bool operator==(const NotifyGroup&) const = default;
};

// ---- METADATA (RFC 5464)

struct MetadataOptions {
    std::optional<std::uint32_t> max_size;
    enum class Depth { zero, one, infinity } depth = Depth::zero;
    bool operator==(const MetadataOptions&) const = default;
};

struct MetadataEntry {
    std::string name;                 // "/private/comment"
    std::optional<std::string> value; // nothing: NIL, which removes it
    bool operator==(const MetadataEntry&) const = default;
};

} // namespace facteur::imap
