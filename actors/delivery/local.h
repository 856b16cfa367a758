// Local delivery: one message into any number of accounts, each exactly once.
//
// Every recipient's account files the message in a commit of its own shard. The delivery key makes a delivery
// that is repeated (the sender did not hear our answer, we crashed between two shards) find what was filed
// already, for as long as the store keeps it. Sub-addresses ("name+detail@") file into the mailbox of that
// name when there is one (RFC 5233).
#pragma once

#include "actors/mailbox/ingest.h"
#include "actors/messages.h"
#include "actors/services.h"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace facteur {

struct LocalRecipient {
    store::AccountRow account;
    std::string address;     // as the envelope had it
    std::string detail;      // behind the "+", may be empty
    std::uint64_t quota = 0; // octets that the account may hold; 0: filed however full it is
    bool silent = false;     // the sender wants no report when it fails (RFC 3461 §4.1)
    bool may_answer = false; // it has had something to say about being away: worth a look
};

// Who an address is. "postmaster" of our domain always is somebody (RFC 5321 §4.5.1): the account of
// `smtp.postmaster`, or else the oldest one that is active. Fails with Code::not_found (no such account),
// Code::stopped (suspended), Code::over_quota (the mailbox is full for a message of `size` octets) or
// Code::io (nobody knows at the moment). Any thread but a loop.
store::Result<LocalRecipient> resolve_recipient(const Services& services, std::string_view address,
                                                std::uint64_t size);
// Whether it is anybody: the same without a look at the mailbox.
store::Result<void> is_recipient(const Services& services, std::string_view address);

// The account that postmaster's mail is for.
std::optional<store::AccountRow> postmaster_account(const Services& services);

// What `done` does. A lane's thread goes on with what is quick itself, unless something is forwarded.
enum class Ends { on_a_worker, quickly };

// Each result is `EmailFiled` or why not, in the order of `recipients`; of one whose mail goes on without a
// copy it names no email. What goes on is filed or queued by then (routing.h). An account that is named twice
// gets one email, in every mailbox that its recipients mean. `key`: what makes this delivery the same as an
// earlier one; the account is added to it; empty: every delivery is a new one. `done` is called once, in
// `self`, which may be gone before: the message is filed nevertheless.
void deliver_local(caf::event_based_actor* self, const Services& services,
                   std::shared_ptr<const IngestedEmail> email, std::vector<LocalRecipient> recipients,
                   std::string_view key, std::function<void(std::vector<store::Result<EmailFiled>>)> done,
                   Ends ends = Ends::on_a_worker);

} // namespace facteur
