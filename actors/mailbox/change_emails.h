// The plans by which IMAP changes emails: STORE, COPY, MOVE, EXPUNGE (RFC 9051 §6.4), and annotations. Each
// is one commit; who has thousands of emails to change asks several times.
#pragma once

#include "actors/messages.h"
#include "store/store.h"

#include <memory>

namespace facteur {

// Emails that one commit should change: a plan of that many takes some 20 ms of the lane.
inline constexpr std::size_t most_changed_at_once = 1000;

// Errors: Code::not_found: the target is gone. Code::over_quota.
store::Plan plan_changing(std::shared_ptr<const ChangeEmails> request,
                          std::shared_ptr<EmailsChanged> changed);

store::Plan plan_annotations(std::shared_ptr<const PutAnnotations> request,
                             std::shared_ptr<EmailsChanged> changed);

} // namespace facteur
