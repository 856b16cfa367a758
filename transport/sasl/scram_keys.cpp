#include "transport/sasl/scram_keys.h"

#include "transport/sasl/saslprep.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace facteur::sasl {
namespace {

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

} // namespace

std::string sha256(std::string_view bytes) {
    std::string out(SHA256_DIGEST_LENGTH, '\0');
    SHA256(octets(bytes), bytes.size(), octets(out));
    return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    std::string out(SHA256_DIGEST_LENGTH, '\0');
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(bytes), bytes.size(), octets(out),
         &size);
    return out;
}

std::string salted_password(std::string_view password, std::string_view salt, std::uint32_t iterations) {
    std::string out(SHA256_DIGEST_LENGTH, '\0');
    PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), octets(salt),
                      static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                      static_cast<int>(out.size()), octets(out));
    return out;
}

std::string xor_octets(std::string_view a, std::string_view b) {
    std::string out(a);
    for (std::size_t i = 0; i < out.size() && i < b.size(); ++i)
        out[i] = static_cast<char>(out[i] ^ b[i]);
    return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

ScramKeys derive_scram_keys(std::string_view password, std::string_view salt, std::uint32_t iterations) {
    const auto prepared = saslprep(password);
    const auto salted = salted_password(prepared ? std::string_view(*prepared) : password, salt, iterations);
    return {std::string(salt), iterations, sha256(hmac_sha256(salted, "Client Key")),
            hmac_sha256(salted, "Server Key")};
}

ScramKeys fake_scram_keys(std::string_view secret, std::string_view user) {
    const auto named = [&](std::string_view what) {
        return hmac_sha256(secret, std::string(what) + std::string(user));
    };
    return {named("salt ").substr(0, scram_salt_octets), scram_iterations, named("stored "),
            named("server ")};
}

} // namespace facteur::sasl
