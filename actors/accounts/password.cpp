#include "actors/accounts/password.h"

#include <argon2.h>
#include <openssl/rand.h>

#include <array>

namespace facteur {
namespace {

// One of the sets that OWASP calls equal (password storage cheat sheet). Measured on a 2-core machine: 7 MiB
// × 5 passes 24 ms, 12 MiB × 3 24 ms, 19 MiB × 2 33 ms, 46 MiB × 1 70 ms; the first takes least memory, so
// that a morning of sign-ins on all cores stays small.
constexpr std::uint32_t memory_kib = 7168;
constexpr std::uint32_t passes = 5;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_size = 16, hash_size = 32;
// A hash that an import brings must not be able to take all memory or minutes at every sign-in.
constexpr std::uint32_t most_memory_kib = 1u << 20;
constexpr std::uint32_t most_passes = 32;

bool is_bearable(std::string_view hash) {
    std::uint32_t memory = 0, time = 0;
    const auto number = [&](std::string_view key) {
        std::uint32_t value = 0;
        auto at = hash.find(key);
        if (at == std::string_view::npos) return value;
        for (at += key.size(); at < hash.size() && hash[at] >= '0' && hash[at] <= '9' && value < 100'000'000;
             ++at)
            value = value * 10 + static_cast<std::uint32_t>(hash[at] - '0');
        return value;
    };
    memory = number("$m=");
    time = number(",t=");
    return memory > 0 && memory <= most_memory_kib && time > 0 && time <= most_passes;
}

} // namespace

std::string hash_password(std::string_view password) {
    std::array<unsigned char, salt_size> salt{};
    std::array<char, 256> encoded{};
    if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) return {};
    const int code =
        argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(), salt.data(),
                              salt.size(), hash_size, encoded.data(), encoded.size());
    return code == ARGON2_OK ? std::string(encoded.data()) : std::string();
}

bool verify_password(std::string_view password, const std::string& hash) {
    return is_password_hash(hash) &&
           argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool is_password_hash(std::string_view text) {
    return text.starts_with("$argon2id$v=") && text.size() < 512 && is_bearable(text);
}

} // namespace facteur
