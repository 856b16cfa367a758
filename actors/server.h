// `facteur serve`: puts the server together, runs it until SIGTERM or SIGINT, and takes it down again.
//
// Start: the store, actors, services, doors, then the admin socket; then the service manager hears READY and
// /readyz says so. SIGHUP rereads [tls], [log] and [dkim] of the configuration; connections keep the
// certificate that they began with. SIGTERM: no new work is taken, what is under way gets its answer (for a
// few seconds), the lanes put everything accepted on disk, then the process ends with 0.
#pragma once

#include "actors/config.h"

namespace facteur {

// Returns the exit code of the process.
int serve(const Config& config);

} // namespace facteur
