// What happens in a school year, as letters: conversations, lists, circulars, invitations, newsletters, and
// what arrives that should not.
#pragma once

#include "bench/generate/html.h"
#include "bench/generate/mail.h"

#include <cstdint>
#include <vector>

namespace facteur::generate {

// Moments of the last year before `now`, more of them lately, mostly in working hours.
class Calendar {
public:
    explicit Calendar(std::int64_t now) : now_(now) {}

    std::int64_t now() const { return now_; }
    std::int64_t moment(Random& random) const;
    std::int64_t later(Random& random, std::int64_t than) const; // an answer's; may lie after now

private:
    std::int64_t working_hour(Random& random, std::int64_t day) const;
    std::int64_t now_;
};

class Scenes {
public:
    Scenes(const People& people, const Calendar& calendar) : people_(people), calendar_(calendar) {}

    // One scene of which `owner` is part, in order of time; none lies after now.
    std::vector<Letter> any(Random& random, const Person& owner) const;
    std::vector<Letter> hostile(Random& random, const Person& owner, std::size_t which) const;
    std::vector<Letter> broken(Random& random, const Person& owner, std::size_t which) const;
    // The same for everybody: the `number`th circular to all staff.
    Letter circular(std::size_t number) const;

private:
    std::vector<Letter> conversation(Random& random, const Person& owner) const;
    std::vector<Letter> list_thread(Random& random, const Person& owner) const;
    std::vector<Letter> from_office(Random& random, const Person& owner) const;
    std::vector<Letter> from_parent(Random& random, const Person& owner) const;
    std::vector<Letter> newsletter(Random& random, const Person& owner) const;
    std::vector<Letter> invitation(Random& random, const Person& owner) const;
    std::vector<Letter> forwarded(Random& random, const Person& owner) const;
    std::vector<Letter> report(Random& random, const Person& owner) const; // bounces and receipts

    Letter begin(Random& random, std::int64_t at, const Person& from, std::vector<Person> to) const;
    Letter answer(Random& random, const Letter& to, const Person& from, std::vector<Person> recipients) const;
    void compose(Random& random, Letter& letter, const Style& style, Enclosed enclosed,
                 const std::string& title) const;

    const People& people_;
    const Calendar& calendar_;
};

} // namespace facteur::generate
