// Whether an email may be sent as a client asks (RFC 8621 §7.5), in the session: the identity, the From
// field, the envelope given or derived, its recipients, and when it is to go.
#pragma once

#include "actors/session/jmap/method.h"
#include "actors/session/jmap/objects.h"
#include "actors/session/jmap/set_answer.h"
#include "transport/smtp/address.h"

namespace facteur {

// A submission that may be made, if its email and identity are still there when the plan runs.
struct CheckedSubmission {
    std::string identity;
    store::EmailId email = 0;
    Envelope envelope;
    bool derived = false; // the envelope was not given
    store::Time send_at = 0;
};

class SubmissionCheck {
public:
    SubmissionCheck(const MethodContext& context, const store::Snapshot& now)
        : context_(context), now_(now) {}
    SetResult<CheckedSubmission> check(jmap::Object submission);

private:
    SetResult<void> check_email(store::EmailId id, store::StructureRow& structure) const;
    SetResult<void> check_senders(const store::StructureRow& structure) const;
    SetResult<Envelope> derive(const store::StructureRow& structure, const Identity& identity) const;
    [[nodiscard]] std::size_t most_recipients() const;
    SetResult<void> check_recipients(Envelope& envelope);
    [[nodiscard]] bool is_elsewhere(const smtp::Mailbox& address) const;
    [[nodiscard]] bool is_own(std::string_view address) const;

    const MethodContext& context_;
    const store::Snapshot& now_;
    std::size_t recipients_ = 0; // of the call so far
};

// The members of an envelope, with their parameters (new_envelope.cpp). Errors: invalidProperties.
SetResult<Envelope> read_new_envelope(jmap::Value value);
// When the parameters HOLDFOR or HOLDUNTIL (RFC 4865) say that it is to go; `now` when there is neither.
SetResult<store::Time> release_time(const Envelope& envelope, store::Time now, std::uint64_t most_delay);

} // namespace facteur
