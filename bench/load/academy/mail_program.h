// A mail program at work: signs in by IMAP, fetches what is new, waits in IDLE, fetches what comes.
#pragma once

#include "bench/load/academy/world.h"

namespace facteur::load::academy {

void begin_mail_program(World& world, double due);

} // namespace facteur::load::academy
