// What an account starts with, and how all of it goes away again.
#pragma once

#include "store/store.h"

namespace facteur {

// The mailboxes with a role, named in the account's language, and its first identity. Does nothing when there
// are mailboxes.
store::Plan plan_first_mailboxes(const store::AccountRow& account);

// Removes some hundred emails, uploads and objects of the account, then its mailboxes; changes nothing when
// nothing is left.
store::Result<void> plan_removing_some(store::Draft& draft);

} // namespace facteur
