#include "transport/dkim/key.h"

#include "transport/base/base64.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <array>

namespace facteur::dkim {
namespace {

constexpr std::size_t rsa_bits = 2048;
constexpr int least_bits = 1024, most_bits = 4096; // RFC 8301 §3.2
constexpr std::size_t ed25519_octets = 32;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

std::shared_ptr<EVP_PKEY> own(EVP_PKEY* key) {
    return {key, EVP_PKEY_free};
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

// RFC 8463 §4: the bare key. RFC 6376 §3.6.1: SubjectPublicKeyInfo.
std::string public_octets(EVP_PKEY* key, KeyType type) {
    if (type == KeyType::ed25519) {
        std::string octets(ed25519_octets, '\0');
        std::size_t size = octets.size();
        EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(octets.data()), &size);
        return octets;
    }
    const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
    i2d_PUBKEY_bio(bio.get(), key);
    return text_of(bio.get());
}

} // namespace

Result<PrivateKey> PrivateKey::generate(KeyType type) {
    auto key = own(type == KeyType::rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", rsa_bits)
                                        : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (!key) return fail(Code::io, "A key could not be made.");
    return PrivateKey(std::move(key), type);
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    // Without a password, and without asking a terminal for one.
    const auto no_password = [](char*, int, int, void*) { return 0; };
    auto key = own(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
    if (!key) return fail(Code::malformed, "This is no private key in PEM without a password.");
    switch (EVP_PKEY_get_base_id(key.get())) {
    case EVP_PKEY_ED25519: return PrivateKey(std::move(key), KeyType::ed25519);
    case EVP_PKEY_RSA:
        if (const int bits = EVP_PKEY_get_bits(key.get()); bits < least_bits || bits > most_bits)
            return fail(Code::unsupported, "An RSA key for DKIM has between 1,024 and 4,096 bits.");
        return PrivateKey(std::move(key), KeyType::rsa);
    default: return fail(Code::unsupported, "A key for DKIM is RSA or Ed25519.");
    }
}

std::string PrivateKey::pem() const {
    const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return text_of(bio.get());
}

std::string PrivateKey::record() const {
    return std::string("v=DKIM1; k=") + (type_ == KeyType::rsa ? "rsa" : "ed25519") +
           "; p=" + encode_base64(public_octets(key_.get(), type_));
}

Result<std::string> PrivateKey::sign(std::string_view octets) const {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    const auto* data = reinterpret_cast<const unsigned char*>(octets.data());
    std::size_t size = octets.size();
    if (type_ == KeyType::ed25519) {
        SHA256(data, size, digest.data());
        data = digest.data();
        size = digest.size();
    }
    const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* hash = type_ == KeyType::rsa ? EVP_sha256() : nullptr;
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    std::size_t written = signature.size();
    if (EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &written, data,
                       size) != 1)
        return fail(Code::io, "A message could not be signed.");
    signature.resize(written);
    return signature;
}

} // namespace facteur::dkim
