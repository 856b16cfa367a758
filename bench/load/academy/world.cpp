#include "bench/load/academy/world.h"

#include <utility>

namespace facteur::load::academy {
namespace {

constexpr double longest_untold = 5; // seconds after it was accepted; then it is not slow but lost

std::discrete_distribution<std::size_t> by_size(const Academy& academy) {
    const auto sizes = academy.sizes();
    return {sizes.begin(), sizes.end()};
}

} // namespace

void Activity::at(double due, std::function<void()> run) {
    world_.clock.at(due, [self = weak_from_this(), run = std::move(run)] {
        if (const auto alive = self.lock()) run();
    });
}

void Activity::retire() {
    world_.retire(this);
}

Watch::Watch(World& world, std::size_t person, const Kind& kind)
    : world_(world), person_(person), kind_(kind) {
    world_.watches_[person_].insert(this);
}

Watch::~Watch() {
    const auto found = world_.watches_.find(person_);
    found->second.erase(this);
    if (found->second.empty()) world_.watches_.erase(found);
    if (accepted_ > 0 && now() - accepted_ > longest_untold)
        world_.tally.failed(kind_, "mail came and was not told");
}

void Watch::told() {
    accepted_ = 0;
    if (unseen_since_ > 0) world_.tally.done(kind_, std::exchange(unseen_since_, 0));
}

void Watch::mail_is_handed_over(double at) {
    if (unseen_since_ == 0) unseen_since_ = at;
}

void Watch::mail_is_accepted(double handed_over) {
    if (unseen_since_ == handed_over) accepted_ = now();
}

World::World(Academy who, Ports where, double times, std::uint64_t seed)
    : loop(*uv_default_loop()), clock(loop), random(seed), academy(std::move(who)), ports(where),
      faster(times), by_size_(by_size(academy)) {}

void World::begin(const std::shared_ptr<Activity>& activity) {
    activities_[activity.get()] = activity;
    if (activity->is_person()) ++people_;
}

void World::retire(Activity* activity) {
    const auto found = activities_.find(activity);
    if (found == activities_.end()) return;
    if (activity->is_person()) --people_;
    auto held = std::move(found->second);
    activities_.erase(found);
    clock.at(now(), [held = std::move(held)] {}); // its own functions may be running
}

void World::mail_is_handed_over(std::size_t person, double at) {
    for (auto* watch : watches_of(person))
        watch->mail_is_handed_over(at);
}

void World::mail_is_accepted(std::size_t person, double handed_over) {
    for (auto* watch : watches_of(person))
        watch->mail_is_accepted(handed_over);
}

const std::set<Watch*>& World::watches_of(std::size_t person) const {
    static const std::set<Watch*> none;
    const auto found = watches_.find(person);
    return found == watches_.end() ? none : found->second;
}

} // namespace facteur::load::academy
