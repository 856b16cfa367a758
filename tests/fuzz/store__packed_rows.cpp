// Any octets as the sequences of a packed row, whose size the first two say: refused, or a row that is the
// same when it is packed and unpacked again. And as a row.
#include "store/packed_rows.h"
#include "store/packing.h"

#include <cstdlib>
#include <string_view>

using namespace facteur::store;

namespace {

void require_same(const RowDictionary& dictionary, std::string_view row) {
    static RowPacker packer(dictionary, 1);
    const auto packed = packer.pack(row);
    if (packed.empty()) return;
    const std::size_t head = row.size() < 128 ? 3 : row.size() < 16'384 ? 4 : 5;
    RowRoom room;
    auto* const to = room.take(row.size());
    if (!dictionary.unpack(std::string_view(packed).substr(head), to, row.size()) ||
        std::string_view(to, row.size()) != row)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const RowDictionary dictionary(mail_dictionary());
    if (size < 2) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto row_size = static_cast<std::size_t>(data[0] | data[1] << 8) % (longest_packed_row + 1);
    RowRoom room;
    auto* const to = room.take(row_size);
    if (dictionary.unpack(bytes, to, row_size)) require_same(dictionary, {to, row_size});
    require_same(dictionary, bytes);
    return 0;
}
