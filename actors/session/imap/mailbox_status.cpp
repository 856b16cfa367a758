#include "actors/session/imap/mailbox_status.h"

#include "actors/session/jmap/ids.h"
#include "transport/imap/response.h"

#include <algorithm>

namespace facteur {

std::uint64_t modseq_of(const store::MailboxCounters& counters) {
    return std::max<std::uint64_t>(counters.highest_modseq, 1);
}

void write_status_of(const store::Snapshot& now, store::AccountId account, const MailboxNames::Entry& entry,
                     imap::StatusItems items, std::uint64_t append_limit, imap::Wire wire, std::string& out) {
    const auto counters = now.counters(account, entry.row.id);
    imap::StatusResponse response;
    response.mailbox = entry.name;
    response.items = items;
    response.messages = counters.emails + counters.deleted;
    response.uid_next = counters.uid_next;
    response.uid_validity = entry.row.uid_validity;
    response.unseen = counters.unseen;
    response.deleted = counters.deleted;
    response.size = counters.size + counters.deleted_size;
    response.deleted_storage = counters.deleted_size;
    response.highest_modseq = modseq_of(counters);
    const auto object_id = mailbox_id(entry.row.id);
    response.mailbox_id = object_id;
    response.append_limit = append_limit;
    imap::write_status(out, response, wire);
}

} // namespace facteur
