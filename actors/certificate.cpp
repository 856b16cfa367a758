#include "actors/certificate.h"

#include "actors/descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace facteur {
namespace {

constexpr int days = 3650; // nobody is warned by the expiry of a certificate that nobody trusts
constexpr std::size_t secret_octets = 32;

// Whole or not at all, whatever happens on the way.
Result<void> write_private(const std::string& path, std::string_view bytes) {
    const auto temporary = path + ".new";
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file || ::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        ::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0)
        return fail(Code::io,
                    fmt::format("cannot write {}: {}", path, std::generic_category().message(errno)));
    return {};
}

Result<void> make_certificate(const Config& config, const std::string& certificate, const std::string& key) {
    std::vector<std::string> names{config.domain, "localhost"};
    if (!config.smtp.hostname.empty()) names.insert(names.begin(), config.smtp.hostname);
    const auto made = net::make_self_signed(names, days);
    if (!made) return tl::unexpected(made.error());
    if (auto done = write_private(key, made->key); !done) return done;
    return write_private(certificate, made->certificate);
}

} // namespace

Result<std::shared_ptr<const net::TlsContext>> load_certificate(const Config& config) {
    auto certificate = config.tls.certificate, key = config.tls.key;
    if (certificate.empty()) {
        certificate = config.store.path + "/certificate.pem";
        key = config.store.path + "/key.pem";
        if (!std::filesystem::exists(certificate) || !std::filesystem::exists(key))
            if (auto made = make_certificate(config, certificate, key); !made)
                return tl::unexpected(made.error());
    }
    return net::TlsContext::server(certificate, key, {"http/1.1"});
}

Result<std::string> store_secret(const Config& config) {
    const auto path = config.store.path + "/secret";
    std::array<char, secret_octets * 2> kept{};
    if (const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); file) {
        if (::read(file.get(), kept.data(), kept.size()) == static_cast<ssize_t>(kept.size()))
            return std::string(kept.data(), kept.size());
        return fail(Code::io, fmt::format("{} is damaged", path));
    }
    std::array<unsigned char, secret_octets> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
        return fail(Code::io, "the system gives no random octets");
    std::string secret;
    for (const auto octet : random)
        secret += fmt::format("{:02x}", octet);
    if (auto done = write_private(path, secret); !done) return tl::unexpected(done.error());
    return secret;
}

} // namespace facteur
