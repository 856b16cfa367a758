// The input decides what message is made: it is written, read again and compared. Its octets are also tried
// as values of every form: what can be written stays within its field.
#include <algorithm>
#include <cstdlib>

#include "../transport/mime/roundtrip.h"

using namespace facteur::mime;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_field(const NewField& field, bool utf8) {
    const auto written = write_field(field, utf8);
    if (!written) return;
    require(written->ends_with("\r\n"));
    const Message read = parse(*written);
    require(read.root().header.size == written->size() && read.root().body.size == 0);
    std::size_t fields = 0;
    for (const Field& found : Fields(*written)) {
        require(found.name == field.name);
        ++fields;
    }
    require(fields == 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    for (const bool utf8 : {false, true}) {
        check_field({"X", Raw{bytes}}, utf8);
        check_field({"X", Text{bytes}}, utf8);
        check_field({"X", std::vector<Address>{{bytes, "a@example.fr"}}}, utf8);
        check_field({"X", std::vector<Address>{{"a", bytes}}}, utf8);
        check_field({"X", std::vector<AddressGroup>{{bytes, {}}}}, utf8);
        check_field({"X", MessageIds{{bytes}}}, utf8);
        check_field({"X", Urls{{bytes}}}, utf8);
    }
    std::size_t at = 0;
    roundtrip::Maker maker([&](std::uint64_t below) {
        std::uint64_t value = 0;
        for (std::uint64_t most = 1; most < below; most <<= 8)
            value = value << 8 | (at < size ? data[at++] : 0U);
        return value % below;
    });
    const NewMessage message = maker.message();
    WriteOptions options;
    options.eight_bit = size % 2 == 0;
    options.utf8_headers = size % 3 == 0;
    options.random = [] { return std::uint64_t{7}; };
    const auto written = write(message, options);
    require(written.has_value() && roundtrip::difference(message, *written).empty());
    return 0;
}
