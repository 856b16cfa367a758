// Random answers to questions: read or failed, within bounds, and an answer is one or the other.
#include "transport/dns/message.h"

#include <array>
#include <cstdlib>

using namespace facteur::dns;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    constexpr std::array types{Type::a, Type::cname, Type::mx, Type::txt, Type::aaaa, Type::tlsa};
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto answer = read_answer(bytes, "example.net", types[data[0] % types.size()]);
    if ((answer.outcome == Outcome::found) == answer.records.empty()) std::abort();
    if (answer.records.size() > max_records || answer.canonical_name.size() > 255) std::abort();
    return 0;
}
