// Mailboxes by the path that a human types: "Projets/2026". A "/" within a name is written "//".
#pragma once

#include "store/store.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facteur {

// In the order that a list shows: by sort order and name, children behind their parent.
std::vector<std::pair<std::string, store::MailboxRow>> mailbox_paths(const store::Snapshot& now,
                                                                     store::AccountId account);

std::vector<std::string> split_path(std::string_view path); // no empty names
std::string join_path(const std::vector<std::string>& names);

// The mailbox of this path, made with its parents when it is absent. Names are compared without case; the
// first name may also be a role ("inbox", "sent") or a name that other programs give to one ("Sent Items").
// Waits for the commit. Errors are the store's.
store::Result<store::MailboxId> find_or_make_mailbox(store::Store& store, store::AccountId account,
                                                     const std::vector<std::string>& names, store::Time now);

// The role that other programs mean by a top-level name, or nothing.
std::string_view role_of_name(std::string_view name);

} // namespace facteur
