// The plans by which an account shares mailboxes (actors/mailbox/rights.h), each one commit: who may do what,
// in the owner's account, and what the other account keeps of it.
#pragma once

#include "actors/messages.h"
#include "store/store.h"

#include <memory>

namespace facteur {

// Errors: Code::not_found: the mailbox is gone. Code::over_quota: the list is as long as one may be.
store::Plan plan_acl(std::shared_ptr<const ChangeAcl> request, std::shared_ptr<EmailsChanged> changed);

// Code::over_quota: the account keeps as many as it may.
store::Plan plan_shared(std::shared_ptr<const ChangeShared> request, std::shared_ptr<EmailsChanged> changed);

} // namespace facteur
