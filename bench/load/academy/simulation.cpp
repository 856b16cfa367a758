#include "bench/load/academy/simulation.h"

#include "bench/load/academy/circulars.h"
#include "bench/load/academy/incoming.h"
#include "bench/load/academy/mail_program.h"
#include "bench/load/academy/webmail.h"
#include "bench/load/cpu.h"

#include <algorithm>
#include <cmath>

namespace facteur::load::academy {
namespace {

constexpr double hour = 3600, between_looks = 0.25;                                 // at how many are at work
constexpr double people_of_circular = 1000.0 / 40000, classes_of_person = 1.0 / 20; // of all

class Simulation {
public:
    explicit Simulation(const Plan& plan)
        : plan_(plan),
          world_(plan.academy, plan.ports,
                 plan.faster > 0 ? plan.faster : (plan.to - plan.from) / plan.seconds, plan.seed) {
        world_.is_report_cards = plan.week == "report-cards";
    }

    nlohmann::ordered_json run() {
        prepare_letters();
        const auto cpu = cpu_of(plan_.cpu), client = own_cpu();
        begun_ = now() + 0.1;
        begin_arrivals();
        if (plan_.sessions_per_second == 0) begin_appointed();
        look();
        const auto end = begun_ + plan_.seconds;
        world_.clock.at(end, [this] { is_over_ = true; });
        while (!is_over_ || (!is_quiet() && now() < end + plan_.patience))
            uv_run(&world_.loop, UV_RUN_ONCE);
        const auto seconds = now() - begun_;
        nlohmann::ordered_json line{{"what", "academy"},      {"accounts", plan_.academy.accounts},
                                    {"week", plan_.week},     {"from", plan_.from},
                                    {"to", plan_.to},         {"seconds", seconds},
                                    {"faster", world_.faster}};
        line["web_sessions"] = web_sessions_;
        line["web_sessions_per_person_at_peak"] = peak_sessions_per_person();
        line["mail_programs"] = mail_programs_;
        line["open_at_peak"] = most_open_;
        line["open_on_average"] = looks_ > 0 ? open_seen_ / looks_ : 0;
        line["cpu_s"] = cpu_of(plan_.cpu) - cpu;
        line["client_cpu_s"] = own_cpu() - client;
        line["client_late_p99_ms"] = world_.clock.lateness().percentile(99);
        close();
        line.update(world_.tally.told());
        return line;
    }

private:
    using Begin = void (*)(World&, double);

    // Of the real day.
    [[nodiscard]] double time_of_day(double at) const { return plan_.from + (at - begun_) * world_.faster; }

    // Each second of the simulation, on average over the day.
    [[nodiscard]] double rate_of(double per_person) const {
        const auto people = static_cast<double>(plan_.academy.accounts);
        if (plan_.sessions_per_second > 0) return plan_.sessions_per_second * per_person / plan_.web_sessions;
        return people * per_person / day_lasts * world_.faster;
    }

    void begin_arrivals() {
        arrive(rate_of(plan_.web_sessions), busyness_of_sign_ins, begin_webmail, &web_sessions_);
        arrive(rate_of(plan_.mail_programs), busyness_of_sign_ins, begin_mail_program, &mail_programs_);
        arrive(rate_of(plan_.letters), busyness_of_mail, begin_incoming, nullptr);
        if (world_.is_report_cards)
            arrive(rate_of(classes_of_person), busyness_of_mail, begin_class_council, nullptr);
    }

    // A Poisson process whose rate follows the day: one at the highest rate, of which some are left out.
    void arrive(double rate, double (*busyness)(double), Begin begin, std::size_t* count) {
        if (rate > 0) next(begun_, {rate, busyness, begin, count});
    }

    struct Arrivals {
        double rate;
        double (*busyness)(double);
        Begin begin;
        std::size_t* count;
    };

    void next(double after, const Arrivals& arrivals) {
        const bool is_flat = plan_.sessions_per_second > 0;
        const auto highest = is_flat ? 1 : highest_busyness();
        const auto due =
            after + std::exponential_distribution<double>(arrivals.rate * highest)(world_.random);
        if (due > begun_ + plan_.seconds) return;
        world_.clock.at(due, [this, due, arrivals, is_flat, highest] {
            const auto share = is_flat ? 1 : arrivals.busyness(time_of_day(due)) / highest;
            if (std::uniform_real_distribution<double>(0, 1)(world_.random) < share) {
                if (arrivals.count != nullptr) ++*arrivals.count;
                arrivals.begin(world_, due);
            }
            next(due, arrivals);
        });
    }

    // Circulars to 1,000 and to 40,000 people (at full scale).
    void begin_appointed() {
        const auto all = plan_.academy.accounts;
        const auto some =
            std::max<std::size_t>(1, static_cast<std::size_t>(people_of_circular * static_cast<double>(all)));
        for (const auto& [time, recipients] :
             {std::pair{9.5 * hour, some}, {10.5 * hour, all}, {14 * hour, some}, {15.5 * hour, all}}) {
            if (time < plan_.from || time >= plan_.to) continue;
            const auto due = begun_ + world_.compressed(time - plan_.from);
            world_.clock.at(due, [this, due, to = recipients] { begin_circular(world_, due, to); });
        }
    }

    void look() {
        if (is_over_) return again();
        open_seen_ += static_cast<double>(world_.people());
        ++looks_;
        most_open_ = std::max(most_open_, world_.people());
        again();
    }
    void again() {
        world_.clock.at(now() + between_looks, [this] { look(); });
    }

    [[nodiscard]] bool is_quiet() const {
        return std::none_of(world_.all().begin(), world_.all().end(),
                            [](const auto& one) { return one.second->unanswered() != nullptr; });
    }

    // Those of a real second, of each person, when the day is at its busiest.
    [[nodiscard]] double peak_sessions_per_person() const {
        return plan_.web_sessions / day_lasts * busyness_of_sign_ins(8 * hour);
    }

    void close() {
        for (const auto& [activity, held] : world_.all())
            if (const auto* kind = activity->unanswered())
                world_.tally.failed(*kind, "no answer until the end");
        world_.end();
        uv_run(&world_.loop, UV_RUN_NOWAIT);
    }

    const Plan& plan_;
    World world_;
    double begun_ = 0, open_seen_ = 0, looks_ = 0;
    std::size_t web_sessions_ = 0, mail_programs_ = 0, most_open_ = 0;
    bool is_over_ = false;
};

} // namespace

nlohmann::ordered_json simulate(const Plan& plan) {
    return Simulation(plan).run();
}

} // namespace facteur::load::academy
