#include "actors/delivery/queue.h"

#include "actors/delivery/outbound/outbound.h"
#include "actors/delivery/submission_delivery.h"
#include "actors/log.h"
#include "store/store.h"

#include <caf/all.hpp>

#include <condition_variable>
#include <mutex>
#include <set>
#include <tuple>

namespace facteur {
namespace {

constexpr auto wake_atom = caf::atom("wake");
constexpr auto tick_atom = caf::atom("tick");
constexpr auto done_atom = caf::atom("done");
constexpr auto scan_atom = caf::atom("scan");
using WakeAtom = caf::atom_constant<wake_atom>;
using TickAtom = caf::atom_constant<tick_atom>;
using DoneAtom = caf::atom_constant<done_atom>;
using ScanAtom = caf::atom_constant<scan_atom>;

// Deliveries at a time: enough to share syncs, few enough to bound the messages in memory.
constexpr std::size_t most_under_way = 16;
// Of mass mail, so that others find room.
constexpr std::size_t most_bulk_under_way = 1;
constexpr std::uint64_t most_octets_under_way = 128u << 20;
// Recipients elsewhere whose entries are in memory, waiting for their turn. Mass mail leaves room to others.
constexpr std::size_t most_elsewhere = 100'000;
constexpr std::size_t most_elsewhere_of_bulk = 80'000;
// A scan of a long queue is not repeated at every commit: it may take a tenth of the time.
constexpr int scan_share = 10;
constexpr auto quick_scan = std::chrono::milliseconds(1);
// How late a held submission may be noticed.
constexpr auto tick = std::chrono::seconds(1);
constexpr auto stop_limit = std::chrono::seconds(10);

using Key = std::tuple<store::AccountId, store::Time, std::string>;

} // namespace

struct Queue::Implementation {
    Implementation(caf::actor_system& of, std::function<store::Time()> time)
        : system(of), clock(std::move(time)) {}

    caf::actor_system& system;
    std::function<store::Time()> clock;
    std::mutex mutex;
    std::condition_variable changed;
    caf::actor actor; // none: not started, or stopped
    std::unique_ptr<Outbound> outbound;
    std::size_t under_way = 0;
    bool stopping = false;

