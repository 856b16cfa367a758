// The mailbox actor: one per account that is in use, spawned at first touch and gone when idle.
//
// It turns each request into a plan for the lane, in the order of arrival, answers after the commit is on
// disk, and tells the sessions that watch the account what changed, in the order of commits. Deliveries alone
// go to the lane directly (`Mailboxes::file`): an actor that is there hears of them. It holds no copy of the
// mailbox: readers open snapshots.
//
// Accepts `FileEmail` → `EmailFiled`, `CallMethod` → `MethodAnswered`, `StoreUpload` → `UploadStored`,
// `ChangeEmails`, `PutAnnotations`, `ChangeAcl` and `ChangeShared` → `EmailsChanged`, `AppendEmails` →
// `EmailsAppended`, `Watch`, `Unwatch`, `CloseSessions`; sends `StateChanged` and `CloseSessions` to
// watchers. Errors are those of `to_caf`.
#pragma once

#include "actors/messages.h"
#include "store/store.h"

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace facteur {

// Makes the plan of a JMAP write method, and where it puts its answer when the lane has run it.
using MethodPlanner =
    std::function<store::Plan(std::shared_ptr<const CallMethod>, std::shared_ptr<MethodAnswered>)>;

struct MailboxServices {
    store::Store& store;
    MethodPlanner plan_method;
    // Called on the lane's thread for every commit that added or removed emails of the account's shard: wakes
    // indexing.
    std::function<void(store::ShardId)> committed;
    // The same for every commit that put something into the shard's queue: wakes the queue. May be empty.
    std::function<void(store::ShardId)> queued;
};

// Finds or spawns mailbox actors. Thread-safe; outlives the actor system's actors.
class Mailboxes {
public:
    Mailboxes(caf::actor_system& system, MailboxServices services);

    [[nodiscard]] caf::actor of(store::AccountId account);
    // What the actor does with `FileEmail`, without waking one for each of many recipients. `done` is called
    // when the email is on disk, on the lane's thread, or at once when it is refused: it must be quick.
    void file(FileEmail request, std::function<void(store::Result<EmailFiled>)> done);
    [[nodiscard]] std::size_t active() const;
    [[nodiscard]] const MailboxServices& services() const { return services_; }

    // Ends all of them, when the store has closed: nothing that they were asked for is left undone.
    void stop();

    // Used by a mailbox actor that goes to rest: later calls of `of` spawn a new one.
    void retire(store::AccountId account);

private:
    void tell(const WriteDone& done);

    caf::actor_system& system_;
    MailboxServices services_;
    mutable std::mutex mutex_;
    std::unordered_map<store::AccountId, caf::actor> actors_;
};

} // namespace facteur
