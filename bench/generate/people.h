// Who writes and who is written to: the staff of the demo academy, and people outside it.
#pragma once

#include "bench/generate/random.h"

#include <string>
#include <vector>

namespace facteur::generate {

struct Person {
    std::string first, last;
    std::string address;
    std::string role;   // "Professeure de mathématiques"
    std::string school; // "Collège Marcelle-Pardé, Dijon"
    std::string department;
    std::string subject; // what they teach; empty: nothing
    bool has_account = false;

    std::string name() const { return first + " " + last; }
};

class People {
public:
    // The three fixed accounts of the demo come first.
    People(Random random, std::string domain, std::size_t accounts);

    const std::vector<Person>& staff() const { return staff_; }
    std::size_t accounts() const { return accounts_; }
    const std::string& domain() const { return domain_; }

    const Person& colleague(Random& random, const Person& of) const;
    Person parent(Random& random) const;
    Person office(Random& random) const;  // a functional address: DSDEN, rectorat
    Person outside(Random& random) const; // publishers, unions, travel agencies…

private:
    std::vector<Person> staff_;
    std::size_t accounts_;
    std::string domain_;
};

std::string random_first_name(Random& random);
std::string random_last_name(Random& random);
// "Hélène" as "helene".
std::string plain_letters(const std::string& name);

} // namespace facteur::generate
