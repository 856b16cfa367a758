#include "transport/sasl/exchange.h"

#include "transport/base/base64.h"
#include "transport/sasl/saslprep.h"

#include <algorithm>
#include <array>

namespace facteur::sasl {
namespace {

using Why = Refused::Why;

constexpr std::array<std::string_view, 4> names = {"PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"};

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool has_nul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

// RFC 5802 §7: "n=value" up to the next comma, taken off `text`.
std::optional<std::string_view> take_attribute(std::string_view& text, char name) {
    if (text.size() < 2 || text[0] != name || text[1] != '=') return std::nullopt;
    const auto end = std::min(text.find(','), text.size());
    const auto value = text.substr(2, end - 2);
    text.remove_prefix(std::min(end + 1, text.size()));
    return value;
}

// RFC 5802 §5.1: "=2C" is a comma, "=3D" an equals sign, nothing else may follow "=".
std::optional<std::string> decode_saslname(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            out += text[i];
            continue;
        }
        const auto code = text.substr(i, 3);
        if (code == "=2C")
            out += ',';
        else if (code == "=3D")
            out += '=';
        else
            return std::nullopt;
        i += 2;
    }
    if (out.empty() || has_nul(out)) return std::nullopt;
    return out;
}

bool is_nonce(std::string_view text) { // RFC 5802 §7: printable, without comma
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != ','; });
}

} // namespace

std::string_view name_of(Mechanism mechanism) {
    return names[static_cast<std::size_t>(mechanism)];
}

std::optional<Mechanism> mechanism_named(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (std::equal(name.begin(), name.end(), names[i].begin(), names[i].end(),
                       [](char a, char b) { return upper(a) == b; }))
            return static_cast<Mechanism>(i);
    return std::nullopt;
}

bool Exchange::is_scram() const {
    return mechanism_ == Mechanism::scram_sha_256 || mechanism_ == Mechanism::scram_sha_256_plus;
}

Step Exchange::refuse(Why why) {
    expect_ = Expect::nothing;
    return Refused{why};
}

Step Exchange::begin(std::optional<std::string_view> initial) {
    if (expect_ != Expect::begin) return refuse(Why::malformed);
    expect_ = mechanism_ == Mechanism::login ? Expect::login_user : Expect::first;
    if (initial) return respond(*initial);
    return Challenge{mechanism_ == Mechanism::login ? "Username:" : ""};
}

Step Exchange::respond(std::string_view response) {
    if (response.size() > max_message) return refuse(Why::malformed);
    switch (expect_) {
    case Expect::first: return is_scram() ? client_first(response) : plain(response);
    case Expect::login_user: return login_user(response);
    case Expect::login_password: return login_password(response);
    case Expect::final: return client_final(response);
    case Expect::acknowledge:
        if (!response.empty()) return refuse(Why::malformed);
        expect_ = Expect::nothing;
        return Authenticated{user_};
    default: return refuse(Why::malformed);
    }
}

Step Exchange::verified(bool ok) {
    if (expect_ != Expect::verdict) return refuse(Why::malformed);
    if (!ok) return refuse(Why::credentials);
    expect_ = Expect::nothing;
    return Authenticated{user_};
}

// RFC 4616 §2: [authzid] NUL authcid NUL passwd
Step Exchange::plain(std::string_view message) {
    const auto first = message.find('\0');
    if (first == std::string_view::npos) return refuse(Why::malformed);
    const auto second = message.find('\0', first + 1);
    if (second == std::string_view::npos) return refuse(Why::malformed);
    const auto authorization = message.substr(0, first);
    const auto user = message.substr(first + 1, second - first - 1);
    const auto password = message.substr(second + 1);
    if (user.empty() || password.empty() || has_nul(password)) return refuse(Why::malformed);
    if (user.size() > max_secret_octets || password.size() > max_secret_octets) return refuse(Why::malformed);
    if (!authorization.empty() && authorization != user) return refuse(Why::authorization);
    user_ = user;
    expect_ = Expect::verdict;
    return VerifyPassword{user_, std::string(password)};
}

Step Exchange::login_user(std::string_view message) {
    if (message.empty() || message.size() > max_secret_octets || has_nul(message))
        return refuse(Why::malformed);
    user_ = message;
    expect_ = Expect::login_password;
    return Challenge{"Password:"};
}

Step Exchange::login_password(std::string_view message) {
    if (message.empty() || message.size() > max_secret_octets || has_nul(message))
        return refuse(Why::malformed);
    expect_ = Expect::verdict;
    return VerifyPassword{user_, std::string(message)};
}

