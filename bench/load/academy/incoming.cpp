#include "bench/load/academy/incoming.h"

#include "bench/load/academy/smtp_client.h"

#include <algorithm>

namespace facteur::load::academy {
namespace {

constexpr std::size_t pupils_of_class = 30;

class Delivery : public Activity {
public:
    Delivery(World& world, const Kind& kind, double due, std::vector<std::size_t> to, std::string text)
        : Activity(world), kind_(kind), due_(due), to_(std::move(to)),
          client_(
              world.loop, world.ports.smtp, world.random() % 60000,
              {"ecole@elsewhere.test", addresses(world), std::move(text)},
              [this] {
                  handed_over_ = now();
                  for (const auto person : to_)
                      world_.mail_is_handed_over(person, handed_over_);
              },
              [this](const std::string& refused) { end(refused); }) {}

    [[nodiscard]] const Kind* unanswered() const override { return &kind_; }

private:
    [[nodiscard]] std::vector<std::string> addresses(const World& world) const {
        std::vector<std::string> all;
        for (const auto person : to_)
            all.push_back(world.academy.address(person));
        return all;
    }

    void end(const std::string& refused) {
        if (refused.empty()) {
            world_.tally.done(kind_, due_);
            for (const auto person : to_)
                world_.mail_is_accepted(person, handed_over_);
        } else {
            world_.tally.failed(kind_, refused);
        }
        retire();
    }

    const Kind& kind_;
    double due_, handed_over_ = 0;
    std::vector<std::size_t> to_;
    SmtpClient client_;
};

Addresses addresses_of(const World& world, std::size_t person) {
    return {"ecole@elsewhere.test", world.academy.address(person)};
}

void add_other(std::vector<std::size_t>& people, std::size_t person) {
    if (std::find(people.begin(), people.end(), person) == people.end()) people.push_back(person);
}

} // namespace

void begin_incoming(World& world, double due) {
    std::vector<std::size_t> to{world.somebody_who_gets_mail()};
    if (world.chance(14))
        for (auto others = 1 + world.random() % 4; others > 0; --others)
            add_other(to, world.somebody_who_gets_mail());
    auto text = letter(world.random, addresses_of(world, to[0]));
    world.begin(std::make_shared<Delivery>(world, kinds::incoming, due, std::move(to), std::move(text)));
}

void begin_class_council(World& world, double due) {
    const auto office = world.anybody(), counsellor = world.anybody();
    for (std::size_t pupil = 0; pupil < pupils_of_class; ++pupil) {
        std::vector<std::size_t> to{world.anybody()};
        add_other(to, office);
        add_other(to, counsellor);
        auto text = report_card(world.random, addresses_of(world, to[0]));
        world.begin(
            std::make_shared<Delivery>(world, kinds::report_card, due, std::move(to), std::move(text)));
    }
}

} // namespace facteur::load::academy
