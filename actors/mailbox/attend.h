// Who has only to hear that an account's sessions are closed attends its mailbox actor; who has to hear of
// commits watches it (`Watch`). Most sessions of IMAP look for themselves when they are asked something: what
// they would be told of each commit, all sessions of the account, they would not use.
#pragma once

#include <caf/atom.hpp>

namespace facteur {

// Tell the sender of CloseSessions from now on, until it ends. Not answered.
constexpr auto attend_atom = caf::atom("attend");
using AttendAtom = caf::atom_constant<attend_atom>;

} // namespace facteur
