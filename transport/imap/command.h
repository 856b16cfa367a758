// The commands of IMAP (RFC 9051 §6, RFC 3501 §6 and extensions), as values: one struct a command, under its
// name in the RFC. Names of mailboxes are UTF-8, INBOX in upper case, other texts as the client sent them.
//
// APPEND and REPLACE are not among them: their messages come in pieces (append.h).
#pragma once

#include "transport/imap/fetch_item.h"
#include "transport/imap/list_options.h"
#include "transport/imap/search_key.h"
#include "transport/imap/sequence_set.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace facteur::imap::command {

// ---- any state
struct Capability {
    bool operator==(const Capability&) const = default;
};
struct Noop {
    bool operator==(const Noop&) const = default;
};
struct Logout {
    bool operator==(const Logout&) const = default;
};
struct Id { // RFC 2971
    std::vector<std::pair<std::string, std::optional<std::string>>> fields;
    bool operator==(const Id&) const = default;
};

// ---- not authenticated
struct StartTls {
    bool operator==(const StartTls&) const = default;
};
struct Authenticate {
    std::string mechanism;              // upper case
    std::optional<std::string> initial; // decoded (RFC 4959); empty octets for "="
    bool operator==(const Authenticate&) const = default;
};
struct Login {
    std::string user, password;
    bool operator==(const Login&) const = default;
};

// ---- authenticated
struct Enable {
    std::vector<std::string> capabilities; // upper case
    bool operator==(const Enable&) const = default;
};
struct Compress {          // RFC 4978
    std::string mechanism; // upper case
    bool operator==(const Compress&) const = default;
};
struct QResync { // RFC 7162 §3.2.5
    std::uint32_t uid_validity = 0;
    std::uint64_t modseq = 0;
    std::optional<SequenceSet> known_uids;
    std::optional<std::pair<SequenceSet, SequenceSet>> matching; // known sequence numbers and their UIDs
    bool operator==(const QResync&) const = default;
};
struct Select {
    std::string mailbox;
    bool examine = false;
    bool condstore = false;
    std::optional<QResync> qresync;
    bool operator==(const Select&) const = default;
};
struct Create {
    std::string mailbox;
    bool as_parent = false;        // the name ended in "/": only to hold others
    std::vector<std::string> uses; // RFC 6154: "\\Sent", as written
    bool operator==(const Create&) const = default;
};
struct Delete {
    std::string mailbox;
    bool operator==(const Delete&) const = default;
};
struct Rename {
    std::string from, to;
    bool operator==(const Rename&) const = default;
};
struct Subscribe {
    std::string mailbox;
    bool operator==(const Subscribe&) const = default;
};
struct Unsubscribe {
    std::string mailbox;
    bool operator==(const Unsubscribe&) const = default;
};
struct List {
    std::string reference;
    std::vector<std::string> patterns; // never empty; one empty pattern asks for the separator
    ListOptions options;
    bool operator==(const List&) const = default;
};
struct Lsub { // IMAP4rev1
    std::string reference, pattern;
    bool operator==(const Lsub&) const = default;
};
struct Namespace {
    bool operator==(const Namespace&) const = default;
};
struct Status {
    std::string mailbox;
    StatusItems items = 0;
    bool operator==(const Status&) const = default;
};
struct Idle {
    bool operator==(const Idle&) const = default;
};
struct Notify { // RFC 5465; no groups: NONE
    bool status = false;
    std::vector<NotifyGroup> groups;
    bool operator==(const Notify&) const = default;
};
struct GetQuota { // RFC 9208
    std::string root;
    bool operator==(const GetQuota&) const = default;
};
struct GetQuotaRoot {
    std::string mailbox;
    bool operator==(const GetQuotaRoot&) const = default;
};
struct SetQuota {
    std::string root;
    std::vector<std::pair<std::string, std::uint64_t>> limits; // resource in upper case
    bool operator==(const SetQuota&) const = default;
};
struct GetAcl { // RFC 4314
    std::string mailbox;
    bool operator==(const GetAcl&) const = default;
};
struct SetAcl {
    std::string mailbox, identifier, rights;
    enum class How { replace, add, remove } how = How::replace;
    bool operator==(const SetAcl&) const = default;
};
struct DeleteAcl {
    std::string mailbox, identifier;
    bool operator==(const DeleteAcl&) const = default;
};
struct ListRights {
    std::string mailbox, identifier;
    bool operator==(const ListRights&) const = default;
};
struct MyRights {
    std::string mailbox;
    bool operator==(const MyRights&) const = default;
};
struct GetMetadata {     // RFC 5464
    std::string mailbox; // empty: the server
    std::vector<std::string> entries;
    MetadataOptions options;
    bool operator==(const GetMetadata&) const = default;
};
struct SetMetadata {
    std::string mailbox; // empty: the server
    std::vector<MetadataEntry> entries;
    bool operator==(const SetMetadata&) const = default;
};
struct GetJmapAccess { // RFC 9698
    bool operator==(const GetJmapAccess&) const = default;
};

