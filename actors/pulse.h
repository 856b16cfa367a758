// Whether the parts that do the work still do it: every loop, the actors' workers, every lane of the store.
// The watchdog is told only then; a process whose main thread alone is alive is not.
//
// Each part is asked to do a small piece of its own kind of work: a loop a task, the workers an actor, a lane
// a plan that changes nothing. One caller; outlived by what it asks. Late answers find what they write to.
#pragma once

#include <caf/fwd.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace facteur::net {
class LoopPool;
}
namespace facteur::store {
class Store;
}

namespace facteur {

class Pulse {
public:
    Pulse(caf::actor_system& system, store::Store& store, net::LoopPool& loops);

    // Has everything answered what it was asked by the call before? Then it is asked again. Never waits.
    bool beat();

private:
    using Waiting = std::shared_ptr<std::atomic<std::size_t>>; // answers that have not come

    bool ask();

    caf::actor_system& system_;
    store::Store& store_;
    net::LoopPool& loops_;
    std::vector<std::uint32_t> accounts_; // one number for each lane, whether or not it is an account's
    std::vector<std::uint64_t> batches_;  // of each lane, when it was asked; the directory's last
    Waiting waiting_;
};

} // namespace facteur
