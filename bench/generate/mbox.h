// The files that `facteur import` and `facteur account import` take.
#pragma once

#include "bench/generate/academy.h"

namespace facteur::generate {

struct Flags {
    bool is_read = false, is_flagged = false, is_answered = false;
};

// The "From " line, the fields of mutt and Dovecot that keep flags, the message with "From " quoted (mboxrd),
// an empty line.
std::string mbox_entry(const std::string& sender, std::int64_t at, const std::string& message,
                       const Flags& flags);

// False when it could not be written.
bool write_accounts(const Plan& plan, const People& people);

} // namespace facteur::generate
