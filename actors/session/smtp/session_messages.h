// What a connection on its loop and its session actor say to each other, and the hashing threads to the
// session. These never leave the process (a session lives beside its connection), so that they hold what
// cannot be serialised, and stand here and not in actors/messages.h.
#pragma once

#include "actors/accounts/authenticator.h"
#include "actors/session/smtp/budget.h"
#include "transport/sasl/exchange.h"
#include "transport/smtp/address.h"
#include "transport/smtp/parameters.h"

#include <caf/allowed_unsafe_message_type.hpp>

#include <memory>
#include <optional>
#include <string>

namespace facteur {

// ---- connection → session

// Who the client is, as far as the connection knows; it may change with every EHLO and STARTTLS.
struct SmtpClient {
    std::string helo;
    bool extended = true;                // EHLO or LHLO
    std::string tls_version, tls_cipher; // empty: no TLS
    sasl::ChannelBindings bindings;
};
// AUTH: answered by `challenge`, `authenticated` or `refuse` of the link, as is SmtpAuthResponse.
struct SmtpAuth {
    std::string mechanism;
    std::optional<std::string> initial; // decoded
    SmtpClient client;
};
struct SmtpAuthResponse {
    std::string data; // decoded
};
// MAIL: answered by one reply. Begins a transaction.
struct SmtpMail {
    std::optional<smtp::Mailbox> sender;
    smtp::MailParameters parameters;
    SmtpClient client;
};
// RCPT: answered by one reply.
struct SmtpRcpt {
    smtp::Mailbox recipient;
    smtp::RcptParameters parameters;
};
// The whole message, which is the session's from now on: answered by one reply, in LMTP by one for each
// recipient. Ends the transaction.
struct SmtpText {
    std::shared_ptr<std::string> bytes;
    std::shared_ptr<Reservation> held; // the memory that it counts for
};
// The transaction is over without a message.
struct SmtpForget {};
// The connection has gone: finish what is under way, then go too.
struct SmtpGone {};

// ---- hashing thread → session

struct SmtpVerified {
    SignInAnswer answer;
};

} // namespace facteur

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::SmtpAuth)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::SmtpAuthResponse)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::SmtpMail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::SmtpRcpt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::SmtpText)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::SmtpForget)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::SmtpGone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::SmtpVerified)
