// A house with doors in memory (/dev/shm), four people who live in it, and what may be known of what: each
// text that is sent or written carries a mark, and a mark that its account was never meant to see must be in
// none of its answers.
#pragma once

#include "tests/actors/smtp_house.h"

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace facteur::test {

// A promise was not kept.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};
inline void require(bool holds, const std::string& otherwise) {
    if (!holds) throw Broken(otherwise);
}

using People = std::set<std::size_t>; // by their place in `World::people`

class World {
public:
    // anne, pierre; zoe, who sends her mail on to pierre too; paul, whose mailbox is small; and tous@, which
    // is anne and pierre.
    World();
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // Ends the house and opens it again on the same store. Connections are gone then.
    void reopen();
    // The same without opening it: the last look.
    void end();

    [[nodiscard]] SmtpHouse& house() { return *house_; }
    [[nodiscard]] const std::vector<store::AccountRow>& people() const { return people_; }

    // A mark that nobody had before, for these to see.
    std::string mark(const People& readers);
    void may_see(const std::string& mark, const People& readers);
    // Whatever this person can see has gone to anybody.
    void publish(std::size_t person);
    [[nodiscard]] bool has_published(std::size_t person) const { return public_.contains(person); }
    // No mark in the answer that the person may not see, but those that the person has said.
    void check_sight(std::size_t person, std::string_view request, std::string_view answer);
    // How many of the person's emails have the mark; the bodies of all of them into `bodies`.
    std::size_t copies(std::size_t person, const std::string& mark,
                       std::vector<std::string>* bodies = nullptr);

private:
    void open();

    std::filesystem::path folder_;
    std::unique_ptr<SmtpHouse> house_;
    std::vector<store::AccountRow> people_;
    std::vector<People> readers_; // by the number of their mark
    People public_;
};

} // namespace facteur::test
