// What a server says (RFC 9051 §7, RFC 3501 §7 and extensions): each function appends one whole response, or
// the text of one response code. Nothing here decides: what goes out, and whether the client has enabled it,
// is the caller's. Messages have a file of their own (fetch_response.h). Thread-safety: pure functions.
#pragma once

#include "transport/imap/list_options.h"
#include "transport/imap/sequence_set.h"
#include "transport/imap/strings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facteur::imap {

// ---- conditions (RFC 9051 §7.1)

enum class Condition { ok, no, bad, preauth, bye };

// "a1 NO [TRYCREATE] No such mailbox"; `tag` "*" for untagged, `code` without brackets or empty. Control
// characters in the text become spaces.
void write_condition(std::string& out, std::string_view tag, Condition condition, std::string_view code,
                     std::string_view text);
void write_continuation(std::string& out, std::string_view text = "OK"); // "+ OK"

// ---- response codes, without brackets: those with arguments. The others are literals: "TRYCREATE",
// "CLOSED", "READ-ONLY", "AUTHENTICATIONFAILED" (RFC 5530), "HASCHILDREN", "UIDREQUIRED",
// "NOTIFICATIONOVERFLOW"…
namespace code {
std::string uid_validity(std::uint32_t value);
std::string uid_next(std::uint32_t value);
std::string unseen(std::uint32_t number); // IMAP4rev1
std::string highest_modseq(std::uint64_t value);
std::string permanent_flags(const std::vector<std::string_view>& flags); // "\\*" is the caller's
std::string append_uid(std::uint32_t uid_validity, const std::vector<std::uint32_t>& uids);
// Pairs, in the order of `from`.
std::string copy_uid(std::uint32_t uid_validity, const std::vector<std::uint32_t>& from,
                     const std::vector<std::uint32_t>& to);
std::string modified(const std::vector<NumberRange>& ranges); // RFC 7162
std::string bad_charset(const std::vector<std::string_view>& charsets);
std::string capability(const std::vector<std::string>& capabilities);
std::string mailbox_id(std::string_view id);             // RFC 8474
std::string append_limit(std::uint64_t octets);          // RFC 7889, of STATUS
std::string too_big(std::uint64_t octets);               // RFC 4469: TOOBIG alone has none
std::string bad_url(std::string_view url);               // RFC 4469
std::string metadata_long_entries(std::uint64_t octets); // RFC 5464
std::string metadata_max_size(std::uint64_t octets);     // RFC 5464
std::string no_update(std::string_view tag);             // RFC 5267
std::string in_progress(std::string_view tag, std::optional<std::uint64_t> done = {},
                        std::optional<std::uint64_t> goal = {}); // RFC 9585
std::string jmap_access(std::string_view url);                   // RFC 9698
} // namespace code

// ---- server and mailboxes

void write_capability(std::string& out, const std::vector<std::string>& capabilities);
void write_enabled(std::string& out, const std::vector<std::string>& capabilities);
void write_id(std::string& out, const std::vector<std::pair<std::string_view, std::string_view>>& fields);
void write_exists(std::string& out, std::uint32_t messages);
void write_recent(std::string& out, std::uint32_t messages); // IMAP4rev1
void write_expunge(std::string& out, std::uint32_t number);
void write_vanished(std::string& out, bool earlier, const std::vector<NumberRange>& uids); // RFC 7162
void write_flags(std::string& out, const std::vector<std::string_view>& flags);
void write_jmap_access(std::string& out, std::string_view url); // RFC 9698

struct NamespaceEntry {
    std::string_view prefix; // UTF-8
    char separator = '/';    // '\0': NIL
};
struct NamespaceResponse { // an empty list is NIL
    std::vector<NamespaceEntry> personal, others, shared;
};
void write_namespace(std::string& out, const NamespaceResponse& response, Wire wire = {});

struct ListResponse {
    std::vector<std::string_view> attributes; // "\\HasNoChildren"
    char separator = '/';                     // '\0': NIL
    std::string_view mailbox;                 // UTF-8
    std::vector<std::string_view> child_info; // "SUBSCRIBED": CHILDINFO of RECURSIVEMATCH
    std::optional<std::string_view> old_name; // RFC 9051 §6.3.9.7
};
void write_list(std::string& out, const ListResponse& response, Wire wire = {});
void write_lsub(std::string& out, const ListResponse& response, Wire wire = {}); // no extended data

struct StatusResponse {
    std::string_view mailbox;
    StatusItems items = 0; // which of the following
    std::uint64_t messages = 0, recent = 0, uid_next = 0, uid_validity = 0, unseen = 0, deleted = 0, size = 0;
    std::uint64_t highest_modseq = 0, deleted_storage = 0;
    std::string_view mailbox_id;
    std::optional<std::uint64_t> append_limit; // nothing: NIL, no limit
};
void write_status(std::string& out, const StatusResponse& response, Wire wire = {});

// ---- searches

void write_search(std::string& out, const std::vector<std::uint32_t>& numbers,
                  std::optional<std::uint64_t> modseq = {}); // IMAP4rev1
void write_sort(std::string& out, const std::vector<std::uint32_t>& numbers,
                std::optional<std::uint64_t> modseq = {}); // RFC 5256

// RFC 9051 §7.3.4, RFC 4731, 5267, 6203, 7162, 9394.
struct EsearchResponse {
    struct Change { // ADDTO and REMOVEFROM of RFC 5267: position 0 when there is no order
        bool removed = false;
        std::uint32_t position = 0;
        std::vector<std::uint32_t> numbers;
    };
    std::string_view tag; // empty: no search correlator
    bool uid = false;
    std::optional<std::uint32_t> min, max;
    std::optional<std::uint64_t> count;
    std::vector<std::uint32_t> all; // in the order of the answer; empty: no ALL
    std::optional<PartialRange> partial;
    std::vector<std::uint32_t> partial_numbers; // empty: NIL
    std::vector<std::uint32_t> relevancy;       // 1 to 100 each
    std::vector<Change> changes;
    std::optional<std::uint64_t> modseq;
};
void write_esearch(std::string& out, const EsearchResponse& response);

// ---- quotas (RFC 9208), rights (RFC 4314), annotations (RFC 5464)

struct QuotaResource {
    std::string_view name; // "STORAGE" counts units of 1,024 octets
    std::uint64_t used = 0, limit = 0;
};
void write_quota(std::string& out, std::string_view root, const std::vector<QuotaResource>& resources);
void write_quota_root(std::string& out, std::string_view mailbox, const std::vector<std::string_view>& roots,
                      Wire wire = {});
void write_acl(std::string& out, std::string_view mailbox,
               const std::vector<std::pair<std::string_view, std::string_view>>& rights, Wire wire = {});
// `required`: always granted; the others may be granted, each string together.
void write_list_rights(std::string& out, std::string_view mailbox, std::string_view identifier,
                       std::string_view required, const std::vector<std::string_view>& optional,
                       Wire wire = {});
void write_my_rights(std::string& out, std::string_view mailbox, std::string_view rights, Wire wire = {});
void write_metadata(std::string& out, std::string_view mailbox, const std::vector<MetadataEntry>& entries,
                    Wire wire = {});
// Names alone: what has changed.
void write_metadata_changed(std::string& out, std::string_view mailbox,
                            const std::vector<std::string_view>& names, Wire wire = {});

} // namespace facteur::imap
