// The certificate that the doors serve, as the configuration names it, or a self-signed one that is made in
// the store's folder.
#pragma once

#include "actors/config.h"
#include "transport/net/tls.h"

#include <memory>
#include <string>

namespace facteur {

// Reads the files anew at each call. Makes PATH/certificate.pem and PATH/key.pem (mode 0600) when none is
// configured and none was made before.
Result<std::shared_ptr<const net::TlsContext>> load_certificate(const Config& config);

// Random octets in hexadecimal that belong to this store: made once, kept in PATH/secret (mode 0600).
Result<std::string> store_secret(const Config& config);

} // namespace facteur
