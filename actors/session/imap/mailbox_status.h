// What STATUS says of a mailbox (RFC 9051 §7.3.4 and extensions), to who asks and to who is told by NOTIFY.
#pragma once

#include "actors/session/imap/mailbox_names.h"
#include "store/snapshot.h"
#include "transport/imap/list_options.h"
#include "transport/imap/strings.h"

#include <cstdint>
#include <string>

namespace facteur {

// RFC 7162: never 0.
std::uint64_t modseq_of(const store::MailboxCounters& counters);

// `append_limit`: octets of the largest message that is taken, for that item.
void write_status_of(const store::Snapshot& now, store::AccountId account, const MailboxNames::Entry& entry,
                     imap::StatusItems items, std::uint64_t append_limit, imap::Wire wire, std::string& out);

} // namespace facteur
