// The actor of one IMAP connection: gives the session (imap_session.h) its world. Accepts what
// session_messages.h names, and `StateChanged` and `CloseSessions` of the account's mailbox actor. Ends after
// `ImapGone`, when what is under way has been answered.
#pragma once

#include "actors/session/imap/shared.h"

#include <caf/actor.hpp>

#include <memory>
#include <string>

namespace facteur {

caf::actor spawn_imap_session(std::shared_ptr<ImapShared> shared, Door door, ImapLink link,
                              std::string remote);

} // namespace facteur
