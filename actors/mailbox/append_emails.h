// The plan by which IMAP's APPEND and REPLACE keep messages (RFC 9051 §6.3.12, RFC 3502, RFC 8508).
#pragma once

#include "actors/messages.h"
#include "store/store.h"

#include <memory>

namespace facteur {

// All or none. Errors: Code::not_found: the mailbox, or what is to be replaced, is gone. Code::over_quota.
store::Plan plan_appending(std::shared_ptr<const AppendEmails> request,
                           std::shared_ptr<EmailsAppended> appended);

} // namespace facteur