// The gs2-cbind-flag of RFC 5802 §7 ("n", "y", "p=name"). Gives what is wrong with it, if anything.
std::optional<Why> Exchange::read_binding(std::string_view flag) {
    const bool plus = mechanism_ == Mechanism::scram_sha_256_plus;
    if (flag == "n") return plus ? std::optional(Why::malformed) : std::nullopt;
    if (flag == "y") {
        // The client can bind and thinks that we cannot, although we said so: somebody took it out (RFC 5802
        // §6).
        if (plus) return Why::malformed;
        return setup_.plus_offered ? std::optional(Why::binding) : std::nullopt;
    }
    if (!plus || !flag.starts_with("p=")) return Why::malformed;
    binding_name_ = flag.substr(2);
    return binding_data().empty() ? std::optional(Why::binding) : std::nullopt;
}

std::string Exchange::binding_data() const {
    if (binding_name_ == "tls-exporter") return setup_.bindings.tls_exporter;
    if (binding_name_ == "tls-server-end-point") return setup_.bindings.tls_server_end_point;
    return {};
}

Step Exchange::client_first(std::string_view message) {
    const auto flag_end = message.find(',');
    if (flag_end == std::string_view::npos) return refuse(Why::malformed);
    const auto header_end = message.find(',', flag_end + 1);
    if (header_end == std::string_view::npos) return refuse(Why::malformed);
    if (const auto why = read_binding(message.substr(0, flag_end))) return refuse(*why);
    auto authorization = message.substr(flag_end + 1, header_end - flag_end - 1);
    gs2_header_ = message.substr(0, header_end + 1);
    first_bare_ = message.substr(header_end + 1);

    std::string_view rest = first_bare_; // "m=" (mandatory extension) fails here, as RFC 5802 §5.1 wants
    const auto name = take_attribute(rest, 'n');
    const auto nonce = take_attribute(rest, 'r');
    if (!name || !nonce || !is_nonce(*nonce)) return refuse(Why::malformed);
    const auto user = decode_saslname(*name);
    if (!user || user->size() > max_secret_octets) return refuse(Why::malformed);
    if (!authorization.empty()) {
        const auto wanted = take_attribute(authorization, 'a');
        if (!wanted) return refuse(Why::malformed);
        const auto decoded = decode_saslname(*wanted);
        if (!decoded) return refuse(Why::malformed);
        if (*decoded != *user) return refuse(Why::authorization);
    }
    user_ = *user;
    client_nonce_ = *nonce;
    expect_ = Expect::keys;
    return NeedKeys{user_};
}

Step Exchange::keys(std::optional<ScramKeys> keys) {
    if (expect_ != Expect::keys) return refuse(Why::malformed);
    known_ = keys.has_value();
    keys_ = known_ ? std::move(*keys) : fake_scram_keys(setup_.secret, user_);
    nonce_ = client_nonce_ + encode_base64(setup_.nonce);
    server_first_ =
        "r=" + nonce_ + ",s=" + encode_base64(keys_.salt) + ",i=" + std::to_string(keys_.iterations);
    expect_ = Expect::final;
    return Challenge{server_first_};
}

Step Exchange::client_final(std::string_view message) {
    const auto proof_at = message.rfind(",p=");
    if (proof_at == std::string_view::npos) return refuse(Why::malformed);
    const auto without_proof = message.substr(0, proof_at);
    const auto proof = decode_base64(message.substr(proof_at + 3));
    auto rest = without_proof;
    const auto binding = take_attribute(rest, 'c');
    const auto nonce = take_attribute(rest, 'r');
    if (!proof || proof->size() != keys_.stored_key.size() || !binding || !nonce)
        return refuse(Why::malformed);
    if (*nonce != nonce_) return refuse(Why::credentials);
    const auto bound = decode_base64(*binding);
    if (!bound || !equal_in_constant_time(*bound, gs2_header_ + binding_data())) return refuse(Why::binding);

    const auto message_signed = first_bare_ + "," + server_first_ + "," + std::string(without_proof);
    const auto client_key = xor_octets(*proof, hmac_sha256(keys_.stored_key, message_signed));
    const bool fits = equal_in_constant_time(sha256(client_key), keys_.stored_key);
    if (!fits || !known_) return refuse(Why::credentials);
    expect_ = Expect::acknowledge;
    return Challenge{"v=" + encode_base64(hmac_sha256(keys_.server_key, message_signed))};
}

} // namespace facteur::sasl
