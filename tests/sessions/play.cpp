#include "tests/sessions/play.h"

#include "tests/sessions/jmap_part.h"
#include "tests/sessions/smtp_part.h"

namespace facteur::test {
namespace {

constexpr int most_steps = 200;

void reopen(World& world, std::vector<SmtpPart>& smtp) {
    for (auto& part : smtp)
        part.hang_up();
    world.reopen();
}

} // namespace

void play(std::string_view octets) {
    Choices choices(octets);
    World world;
    std::vector<SmtpPart> smtp;
    for (int count = 0; count < 3; ++count)
        smtp.emplace_back(world);
    std::vector<JmapPart> jmap;
    for (std::size_t person = 0; person < world.people().size(); ++person)
        jmap.emplace_back(world, person);
    for (int steps = 0; steps < most_steps && !choices.done(); ++steps) {
        switch (choices.below(12)) {
        case 0:
            if (choices.one_in(8)) reopen(world, smtp);
            break;
        case 1: jmap[choices.below(jmap.size())].look(); break;
        case 2:
            JmapPart::together(jmap[choices.below(jmap.size())], jmap[choices.below(jmap.size())], choices);
            break;
        case 3:
        case 4:
        case 5: smtp[choices.below(smtp.size())].step(choices); break;
        default: jmap[choices.below(jmap.size())].step(choices);
        }
    }
    for (auto& part : smtp)
        part.hang_up();
    require(comes_true([&] { return world.house().doors().open() == 0; }), "connections do not end");
    for (auto& part : jmap)
        part.check(choices);
    for (auto& part : smtp)
        part.check_end();
    world.end();
}

} // namespace facteur::test
