// Mailboxes as files: one mbox for what an account received, one for what it sent, and the list of accounts.
#pragma once

#include "bench/generate/scenes.h"

#include <cstdint>
#include <functional>
#include <string>

namespace facteur::generate {

struct Plan {
    std::string folder;
    std::string domain;
    std::string password; // of every account; empty: one of three words each
    std::size_t accounts = 3;
    std::size_t messages = 1500; // of each account, about
    std::uint64_t seed = 1;
    std::int64_t now = 0; // seconds UTC
    std::function<void(std::size_t done, std::size_t total)> progress;
};

struct Written {
    std::size_t accounts = 0, messages = 0;
    std::uint64_t octets = 0;
};

// Empty message on success; throws nothing, a failure to write is told by `error`.
struct Outcome {
    Written written;
    std::string error;
};

// FOLDER/<address>.mbox, FOLDER/<address>.sent.mbox, FOLDER/accounts.csv
Outcome generate_academy(const Plan& plan);
// One mailbox of many small messages, for lists: FOLDER/<address>.mbox and FOLDER/accounts.csv.
Outcome generate_single(const Plan& plan);

} // namespace facteur::generate
