#include "actors/delivery/outbound/signers.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace facteur {

std::string dkim_folder(const Config& config) {
    return config.dkim.folder.empty() ? config.store.path + "/dkim" : config.dkim.folder;
}

std::string dkim_file(const Config& config, const std::string& selector) {
    return fmt::format("{}/{}.pem", dkim_folder(config), selector);
}

Result<dkim::PrivateKey> read_dkim_key(const Config& config, const std::string& selector) {
    const auto file = dkim_file(config, selector);
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return fail(Code::io, fmt::format("The key {} cannot be read", file));
    auto key = dkim::PrivateKey::from_pem(text.str());
    if (!key) return fail(key.error().code, fmt::format("{}: {}", file, key.error().message));
    return key;
}

Result<std::vector<dkim::Signer>> load_signers(const Config& config) {
    std::vector<dkim::Signer> signers;
    for (const auto& selector : config.dkim.selectors) {
        auto key = read_dkim_key(config, selector);
        if (!key) return tl::unexpected(key.error());
        signers.push_back({config.domain, selector, std::move(*key)});
    }
    return signers;
}

} // namespace facteur
