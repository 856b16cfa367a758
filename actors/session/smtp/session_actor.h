// The actor of one SMTP connection: takes what the connection heard (session_messages.h), lets SmtpSession
// judge it, waits for passwords and deliveries, and answers through the link. It outlives its connection for
// as long as a delivery is under way.
#pragma once

#include "actors/metrics.h"
#include "actors/session/smtp/link.h"
#include "actors/session/smtp/shared.h"

#include <caf/actor.hpp>

#include <memory>
#include <string>

namespace facteur {

caf::actor spawn_smtp_session(std::shared_ptr<SmtpShared> shared, Door door, SmtpLink link,
                              std::string remote);

} // namespace facteur
