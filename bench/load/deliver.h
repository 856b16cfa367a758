// Messages handed in by SMTP or LMTP.
#pragma once

#include <CLI/CLI.hpp>

namespace facteur::load {

// `deliver`: how many are accepted, and how soon IMAP shows them all. `idle-push`: from the end of a message
// to the line that tells an IDLE session of it, one at a time.
void add_deliver(CLI::App& app);

} // namespace facteur::load
