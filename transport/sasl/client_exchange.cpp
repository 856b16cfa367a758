#include "transport/sasl/client_exchange.h"

#include "transport/base/base64.h"
#include "transport/sasl/saslprep.h"

#include <algorithm>
#include <charconv>

namespace facteur::sasl {
namespace {

constexpr std::string_view no_binding = "n,,"; // RFC 5802 §6: gs2-header

// RFC 5802 §5.1
std::string saslname(std::string_view name) {
    std::string out;
    for (const char c : name)
        out += c == ',' ? "=2C" : c == '=' ? "=3D" : std::string(1, c);
    return out;
}

std::optional<std::string_view> take(std::string_view& text, std::string_view name) {
    if (!text.starts_with(name)) return std::nullopt;
    const auto end = std::min(text.find(','), text.size());
    const auto value = text.substr(name.size(), end - name.size());
    text.remove_prefix(std::min(end + 1, text.size()));
    return value;
}

} // namespace

ClientExchange::ClientExchange(Mechanism mechanism, std::string user, std::string password,
                               std::string_view nonce)
    : mechanism_(mechanism), user_(std::move(user)), password_(std::move(password)),
      nonce_(encode_base64(nonce)) {}

std::optional<std::string> ClientExchange::initial() {
    using namespace std::string_literals;
    switch (mechanism_) {
    case Mechanism::plain: return "\0"s + user_ + "\0"s + password_;
    case Mechanism::login: return std::nullopt;
    default: break;
    }
    first_bare_ = "n=" + saslname(saslprep(user_).value_or(user_)) + ",r=" + nonce_;
    return std::string(no_binding) + first_bare_;
}

Result<std::string> ClientExchange::respond(std::string_view challenge) {
    if (challenge.size() > max_message) return fail(Code::too_large, "The server's challenge is too long.");
    ++step_;
    if (mechanism_ == Mechanism::login && step_ <= 2) return step_ == 1 ? user_ : password_;
    if (mechanism_ == Mechanism::scram_sha_256 && step_ == 1) return client_final(challenge);
    if (mechanism_ == Mechanism::scram_sha_256 && step_ == 2) return check_server_final(challenge);
    return fail(Code::malformed, "The server asks for more than the mechanism has.");
}

// RFC 5802 §3 and §7
Result<std::string> ClientExchange::client_final(std::string_view server_first) {
    const auto malformed = [] { return fail(Code::malformed, "The server's challenge is no SCRAM."); };
    auto rest = server_first;
    const auto nonce = take(rest, "r="), salt_text = take(rest, "s="), count = take(rest, "i=");
    if (!nonce || !salt_text || !count || !nonce->starts_with(nonce_) || nonce->size() == nonce_.size())
        return malformed();
    const auto salt = decode_base64(*salt_text);
    std::uint32_t iterations = 0;
    const auto [end, error] = std::from_chars(count->data(), count->data() + count->size(), iterations);
    if (!salt || salt->empty() || error != std::errc{} || end != count->data() + count->size() ||
        iterations == 0)
        return malformed();
    if (iterations > max_scram_iterations)
        return fail(Code::too_large, "The server asks for too many iterations.");

    const auto salted = salted_password(saslprep(password_).value_or(password_), *salt, iterations);
    const auto client_key = hmac_sha256(salted, "Client Key");
    const auto without_proof = "c=" + encode_base64(no_binding) + ",r=" + std::string(*nonce);
    const auto message = first_bare_ + "," + std::string(server_first) + "," + without_proof;
    server_signature_ = hmac_sha256(hmac_sha256(salted, "Server Key"), message);
    const auto proof = xor_octets(client_key, hmac_sha256(sha256(client_key), message));
    return without_proof + ",p=" + encode_base64(proof);
}

Result<std::string> ClientExchange::check_server_final(std::string_view server_final) const {
    const auto verifier = take(server_final, "v=");
    const auto signature = verifier ? decode_base64(*verifier) : std::nullopt;
    if (!signature || signature->size() != server_signature_.size() ||
        !equal_in_constant_time(*signature, server_signature_))
        return fail(Code::malformed, "The server does not know the password.");
    return std::string();
}

bool ClientExchange::is_complete() const {
    return mechanism_ != Mechanism::scram_sha_256 || step_ == 2;
}

std::optional<Mechanism> choose_mechanism(const std::vector<std::string>& offered, bool under_tls) {
    for (const auto mechanism : {Mechanism::scram_sha_256, Mechanism::plain, Mechanism::login}) {
        if (mechanism != Mechanism::scram_sha_256 && !under_tls) continue;
        if (std::find(offered.begin(), offered.end(), name_of(mechanism)) != offered.end()) return mechanism;
    }
    return std::nullopt;
}

} // namespace facteur::sasl