    [[nodiscard]] bool begin() {
        const std::lock_guard lock(mutex);
        if (stopping) return false;
        ++under_way;
        return true;
    }
    void end() {
        const std::lock_guard lock(mutex);
        --under_way;
        changed.notify_all();
    }
};

namespace {

template <typename Shared>
struct QueueState {
    static inline const char* name = "queue";
    Shared* shared = nullptr;
    const Services* services = nullptr;
    std::set<Key> under_way; // here
    std::size_t bulk = 0;    // of those
    std::uint64_t octets = 0;
    std::map<Key, std::size_t> elsewhere; // with the number of recipients
    std::size_t recipients_elsewhere = 0;
    std::map<store::ShardId, std::chrono::steady_clock::duration> scans; // how long the last one took
    std::set<store::ShardId> scan_waits;
    // Ended since the last tick: one that is still in the queue could not be finished, and rests.
    std::set<Key> ended;
    std::set<store::ShardId> crowded; // have more that is due
};

template <typename Shared>
using QueueActor = caf::stateful_actor<QueueState<Shared>>;

template <typename Shared>
void begin_delivery(QueueActor<Shared>* self, DueEntry due) {
    auto& state = self->state;
    if (!state.shared->begin()) return;
    state.under_way.emplace(due.account, due.due, due.id);
    state.octets += due.entry.size;
    if (is_local_part(due.id)) ++state.bulk;
    const auto queue = caf::actor_cast<caf::actor>(self);
    self->system().spawn([queue, services = state.services, clock = state.shared->clock,
                          due = std::move(due)](caf::event_based_actor* delivery) {
        auto done = [queue, account = due.account, at = due.due, id = due.id, size = due.entry.size] {
            caf::anon_send(queue, DoneAtom::value, account, at, id, size);
        };
        deliver_submission(delivery, *services, due, clock, std::move(done));
    });
}

// Whether the entry is for Outbound: not while its sender is to be told something.
bool goes_out(const QueueEntry& entry) {
    return !entry.destination.empty() && entry.untold.empty();
}

template <typename Shared>
void offer(QueueActor<Shared>* self, DueEntry due) {
    auto& state = self->state;
    const auto recipients = due.entry.envelope.rcpt_to.size();
    state.elsewhere.emplace(Key(due.account, due.due, due.id), recipients);
    state.recipients_elsewhere += recipients;
    state.shared->outbound->offer(std::move(due));
}

template <typename Shared>
void scan(QueueActor<Shared>* self, store::ShardId shard) {
    auto& state = self->state;
    const auto begun = std::chrono::steady_clock::now();
    std::vector<DueEntry> here, elsewhere;
    bool full = false, bulk_waits = false;
    auto bulk = state.bulk;
    auto octets = state.octets;
    auto recipients = state.recipients_elsewhere;
    const auto has_room = [&] {
        const auto count = state.under_way.size() + here.size();
        return count == 0 || (count < most_under_way && octets < most_octets_under_way);
    };
    state.services->store.read_shard(shard).queue(
        state.shared->clock(),
        [&](store::AccountId account, store::Time at, std::string_view id, std::string_view value) {
            const Key key(account, at, id);
            if (state.under_way.contains(key) || state.elsewhere.contains(key) || state.ended.contains(key))
                return true;
            // Known by its id: to read thousands of recipients at each scan would hold letters of persons up.
            const bool is_bulk = is_local_part(id);
            if (is_bulk && bulk >= most_bulk_under_way) return bulk_waits = true;
            auto entry = read_queue_entry(value);
            // Nothing else is ever written there; one that cannot be read is passed over, not lost.
            if (!entry) return true;
            if (goes_out(*entry)) {
                if (recipients >= (entry->bulk ? most_elsewhere_of_bulk : most_elsewhere) ||
                    !state.shared->outbound)
                    return true;
                recipients += entry->envelope.rcpt_to.size();
                elsewhere.push_back({account, at, std::string(id), std::move(*entry)});
                return true;
            }
            full = full || !has_room();
            if (full) return true;
            octets += entry->size;
            if (is_bulk) ++bulk;
            here.push_back({account, at, std::string(id), std::move(*entry)});
            return true;
        });
    if (full || bulk_waits)
        state.crowded.insert(shard);
    else
        state.crowded.erase(shard);
    for (auto& entry : here)
        begin_delivery(self, std::move(entry));
    for (auto& entry : elsewhere)
        offer(self, std::move(entry));
    state.scans[shard] = std::chrono::steady_clock::now() - begun;
}

// At once, or after a while when the shard's queue is long.
template <typename Shared>
void scan_soon(QueueActor<Shared>* self, store::ShardId shard) {
    auto& state = self->state;
    const auto took = state.scans[shard];
    if (took < quick_scan) return scan(self, shard);
    if (state.scan_waits.insert(shard).second)
        self->delayed_send(self, std::chrono::duration_cast<std::chrono::milliseconds>(took * scan_share),
                           ScanAtom::value, shard);
}

template <typename Shared>
void scan_crowded(QueueActor<Shared>* self) {
    const auto crowded = self->state.crowded;
    for (const auto shard : crowded)
        scan_soon(self, shard);
}

template <typename Shared>
caf::behavior queue_actor(QueueActor<Shared>* self, Shared* shared, const Services* services) {
    self->state.shared = shared;
    self->state.services = services;
    self->send(self, TickAtom::value);
    return {
        [self](WakeAtom, store::ShardId shard) { scan_soon(self, shard); },
        [self](ScanAtom, store::ShardId shard) {
            self->state.scan_waits.erase(shard);
            scan(self, shard);
        },
        [self](TickAtom) {
            self->state.ended.clear();
            for (store::ShardId shard = 0; shard < self->state.services->store.shards(); ++shard)
                scan_soon(self, shard);
            self->delayed_send(self, tick, TickAtom::value);
        },
        [self](DoneAtom, store::AccountId account, store::Time due, const std::string& id,
               std::uint64_t size) {
            Key key(account, due, id);
            if (const auto gone_out = self->state.elsewhere.find(key);
                gone_out != self->state.elsewhere.end()) {
                self->state.recipients_elsewhere -= gone_out->second;
                self->state.elsewhere.erase(gone_out);
                self->state.ended.insert(std::move(key));
                return;
            }
            self->state.under_way.erase(key);
            if (is_local_part(id)) --self->state.bulk;
            self->state.ended.insert(std::move(key));
            self->state.octets -= size;
            self->state.shared->end();
            scan_crowded(self);
        },
    };
}

} // namespace

Queue::Queue(caf::actor_system& system, std::function<store::Time()> clock)
    : implementation_(std::make_unique<Implementation>(system, std::move(clock))) {}

Queue::~Queue() {
    stop();
}

void Queue::start(const Services& services) {
    const std::lock_guard lock(implementation_->mutex);
    if (implementation_->actor || implementation_->stopping) return;
    auto* mine = implementation_.get();
    auto outbound = Outbound::start(mine->system, services, mine->clock, [mine](const DueEntry& due) {
        const std::lock_guard guard(mine->mutex);
        if (mine->actor)
            caf::anon_send(mine->actor, DoneAtom::value, due.account, due.due, due.id, std::uint64_t{0});
    });
    if (outbound)
        mine->outbound = std::move(*outbound);
    else
        log(Severity::error, "mail to other servers cannot be sent", {{"why", outbound.error().message}});
    mine->actor = mine->system.spawn(queue_actor<Implementation>, mine, &services);
}

void Queue::wake(store::ShardId shard) {
    const std::lock_guard lock(implementation_->mutex);
    if (implementation_->actor) caf::anon_send(implementation_->actor, WakeAtom::value, shard);
}

void Queue::retry_hops() {
    const std::lock_guard lock(implementation_->mutex);
    if (implementation_->outbound) implementation_->outbound->forget_failures();
}

Result<void> Queue::read_signers(const Config& config) {
    const std::lock_guard lock(implementation_->mutex);
    return implementation_->outbound ? implementation_->outbound->read_signers(config) : Result<void>{};
}

OutboundStatistics Queue::statistics() const {
    const std::lock_guard lock(implementation_->mutex);
    return implementation_->outbound ? implementation_->outbound->statistics() : OutboundStatistics{};
}

void Queue::stop() {
    caf::actor actor;
    {
        std::unique_lock lock(implementation_->mutex);
        implementation_->stopping = true;
    }
    if (implementation_->outbound) implementation_->outbound->stop();
    {
        std::unique_lock lock(implementation_->mutex);
        implementation_->changed.wait_for(lock, stop_limit,
                                          [this] { return implementation_->under_way == 0; });
        std::swap(actor, implementation_->actor);
    }
    if (!actor) return;
    caf::scoped_actor self{implementation_->system};
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
}

} // namespace facteur
