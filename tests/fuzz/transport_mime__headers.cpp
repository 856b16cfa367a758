// Any bytes as a header and as the value of each form: what comes out is UTF-8, without NUL, bounded by what
// went in; fields lie within the block.
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/thread.h"

#include <cstdlib>

using namespace facteur::mime;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

std::size_t total = 0;

void check(const std::string& text) {
    require(is_valid_utf8(text) && text.find('\0') == std::string::npos);
    total += text.size();
}

void check(const std::vector<Address>& addresses) {
    for (const auto& address : addresses) {
        check(address.name);
        check(address.email);
        require(!address.email.empty() || !address.name.empty());
    }
}

void check_value(std::string_view value) {
    total = 0;
    check(raw(value));
    check(text(value));
    for (const auto& id : message_ids(value))
        check(id);
    for (const auto& url : urls(value))
        check(url);
    check(addresses(value));
    for (const auto& group : grouped_addresses(value))
        if (group.name) check(*group.name);
    if (const auto found = date(value)) {
        require(parse_iso_date(iso_date(*found)) == found || std::abs(found->zone_minutes) >= 24 * 60 ||
                iso_date(*found).size() != (found->zone_minutes == 0 ? 20U : 25U));
        check(iso_utc(found->seconds));
    }
    for (const auto& parameter : parse_parameterized(value).parameters) {
        check(parameter.name);
        check(parameter.value);
    }
    const std::string subject = base_subject(text(value));
    check(subject);
    require(base_subject(subject).size() <= subject.size());
    check(sort_subject(text(value)));
    require(total <= 60 * value.size() + 100);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_value(bytes);
    std::size_t end = 0;
    for (const Field& field : Fields(bytes)) {
        require(field.offset >= end && field.size > 0);
        end = field.offset + field.size;
        require(end <= size && !field.name.empty());
        require(bytes.substr(field.offset, field.name.size()) == field.name);
    }
    const Envelope found = envelope(bytes);
    require(thread_ids(found).size() <= 100);
    check(found.subject);
    return 0;
}
