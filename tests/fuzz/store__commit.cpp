// Any octets as a commit record: refused, or a record whose only form they are.
#include "store/change.h"

#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto commit = facteur::store::decode_commit(bytes);
    const auto account = facteur::store::account_of_commit(bytes);
    if (!commit) return 0;
    if (encode(*commit) != bytes) std::abort();
    if (!account || *account != commit->account) std::abort();
    return 0;
}
