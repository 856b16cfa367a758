#include "actors/session/jmap/changes.h"

#include <charconv>

namespace facteur {
namespace {

template <typename Keys, typename Each>
void each_of(const Keys& keys, What what, const Each& each) {
    for (const auto& key : keys)
        each(key, what);
}

void object_changes(const store::Digest& digest, store::ObjectType type,
                    const EachChange<std::string>& each) {
    for (const auto& object : digest.objects)
        if (object.type == type) each(object.id, object.what);
}

} // namespace

std::optional<Since> read_since(std::string_view state) {
    const auto dash = state.find('-');
    const auto modseq = read_state(state.substr(0, dash));
    if (!modseq) return std::nullopt;
    if (dash == std::string_view::npos) return Since{*modseq, 0};
    const auto told = read_state(state.substr(dash + 1));
    if (!told || *told == 0) return std::nullopt;
    return Since{*modseq, *told};
}

jmap::MethodResult walk_history(const store::Snapshot& now, store::AccountId account, store::StateType type,
                                const Since& since, const std::function<bool(const store::Digest&)>& each) {
    const auto state = now.state(account);
    if (since.modseq > state.modseq)
        return jmap::method_error("cannotCalculateChanges", "The state is none of this account.");
    // A state that nothing has followed needs no history, however old it is.
    if (since.told == 0 && since.modseq >= state.changed[static_cast<std::size_t>(type)]) return {};
    const auto walked = now.history(account, since.modseq, each);
    if (walked) return {};
    if (walked.error().code == store::Code::stale)
        return jmap::method_error("cannotCalculateChanges", walked.error().message);
    return jmap::method_error("serverFail", walked.error().message);
}

void email_changes_of(const store::Digest& digest, const EachChange<store::EmailId>& each) {
    each_of(digest.emails_added, What::added, each);
    each_of(digest.emails_updated, What::updated, each);
    each_of(digest.emails_removed, What::removed, each);
}

void thread_changes_of(const store::Digest& digest, const EachChange<store::ThreadId>& each) {
    each_of(digest.threads_added, What::added, each);
    each_of(digest.threads_updated, What::updated, each);
    each_of(digest.threads_removed, What::removed, each);
}

void mailbox_row_changes_of(const store::Digest& digest, const EachChange<store::MailboxId>& each) {
    each_of(digest.mailboxes_added, What::added, each);
    each_of(digest.mailboxes_updated, What::updated, each);
    each_of(digest.mailboxes_removed, What::removed, each);
}

void mailbox_changes_of(const store::Digest& digest, const EachChange<store::MailboxId>& each) {
    mailbox_row_changes_of(digest, each);
    each_of(digest.mailboxes_counted, What::updated, each);
}

void identity_changes_of(const store::Digest& digest, const EachChange<std::string>& each) {
    object_changes(digest, store::ObjectType::identity, each);
}

void submission_changes_of(const store::Digest& digest, const EachChange<std::string>& each) {
    object_changes(digest, store::ObjectType::email_submission, each);
}

} // namespace facteur
