// Names of properties that stand for header fields: "header:{field}[:as{Form}][:all]" (RFC 8621 §4.1.3), and
// which parsed forms a field allows (§4.1.2). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace facteur {

enum class HeaderForm : std::uint8_t {
    raw,
    text,
    addresses,
    grouped_addresses,
    message_ids,
    date,
    urls,
};

struct HeaderProperty {
    std::string_view field; // as written
    HeaderForm form = HeaderForm::raw;
    bool all = false;
};

// Nothing when it does not begin with "header:" or is not of the form above.
std::optional<HeaderProperty> read_header_property(std::string_view property);
bool allows(std::string_view field, HeaderForm form);

} // namespace facteur
