// What the owner of a mailbox may do with it (RFC 8621 §2, myRights), beyond what is always allowed.
#pragma once

#include "store/rows.h"
#include "transport/jmap/writer.h"

namespace facteur {

struct MailboxRights {
    bool may_rename = true;
    bool may_delete = true;
};

// Delivery needs the inbox under its name, and programs find the others with a role by it.
inline MailboxRights rights_of(const store::MailboxRow& mailbox) {
    return {mailbox.role != "inbox", mailbox.role.empty()};
}

inline void write_rights(const store::MailboxRow& mailbox, jmap::Writer& out) {
    const auto rights = rights_of(mailbox);
    out.begin_object();
    for (const auto name : {"mayReadItems", "mayAddItems", "mayRemoveItems", "maySetSeen", "maySetKeywords",
                            "mayCreateChild", "maySubmit"})
        out.member(name, true);
    out.member("mayRename", rights.may_rename).member("mayDelete", rights.may_delete).end_object();
}

} // namespace facteur
