// The keys that sign what leaves ([dkim]): SELECTOR.pem in a folder. Any thread.
#pragma once

#include "actors/config.h"
#include "transport/dkim/sign.h"

#include <string>
#include <vector>

namespace facteur {

std::string dkim_folder(const Config& config);
std::string dkim_file(const Config& config, const std::string& selector);
Result<dkim::PrivateKey> read_dkim_key(const Config& config, const std::string& selector);

// Those of [dkim] selectors. Fails on the first that cannot be read.
Result<std::vector<dkim::Signer>> load_signers(const Config& config);

} // namespace facteur
