// The halves of Email/set (RFC 8621 §4.6) that other methods share.
#pragma once

#include "actors/session/jmap/email_changes.h"
#include "actors/session/jmap/write_call.h"

namespace facteur {

// Writes the "create" of a prepared call: one object for each email that was made, or why it was not.
//
//     [{"id": creation id, "email": index in CallMethod::emails, "mailboxIds": {…}}, {"id": …, "error": {…}}]
class NewEmails {
public:
    NewEmails(CallMethod& call, jmap::Writer& out) : call_(call), out_(out) {
        out_.key("create").begin_array();
    }
    // Whether the call may make more: else the rest is refused with `too_much`.
    [[nodiscard]] bool has_room() const { return octets_ < most_made_by_call; }
    static jmap::SetError too_much();
    void add(std::string_view creation_id, std::shared_ptr<const IngestedEmail> email, jmap::Value mailboxes);
    void refuse(std::string_view creation_id, const jmap::SetError& error);
    void end() { out_.end_array(); }

private:
    CallMethod& call_;
    jmap::Writer& out_;
    std::uint64_t octets_ = 0;
};

// ---- on the lane

// Files what `NewEmails` wrote. `filed` is told of each.
void file_new_emails(const CallMethod& call, jmap::Object arguments, EmailChanges& changes, SetAnswer& set,
                     MethodAnswered& answered, const std::function<void(const IngestedEmail&)>& filed = {});
// What a plan of emails works on.
struct EmailCall {
    const CallMethod& call;
    jmap::Object arguments;
    store::Draft& draft;
    MethodAnswered& answered;
    EmailChanges& changes;
    SetAnswer& set;
};
// A plan that runs `body` unless "ifInState" is over, and answers with what it did.
store::Plan plan_emails(std::shared_ptr<const CallMethod> plan_call,
                        std::shared_ptr<MethodAnswered> plan_answered, bool only_creates,
                        std::function<void(EmailCall&)> body);

} // namespace facteur
