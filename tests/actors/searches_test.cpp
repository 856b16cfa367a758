#include "actors/searching/searches.h"

#include <catch2/catch.hpp>

#include <future>

using namespace facteur;
using namespace std::chrono_literals;

namespace {

constexpr store::AccountId anne = 1, pierre = 2;

// One at a time, and quick to make room.
SearchLimits narrow() {
    SearchLimits limits;
    limits.working = 1;
    limits.turn = 1ms;
    limits.short_search = 5ms;
    return limits;
}

// A search that goes on until it is let go, or its turn is over; then says why it got no answer: empty when
// it did.
class Long {
public:
    Long(Searches& searches, store::AccountId user, Searches::Gone gone = {}) {
        begun_ = searches.start(user, std::move(gone), [this](Turn& turn) {
            is_at_work_.set_value();
            while (!let_go_ && turn.go_on(1000)) {
            }
            ended_.set_value(turn.has_ended() ? turn.error().description : std::string());
        });
    }
    [[nodiscard]] bool begun() const { return begun_; }
    void wait_until_at_work() { is_at_work_.get_future().wait(); }
    [[nodiscard]] bool is_over() const { return end_.wait_for(0s) == std::future_status::ready; }
    std::string end() {
        REQUIRE(end_.wait_for(60s) == std::future_status::ready);
        return end_.get();
    }
    void let_go() { let_go_ = true; }

private:
    std::atomic<bool> let_go_ = false;
    std::promise<void> is_at_work_;
    std::promise<std::string> ended_;
    std::future<std::string> end_ = ended_.get_future();
    bool begun_ = false;
};

// Answers at once when it has its turn.
void ask_short(Searches& searches, store::AccountId user) {
    std::promise<void> done;
    REQUIRE(searches.start(user, {}, [&](Turn& turn) {
        CHECK(turn.go_on(1000));
        done.set_value();
    }));
    REQUIRE(done.get_future().wait_for(60s) == std::future_status::ready);
}

} // namespace

TEST_CASE("a short search is answered while long ones run") {
    Searches searches(narrow());
    Long first(searches, anne), second(searches, anne), third(searches, pierre);
    first.wait_until_at_work();
    second.wait_until_at_work();
    third.wait_until_at_work(); // all of them have had a turn, though one works at a time
    for (int i = 0; i < 20; ++i)
        ask_short(searches, pierre);
    CHECK(!first.is_over());
    CHECK(!second.is_over());
    CHECK(!third.is_over());
    CHECK(searches.statistics().turns >= 20);
    // A search has answered before its thread has left it.
    for (int i = 0; i < 60'000 && searches.statistics().under_way > 3; ++i)
        std::this_thread::sleep_for(1ms);
    CHECK(searches.statistics().under_way == 3);
    for (auto* each : {&first, &second, &third})
        each->let_go();
    for (auto* each : {&first, &second, &third})
        CHECK(each->end().empty());
}

TEST_CASE("a user's newer searches end the oldest, and nobody else's") {
    auto limits = narrow();
    limits.of_user = 2;
    Searches searches(limits);
    Long other(searches, pierre);
    Long first(searches, anne), second(searches, anne);
    first.wait_until_at_work();
    Long third(searches, anne);
    CHECK(first.end() == "Newer searches of this user came before it.");
    third.wait_until_at_work();
    CHECK(!second.is_over());
    CHECK(!other.is_over());
    for (auto* each : {&other, &second, &third})
        each->let_go();
    for (auto* each : {&other, &second, &third})
        CHECK(each->end().empty());
    CHECK(searches.statistics().superseded == 1);
}

TEST_CASE("a search whose client has gone ends, also one that has not begun") {
    auto limits = narrow();
    limits.under_way = 1;
    Searches searches(limits);
    const auto gone = std::make_shared<std::atomic<bool>>(false);
    Long under_way(searches, anne, gone), waiting(searches, anne, gone);
    under_way.wait_until_at_work();
    CHECK(searches.statistics().waiting == 1);
    *gone = true;
    CHECK(under_way.end() == "The connection has ended.");
    CHECK(waiting.end() == "The connection has ended.");
}

TEST_CASE("a search has an end in time and in memory") {
    auto limits = narrow();
    limits.longest = 20ms;
    limits.memory = 4u << 20;
    Searches searches(limits);
    Long longest(searches, anne);
    CHECK(longest.end() == "The search takes too long: narrow it, or try again later.");

    std::promise<std::string> large;
    REQUIRE(searches.start(anne, {}, [&](Turn& turn) {
        std::uint64_t held = 0;
        while (turn.hold(1000))
            held += 1000;
        CHECK(held <= limits.memory);
        CHECK(!turn.go_on());
        large.set_value(turn.error().description);
    }));
    CHECK(large.get_future().get() == "Too many large searches run at this moment: try again later.");
    for (int i = 0; i < 60'000 && searches.statistics().octets > 0; ++i)
        std::this_thread::sleep_for(1ms);
    CHECK(searches.statistics().octets == 0);
    CHECK(searches.statistics().too_large == 1);
}

TEST_CASE("too many that wait are refused, and all that began or wait end when it stops") {
    auto limits = narrow();
    limits.under_way = 1;
    limits.waiting = 1;
    Searches searches(limits);
    Long under_way(searches, anne);
    under_way.wait_until_at_work();
    Long waiting(searches, pierre), refused(searches, pierre);
    CHECK(waiting.begun());
    CHECK(!refused.begun());
    searches.stop();
    CHECK(under_way.end() == "The server stops.");
    CHECK(waiting.end() == "The server stops.");
    CHECK(!Long(searches, anne).begun());
}

TEST_CASE("a turn on the spot ends after a moment, a snapshot is to be renewed") {
    Turn moment(0us);
    while (moment.go_on()) {
    }
    CHECK(moment.wants_thread());
    CHECK(!moment.go_on());

    auto limits = narrow();
    limits.snapshot = 1ms;
    Searches searches(limits);
    std::promise<void> done;
    REQUIRE(searches.start(anne, {}, [&](Turn& turn) {
        for (int i = 0; i < 3; ++i) {
            turn.renew();
            CHECK(!turn.has_ended());
            while (turn.go_on(1000)) {
            }
            CHECK(turn.wants_renewal());
        }
        done.set_value();
    }));
    done.get_future().wait();
}
