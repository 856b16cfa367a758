#include "store/draft.h"

namespace facteur::store {

Draft::Draft(const Snapshot& now, AccountId account, Time at) : now_(now), state_(now.state(account)) {
    commit_.account = account;
    commit_.modseq = state_.modseq + 1;
    commit_.at = at;
}

EmailId Draft::new_email() {
    return state_.next_email++;
}
MailboxId Draft::new_mailbox() {
    return state_.next_mailbox++;
}
std::uint64_t Draft::new_object() {
    return state_.next_object++;
}

Uid Draft::new_uid(MailboxId mailbox) {
    const auto [next, is_new] = next_uid_.try_emplace(mailbox, 0);
    if (is_new) next->second = now_.counters(account(), mailbox).uid_next;
    return next->second++;
}

} // namespace facteur::store
