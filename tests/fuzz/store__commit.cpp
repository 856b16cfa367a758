// Any octets as a commit record: refused, or a record whose only form they are; of an older form, one that is
// read again as it is once it is written in the newest. And as the log keeps one, packed or not.
#include "store/change.h"
#include "store/fields.h"
#include "store/packing.h"

#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace facteur::store;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    std::string room, again_room;
    const auto record = unpack_record(bytes, room);
    if (unpack_record(pack_record(record), again_room) != record) std::abort();
    const auto commit = decode_commit(bytes);
    const auto account = account_of_commit(bytes);
    if (!commit) return 0;
    const auto written = encode(*commit);
    if (bytes.front() == static_cast<char>(newest_form) && written != bytes) std::abort();
    const auto again = decode_commit(written);
    if (!again || encode(*again) != written) std::abort();
    if (!account || *account != commit->account) std::abort();
    return 0;
}
