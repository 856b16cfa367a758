// What a client keeps of an account that it has seen: the objects of each type at their state, and lists.
// Later the client asks only what changed since, and must then have what is there.
#pragma once

#include "tests/sessions/choices.h"
#include "tests/sessions/world.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace facteur::test {

using Json = nlohmann::json;

class Replica {
public:
    // The arguments of the answer to one call, of which an error has "type".
    using Call = std::function<Json(const std::string& method, Json arguments)>;

    // What is there now.
    explicit Replica(const Call& call);
    // Brings it up to date by /changes and /queryChanges, in steps as the choices say, and compares.
    void check(const Call& call, Choices& choices) const;

private:
    struct Kind {
        std::string state;
        std::map<std::string, std::string> objects; // by id
    };
    struct List {
        Json query;
        std::string state;
        std::vector<std::string> ids;
    };
    static Kind get(const Call& call, const std::string& type);
    static List list(const Call& call, const Json& query);

    std::map<std::string, Kind> kinds_;
    std::vector<List> lists_;
};

// The number in a state or an id.
unsigned long long number_in(const std::string& state);

} // namespace facteur::test
