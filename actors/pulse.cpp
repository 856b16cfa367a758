#include "actors/pulse.h"

#include "store/store.h"
#include "transport/net/loop.h"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <algorithm>

namespace facteur {

Pulse::Pulse(caf::actor_system& system, store::Store& store, net::LoopPool& loops)
    : system_(system), store_(store), loops_(loops), waiting_(std::make_shared<std::atomic<std::size_t>>(0)) {
    // Shard n is written by lane n % lanes; accounts are spread over the shards.
    const auto lanes = std::min(store.options().lanes, store.shards());
    accounts_.assign(lanes, 0);
    for (store::AccountId account = 1; std::find(accounts_.begin(), accounts_.end(), 0) != accounts_.end();
         ++account)
        if (auto& of_lane = accounts_[store.shard_of(account) % lanes]; of_lane == 0) of_lane = account;
    batches_.assign(lanes + 1u, 0);
}

bool Pulse::beat() {
    return waiting_->load() == 0 && ask();
}

// Is there no sign already that something stands still?
bool Pulse::ask() {
    waiting_ = std::make_shared<std::atomic<std::size_t>>(loops_.size() + 1 + accounts_.size() + 1);
    const auto answer = [waiting = waiting_] { waiting->fetch_sub(1); };
    for (std::size_t n = 0; n < loops_.size(); ++n)
        loops_[n].post(answer);
    system_.spawn([answer](caf::event_based_actor*) { answer(); });
    // A lane whose queue is full refuses at once, which proves nothing; that it wrote since it was last asked
    // does.
    const auto lanes = store_.statistics();
    bool moves = true;
    const auto question = [&](std::size_t lane) {
        store::Write nothing;
        nothing.plan = [](store::Draft&) { return store::Result<void>(); };
        nothing.done = [answer, &moves, wrote = lanes[lane].batches != batches_[lane]](
                           const store::Result<store::Committed>& done) {
            if (!done && done.error().code == store::Code::busy && !wrote) moves = false; // on this thread
            answer();
        };
        return nothing;
    };
    for (std::size_t lane = 0; lane < accounts_.size(); ++lane) {
        auto nothing = question(lane);
        nothing.account = accounts_[lane];
        store_.submit(std::move(nothing));
    }
    store_.submit_directory(question(accounts_.size()));
    for (std::size_t lane = 0; lane < batches_.size(); ++lane)
        batches_[lane] = lanes[lane].batches;
    return moves;
}

} // namespace facteur
