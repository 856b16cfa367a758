// Commands that the thread of the connection may run itself (actors/on_this_thread.h): those that read few
// rows, or that hand their work to a lane. What depends on how much a mailbox holds is not among them, but
// for a first SELECT, which reads the UIDs.
#pragma once

#include "transport/imap/command.h"

namespace facteur {

[[nodiscard]] bool is_quick(const imap::Command& command);

// FETCH whose answer may be long, but can be made in pieces that are each quick: nothing of it is in bodies.
[[nodiscard]] bool has_quick_pieces(const imap::Command& command);

} // namespace facteur
