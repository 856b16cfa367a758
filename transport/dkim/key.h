// Keys that sign mail (RFC 6376 §3.3, RFC 8463): RSA of 2,048 bits, and Ed25519.
// Thread-safety: a PrivateKey does not change and may be used by many threads.
#pragma once

#include "transport/base/result.h"

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace facteur::dkim {

enum class KeyType { rsa, ed25519 };

class PrivateKey {
public:
    static Result<PrivateKey> generate(KeyType type);
    // PEM, PKCS #8 or the older form of RSA. Code::malformed: no key. Code::unsupported: of another kind, or
    // an RSA key of less than 1,024 or more than 4,096 bits.
    static Result<PrivateKey> from_pem(std::string_view pem);

    [[nodiscard]] KeyType type() const { return type_; }
    [[nodiscard]] std::string pem() const; // PKCS #8
    // What the TXT record at "SELECTOR._domainkey.DOMAIN" says: "v=DKIM1; k=rsa; p=…".
    [[nodiscard]] std::string record() const;
    // Of these octets, as RFC 6376 §3.3.1 (RSASSA-PKCS1-v1_5 of SHA-256) or RFC 8463 §3 (PureEdDSA of their
    // SHA-256) say.
    [[nodiscard]] Result<std::string> sign(std::string_view octets) const;

private:
    PrivateKey(std::shared_ptr<evp_pkey_st> key, KeyType type) : key_(std::move(key)), type_(type) {}
    std::shared_ptr<evp_pkey_st> key_;
    KeyType type_;
};

} // namespace facteur::dkim
