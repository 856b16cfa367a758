// What both the server and a subcommand of a stopped server stand on: the store, the directory, an actor
// system, mailbox actors. Made in this order, taken down in the other.
#pragma once

#include "actors/accounts/directory.h"
#include "actors/commands/command.h"
#include "actors/config.h"
#include "actors/mailbox/mailbox_actor.h"
#include "store/store.h"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <functional>
#include <memory>

namespace facteur {

class Ground {
public:
    // `workers`: threads of the actor system. Makes the store when it is absent and `create` is set.
    static store::Result<std::unique_ptr<Ground>> open(const Config& config, std::size_t workers,
                                                       bool create);
    ~Ground(); // everything accepted is on disk, then the actors end
    Ground(const Ground&) = delete;
    Ground& operator=(const Ground&) = delete;

    // The destructor's work, for who must outlive the actors but not the store. Idempotent.
    void close();

    [[nodiscard]] store::Store& store() { return *store_; }
    [[nodiscard]] caf::actor_system& system() { return *system_; }
    [[nodiscard]] Directory& directory() { return *directory_; }
    [[nodiscard]] Mailboxes& mailboxes() { return *mailboxes_; }
    [[nodiscard]] Environment environment(const Services* server = nullptr);

    // Told of every commit of a mailbox actor, on a lane's thread. Set before there is one.
    std::function<void(store::ShardId)> on_commit;
    // The same for a commit that put something into the queue.
    std::function<void(store::ShardId)> on_queued;

private:
    explicit Ground(const Config& config) : config_(config) {}

    const Config& config_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<Directory> directory_;
    caf::actor_system_config system_config_;
    // The actors hold on to what the server gives them: the system goes before the rest, and after the store
    // has closed.
    std::unique_ptr<Mailboxes> mailboxes_;
    std::unique_ptr<caf::actor_system> system_;
};

// Lanes as configured; 0: half the cores.
store::Options store_options(const Config& config);

} // namespace facteur
