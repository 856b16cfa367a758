#include "store/rows_codec.h"

#include "store/fields_of_rows.h"

namespace facteur::store {

std::string encode(const StructureRow& row) {
    return encode_row(row);
}
Result<StructureRow> decode_structure(std::string_view bytes) {
    return decode_row<StructureRow>(bytes);
}
Result<StructureView> decode_structure_view(std::string_view bytes) {
    return decode_row<StructureView>(bytes);
}
bool decode_structure_view(std::string_view bytes, StructureView& into) {
    if (bytes.empty() || !is_form(bytes.front())) return false;
    const auto form = static_cast<std::uint8_t>(bytes.front());
    if (form < newest_form) into = {}; // which lacks fields
    Decoder decoder(bytes.substr(1), form);
    decoder(into);
    return decoder.done();
}

std::string encode(const AccountRow& row) {
    return encode_row(row);
}
Result<AccountRow> decode_account(std::string_view bytes) {
    return decode_row<AccountRow>(bytes);
}

} // namespace facteur::store
