// The plan that files one email into one account: dedupe, quota, thread, UIDs.
#pragma once

#include "actors/messages.h"
#include "store/store.h"

#include <memory>

namespace facteur {

// The thread that an email joins (RFC 8621 §3): that of an email in the account which shares a message id
// (Message-ID, In-Reply-To, References; the newest reference first) and has the same base subject. Nothing:
// it starts a thread.
std::optional<store::ThreadId> find_thread(const store::Snapshot& now, store::AccountId account,
                                           const store::EmailRow& row, const store::StructureRow& structure);

// Runs on the lane; fills `filed`. Fails with Code::over_quota, or Code::not_found when a mailbox is absent.
store::Plan plan_filing(std::shared_ptr<const FileEmail> request, std::shared_ptr<EmailFiled> filed);

} // namespace facteur
