// Octets as the course of a small mail server: some sessions of SMTP and LMTP and some JMAP clients at once,
// the store ended and opened again in between, and after it the promises that must have been kept:
//
//   - what was acknowledged is once in each of its mailboxes, as it was sent; what was not is nowhere
//   - each answer has its form, no state goes back, and what changed since any state leads to what is there
//   - nothing of one account is in an answer of another's
//   - counters are right, and the store is sound (store::check)
//
// The same octets are the same course but for how threads take turns.
#pragma once

#include <string_view>

namespace facteur::test {

// Throws Broken (world.h) when a promise was not kept.
void play(std::string_view octets);

} // namespace facteur::test
