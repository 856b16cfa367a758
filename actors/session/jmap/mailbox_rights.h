// What the owner of a mailbox may do with it (RFC 8621 §2, myRights), beyond what is always allowed.
#pragma once

#include "store/rows.h"

namespace facteur {

struct MailboxRights {
    bool may_rename = true;
    bool may_delete = true;
};

// Delivery needs the inbox under its name, and programs find the others with a role by it.
inline MailboxRights rights_of(const store::MailboxRow& mailbox) {
    return {mailbox.role != "inbox", mailbox.role.empty()};
}

} // namespace facteur
