// Random messages and answers to a SASL exchange. Without a `verified(true)` or true keys nobody gets in, and
// what an exchange sends stays small.
#include "transport/sasl/exchange.h"

#include <cstdlib>

using namespace facteur::sasl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    Setup setup;
    setup.nonce = "eighteen octets...";
    setup.secret = "secret";
    setup.plus_offered = (data[0] & 4) != 0;
    if ((data[0] & 8) != 0) setup.bindings.tls_exporter = "exporter";
    Exchange exchange(static_cast<Mechanism>(data[0] & 3), setup);
    std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    bool begun = false;
    for (int rounds = 0; rounds < 8; ++rounds) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto message = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        auto step = begun ? exchange.respond(message) : exchange.begin(message);
        begun = true;
        if (std::holds_alternative<VerifyPassword>(step)) step = exchange.verified(false);
        if (std::holds_alternative<NeedKeys>(step)) step = exchange.keys(std::nullopt);
        if (std::holds_alternative<Authenticated>(step)) std::abort();
        if (const auto* challenge = std::get_if<Challenge>(&step))
            if (challenge->data.size() > max_message + 256) std::abort();
        if (std::holds_alternative<Refused>(step)) break;
    }
    return 0;
}
