#include "actors/ground.h"

#include "actors/messages.h"
#include "actors/quiet_clock.h"
#include "actors/session/jmap/method.h"

#include <algorithm>
#include <bit>
#include <thread>

namespace facteur {
namespace {

constexpr unsigned most_shards_by_default = 64;

} // namespace

store::Options store_options(const Config& config) {
    store::Options options;
    options.path = config.store.path;
    const auto half = std::max(1u, std::thread::hardware_concurrency() / 2);
    options.lanes = config.store.lanes > 0 ? config.store.lanes : static_cast<std::uint16_t>(half);
    // Few, for a batch is cheaper the fewer shards it touches; more than lanes, for more cores later.
    const auto four_a_lane = std::min(std::bit_ceil(4u * options.lanes), most_shards_by_default);
    options.shards = config.store.shards > 0 ? config.store.shards : static_cast<std::uint16_t>(four_a_lane);
    options.lane_queue_bytes = config.store.lane_queue;
    return options;
}

store::Result<std::unique_ptr<Ground>> Ground::open(const Config& config, std::size_t workers, bool create) {
    std::unique_ptr<Ground> ground(new Ground(config));
    auto& self = *ground;
    auto options = store_options(config);
    options.create = create;
    auto opened = store::Store::open(options);
    if (!opened) return tl::unexpected(opened.error());
    self.store_ = std::move(*opened);
    self.directory_ = std::make_unique<Directory>(*self.store_, config.domain);

    add_message_types(self.system_config_);
    // One queue of work, on which idle workers sleep. Those that steal work look for it every 50 µs while
    // they have none, which cost as much processor time as the requests (docs/architecture.md, threads).
    schedule_quietly(self.system_config_);
    self.system_config_.set("scheduler.max-threads", workers);
    self.system_ = std::make_unique<caf::actor_system>(self.system_config_);
    // Sessions of connections that have gone and mailboxes that rest need not be waited for.
    self.system_->await_actors_before_shutdown(false);
    self.mailboxes_ =
        std::make_unique<Mailboxes>(*self.system_, MailboxServices{*self.store_, plan_method,
                                                                   [&self](store::ShardId shard) {
                                                                       if (self.on_commit)
                                                                           self.on_commit(shard);
                                                                   },
                                                                   [&self](store::ShardId shard) {
                                                                       if (self.on_queued)
                                                                           self.on_queued(shard);
                                                                   }});
    return ground;
}

Ground::~Ground() {
    close();
}

void Ground::close() {
    if (store_) store_->close();
    if (mailboxes_ && system_) mailboxes_->stop();
    system_.reset();
}

Environment Ground::environment(const Services* server) {
    return {config_, *store_, *directory_, *mailboxes_, *system_, server};
}

} // namespace facteur
