// What a connection of IMAP on its loop and its session actor say to each other. These never leave the
// process, as those of SMTP (actors/session/smtp/session_messages.h).
#pragma once

#include "actors/accounts/authenticator.h"
#include "actors/session/imap/search_run.h"
#include "actors/session/smtp/budget.h"
#include "transport/imap/append.h"
#include "transport/imap/command.h"
#include "transport/imap/strings.h"
#include "transport/sasl/exchange.h"

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace facteur {

// What the protocol machine knew when a command came.
struct ImapMoment {
    std::uint8_t enabled = 0; // bits of imap::Enabled
    imap::Wire wire;
    bool read_only = false;   // EXAMINE
    bool may_expunge = false; // EXPUNGE may be told before the command's end
    bool on_loop = false;     // a loop's thread makes the answer: in small pieces
    std::string tag;
};

// ---- connection → session

struct ImapAuth { // answered by `challenge`, `authenticated` or `refuse` of the link, as the next two
    std::string mechanism;
    std::optional<std::string> initial; // decoded
    sasl::ChannelBindings bindings;
    bool secure = false;
};
struct ImapAuthResponse {
    std::string data; // decoded
};
struct ImapLogin {
    std::string user, password;
};
struct ImapCommand { // answered by `complete`
    imap::Command command;
    ImapMoment moment;
};
// Answered by `begin_idle`; news may be told until ImapIdleEnded, which is answered by `complete`.
struct ImapIdle {
    ImapMoment moment;
};
struct ImapIdleEnded {
    ImapMoment moment;
};
// A message of so many octets is to come: answered by `accept_data` or `reject_append`.
struct ImapAppendAsked {
    std::string mailbox;
    std::uint64_t octets = 0;
};
struct ImapAppendedMessage {
    using Text = std::shared_ptr<std::string>;
    imap::AppendMessageStarted started;
    std::vector<std::variant<Text, imap::AppendUrl>> parts; // one after the other
};
struct ImapAppend { // answered by `complete`
    imap::AppendStarted started;
    std::vector<ImapAppendedMessage> messages;
    std::shared_ptr<Reservation> held; // the memory that they count for
    ImapMoment moment;
};
// What was written so far has gone to the client: go on.
struct ImapDrained {};
struct ImapGone {};
struct ImapStillAtWork { // to itself
    std::uint64_t search = 0;
};

// ---- hashing thread → session

struct ImapVerified {
    SignInAnswer answer;
};

// ---- search thread → session

struct ImapSearched {
    ImapFound found;
};

} // namespace facteur

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapAuth)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapAuthResponse)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapLogin)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapCommand)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapIdle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapIdleEnded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapAppendAsked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapAppend)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapDrained)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapGone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapStillAtWork)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapVerified)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::ImapSearched)
