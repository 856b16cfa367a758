// What all that happens in the simulated day shares: the loop, the clock, who takes part, what became of it.
#pragma once

#include "bench/load/academy/clock.h"
#include "bench/load/academy/letters.h"
#include "bench/load/academy/people.h"
#include "bench/load/academy/tally.h"

#include <memory>
#include <set>
#include <unordered_map>

namespace facteur::load::academy {

struct Ports {
    std::uint16_t http = 0, imap = 0, smtp = 0;
};

class World;

// Something that goes on for a while: a person at her web mail, a mail program, a message on its way. The
// world holds it until it retires.
class Activity : public std::enable_shared_from_this<Activity> {
public:
    explicit Activity(World& world) : world_(world) {}
    virtual ~Activity() = default;
    Activity(const Activity&) = delete;
    Activity& operator=(const Activity&) = delete;

    // What it still waits for when the simulation ends, which is an error of that kind; null: for nothing.
    [[nodiscard]] virtual const Kind* unanswered() const { return nullptr; }
    [[nodiscard]] virtual bool is_person() const { return false; } // at work in front of a screen

protected:
    // Unless it has retired by then.
    void at(double due, std::function<void()> run);
    void retire(); // it is gone once the caller has returned to the loop

    World& world_;
};

// Somebody who is told of new mail as it comes: since when she should have been.
class Watch {
public:
    Watch(World& world, std::size_t person, const Kind& kind);
    ~Watch(); // an error when mail was accepted long ago and she was not told
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    void told();
    void mail_is_handed_over(double at);
    void mail_is_accepted(double handed_over);

private:
    World& world_;
    std::size_t person_;
    const Kind& kind_;
    double unseen_since_ = 0; // when the first of what is untold was handed over; 0: everything has been told
    double accepted_ = 0;     // when the server said that it has that one; 0: not yet
};

class World {
public:
    World(Academy who, Ports where, double times, std::uint64_t seed);

    // Seconds of the simulation that so many of the real day take.
    [[nodiscard]] double compressed(double seconds) const { return seconds / faster; }
    // A wait of so many real seconds on average, compressed.
    [[nodiscard]] double some_time(double mean) {
        return compressed(std::exponential_distribution<double>(1 / mean)(random));
    }
    [[nodiscard]] bool chance(unsigned percent) { return random() % 100 < percent; }
    [[nodiscard]] std::size_t anybody() { return 1 + random() % academy.accounts; }
    [[nodiscard]] std::size_t somebody_who_gets_mail() { return 1 + by_size_(random); }

    void begin(const std::shared_ptr<Activity>& activity);
    void retire(Activity* activity);
    [[nodiscard]] std::size_t people() const { return people_; }
    [[nodiscard]] const auto& all() const { return activities_; }
    void end() { activities_.clear(); }
    // Who watches is told from now on how long the message takes to show.
    void mail_is_handed_over(std::size_t person, double at);
    void mail_is_accepted(std::size_t person, double handed_over);

private:
    friend class Watch;
    std::unordered_map<std::size_t, std::set<Watch*>> watches_; // outlives all that watches

public:
    Tally tally;
    uv_loop_t& loop;
    Clock clock;
    Random random;
    const Academy academy;
    const Ports ports;
    const double faster;          // real seconds in one of the simulation
    bool is_report_cards = false; // people load the files that they get

private:
    [[nodiscard]] const std::set<Watch*>& watches_of(std::size_t person) const;

    std::discrete_distribution<std::size_t> by_size_;
    std::unordered_map<Activity*, std::shared_ptr<Activity>> activities_;
    std::size_t people_ = 0;
};

} // namespace facteur::load::academy
