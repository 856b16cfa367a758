// What signs the reverse-paths of forwarded mail (transport/smtp/srs.h): our domain, and a secret of this
// store's.
#pragma once

#include "actors/accounts/directory.h"
#include "actors/services.h"
#include "transport/smtp/srs.h"

namespace facteur {

inline smtp::SrsKeys srs_keys(const Services& services) {
    smtp::SrsKeys keys{services.directory.domain(), {}};
    if (!services.srs_secret.empty()) keys.secrets.push_back(services.srs_secret);
    return keys;
}

} // namespace facteur
