// What /changes and /queryChanges tell (RFC 8620 §5.2, §5.6): the account's history between a state and now,
// with all that happened to one object taken together.
//
// A state is the modseq of a commit ("17"). When an answer may hold only so many ids, the state that it leads
// to may lie within a commit: "17-3" is everything up to commit 17 and three changes of the next one.
#pragma once

#include "actors/session/jmap/ids.h"
#include "store/snapshot.h"
#include "transport/jmap/arguments.h"
#include "transport/jmap/errors.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

using What = store::Digest::Object::What;

// The objects that changed, each in one of three ways; what was made and destroyed since is in none.
template <typename Key>
class NetChanges {
public:
    void add(const Key& key, What what) {
        const auto [entry, is_new] = changes_.try_emplace(key, what);
        if (is_new || what == What::updated) return;
        if (what == What::removed && entry->second == What::added)
            changes_.erase(entry);
        else // what is added again was hidden meanwhile
            entry->second = what == What::added && entry->second == What::removed ? What::updated : what;
    }
    [[nodiscard]] bool has(const Key& key) const { return changes_.contains(key); }
    [[nodiscard]] bool is(const Key& key, What what) const {
        const auto entry = changes_.find(key);
        return entry != changes_.end() && entry->second == what;
    }
    [[nodiscard]] std::size_t size() const { return changes_.size(); }
    [[nodiscard]] auto begin() const { return changes_.begin(); }
    [[nodiscard]] auto end() const { return changes_.end(); }

private:
    std::map<Key, What> changes_;
};

struct Since {
    store::Modseq modseq = 0;
    std::size_t told = 0; // changes of the next commit that were told
};
// Nothing when it is no state.
std::optional<Since> read_since(std::string_view state);

// Calls `each` for the digests after `since` until it says false. Fails with cannotCalculateChanges.
jmap::MethodResult walk_history(const store::Snapshot& now, store::AccountId account, store::StateType type,
                                const Since& since, const std::function<bool(const store::Digest&)>& each);

// One change of one commit, as its digest tells it; `key` must be of the type that the caller asked for.
template <typename Key>
using EachChange = std::function<void(const Key& key, What what)>;
// Names the changes of one type in a digest, always in the same order.
template <typename Key>
using ChangesOf = void (*)(const store::Digest& digest, const EachChange<Key>& each);

template <typename Key>
struct ChangesAnswer {
    NetChanges<Key> net;
    std::string new_state;
    bool has_more = false;
};

template <typename Key>
jmap::Expected<ChangesAnswer<Key>> changes_since(const store::Snapshot& now, store::AccountId account,
                                                 store::StateType type, const jmap::ChangesArguments& asked,
                                                 ChangesOf<Key> changes_of) {
    const auto since = read_since(asked.since);
    if (!since) return jmap::method_error("cannotCalculateChanges", "The state is none of this server.");
    ChangesAnswer<Key> answer;
    answer.new_state = state_of(now.state(account), type);
    auto skip = since->told;
    const auto walked = walk_history(now, account, type, *since, [&](const store::Digest& digest) {
        std::size_t told = 0;
        changes_of(digest, [&](const Key& key, What what) {
            if (answer.has_more) return;
            if (skip > 0) {
                --skip;
            } else if (answer.net.size() == asked.most && !answer.net.has(key)) {
                answer.has_more = true;
                answer.new_state = std::to_string(digest.modseq - 1);
                if (told > 0) answer.new_state.append("-").append(std::to_string(told));
                return;
            } else {
                answer.net.add(key, what);
            }
            ++told;
        });
        skip = 0;
        return !answer.has_more;
    });
    if (!walked) return tl::unexpected(walked.error());
    return answer;
}

// The members that all /changes have, into an open object.
template <typename Key, typename Id>
void write_changes(std::string_view account, std::string_view old_state, const ChangesAnswer<Key>& answer,
                   const Id& id_of, jmap::Writer& out) {
    out.member("accountId", account).member("oldState", old_state).member("newState", answer.new_state);
    out.member("hasMoreChanges", answer.has_more);
    const auto write_those = [&](std::string_view name, What wanted) {
        out.key(name).begin_array();
        for (const auto& [key, what] : answer.net)
            if (what == wanted) out.value(id_of(key));
        out.end_array();
    };
    write_those("created", What::added);
    write_those("updated", What::updated);
    write_those("destroyed", What::removed);
}

// ---- the changes of each type in a digest

void email_changes_of(const store::Digest& digest, const EachChange<store::EmailId>& each);
void thread_changes_of(const store::Digest& digest, const EachChange<store::ThreadId>& each);
void mailbox_changes_of(const store::Digest& digest, const EachChange<store::MailboxId>& each);
// Without those whose counters alone changed.
void mailbox_row_changes_of(const store::Digest& digest, const EachChange<store::MailboxId>& each);
void identity_changes_of(const store::Digest& digest, const EachChange<std::string>& each);
void submission_changes_of(const store::Digest& digest, const EachChange<std::string>& each);

} // namespace facteur
