// A JMAP client of one person, who asks what its choices say: sound calls, calls about what does not exist or
// is another's, arguments of any shape, and requests with octets changed. Each answer is held against the
// rules that all answers follow.
#pragma once

#include "tests/sessions/choices.h"
#include "tests/sessions/replica.h"
#include "tests/sessions/world.h"

#include <deque>
#include <future>
#include <map>
#include <string>

namespace facteur::test {

class JmapPart {
public:
    JmapPart(World& world, std::size_t person);

    void step(Choices& choices);
    // Two requests of these at the same time.
    static void together(JmapPart& one, JmapPart& other, Choices& choices);
    // Remembers what is there.
    void look();
    // Whether everything that was looked at is brought up to date by what changed since, and counts are
    // right.
    void check(Choices& choices);

private:
    struct Asked {
        std::string body;
        std::vector<std::string> call_ids;                // of a request that was sent as it was made
        std::map<std::string, unsigned long long> states; // known when it was asked
        std::future<std::string> answer;                  // without one it was no request
    };

    [[nodiscard]] std::string request(Choices& choices, std::vector<std::string>& call_ids);
    [[nodiscard]] Asked ask(Choices& choices);
    Json hear(Asked asked);
    Json call(const std::string& method, Json arguments);
    void check_states(const Asked& asked, const std::string& method, const Json& arguments);
    void check_counts();

    [[nodiscard]] Json any_call(Choices& choices);
    [[nodiscard]] Json email_set(Choices& choices);
    [[nodiscard]] Json mailbox_set(Choices& choices);
    [[nodiscard]] Json submission_set(Choices& choices);
    [[nodiscard]] Json any_query(Choices& choices);
    [[nodiscard]] std::string id(Choices& choices, char letter) const;
    [[nodiscard]] std::string blob(Choices& choices) const;
    [[nodiscard]] Json mailbox_ids(Choices& choices) const;
    [[nodiscard]] std::string own_mark();

    World& world_;
    std::size_t person_;
    std::map<std::string, unsigned long long> states_; // the newest that was seen of each type
    std::deque<Replica> looks_;
};

} // namespace facteur::test