// ---- selected
struct Check { // IMAP4rev1
    bool operator==(const Check&) const = default;
};
struct Close {
    bool operator==(const Close&) const = default;
};
struct Unselect {
    bool operator==(const Unselect&) const = default;
};
struct Expunge {
    std::optional<SequenceSet> uids; // UID EXPUNGE
    bool operator==(const Expunge&) const = default;
};
struct Search {
    bool uid = false;
    SearchReturn result;
    SearchCriteria criteria;
    bool operator==(const Search&) const = default;
};
struct Sort { // RFC 5256, 5267
    bool uid = false;
    SearchReturn result;
    std::vector<SortCriterion> order; // never empty
    SearchCriteria criteria;
    bool operator==(const Sort&) const = default;
};
struct Thread { // RFC 5256
    bool uid = false;
    ThreadAlgorithm algorithm = ThreadAlgorithm::references;
    SearchCriteria criteria;
    bool operator==(const Thread&) const = default;
};
struct CancelUpdate { // RFC 5267
    std::vector<std::string> tags;
    bool operator==(const CancelUpdate&) const = default;
};
struct Fetch {
    bool uid = false; // the answer then has the UID whatever `items` say
    SequenceSet set;
    std::vector<FetchItem> items;               // macros are spelt out; never empty
    std::optional<std::uint64_t> changed_since; // RFC 7162: answers have MODSEQ then
    bool vanished = false;
    std::optional<PartialRange> partial; // RFC 9394
    bool operator==(const Fetch&) const = default;
};
struct Store {
    bool uid = false;
    SequenceSet set;
    enum class How { replace, add, remove } how = How::replace;
    bool silent = false;
    std::vector<std::string> flags; // as written: "\\Seen", "$Junk"
    std::optional<std::uint64_t> unchanged_since;
    bool operator==(const Store&) const = default;
};
struct Copy {
    bool uid = false;
    SequenceSet set;
    std::string mailbox;
    bool operator==(const Copy&) const = default;
};
struct Move { // RFC 6851
    bool uid = false;
    SequenceSet set;
    std::string mailbox;
    bool operator==(const Move&) const = default;
};

} // namespace facteur::imap::command

namespace facteur::imap {

using Command =
    std::variant<command::Capability, command::Noop, command::Logout, command::Id, command::StartTls,
                 command::Authenticate, command::Login, command::Enable, command::Compress, command::Select,
                 command::Create, command::Delete, command::Rename, command::Subscribe, command::Unsubscribe,
                 command::List, command::Lsub, command::Namespace, command::Status, command::Idle,
                 command::Notify, command::GetQuota, command::GetQuotaRoot, command::SetQuota,
                 command::GetAcl, command::SetAcl, command::DeleteAcl, command::ListRights, command::MyRights,
                 command::GetMetadata, command::SetMetadata, command::GetJmapAccess, command::Check,
                 command::Close, command::Unselect, command::Expunge, command::Search, command::Sort,
                 command::Thread, command::CancelUpdate, command::Fetch, command::Store, command::Copy,
                 command::Move>;

} // namespace facteur::imap
