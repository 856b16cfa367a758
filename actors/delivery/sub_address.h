// Sub-addresses (RFC 5233): "name+detail@domain" means the mailbox "detail" of "name".
#pragma once

#include "store/snapshot.h"

#include <optional>
#include <string>
#include <string_view>

namespace facteur {

// What stands behind the first "+" of the local part; empty: nothing.
std::string detail_of(std::string_view address);

// The mailbox that a detail names: by its name at the top level or its path ("Classes/6B"), without regard to
// case. Never one whose mail should come from the owner's own hand (drafts, sent, trash), so that nobody
// outside writes there. Nothing: there is none.
std::optional<store::MailboxId> mailbox_of_detail(const store::Snapshot& now, store::AccountId account,
                                                  std::string_view detail);

} // namespace facteur
