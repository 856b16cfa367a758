// Which properties of emails and of their body parts a call wants (RFC 8621 §4.2, §4.9).
//
// Views point into the call's arguments. A property that does not exist, or a header form that its field does
// not allow (§4.1.2), is told by the arguments' fault.
#pragma once

#include "actors/session/jmap/header_property.h"
#include "transport/jmap/arguments.h"

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace facteur {

enum class EmailProperty : std::uint8_t {
    id,
    blob_id,
    thread_id,
    mailbox_ids,
    keywords,
    size,
    received_at,
    message_id,
    in_reply_to,
    references,
    sender,
    from,
    to,
    cc,
    bcc,
    reply_to,
    subject,
    sent_at,
    has_attachment,
    preview,
    body_values,
    text_body,
    html_body,
    attachments,
    body_structure,
    headers,
};
enum class PartProperty : std::uint8_t {
    part_id,
    blob_id,
    size,
    name,
    type,
    charset,
    disposition,
    cid,
    language,
    location,
    sub_parts,
    headers,
};

struct WantedHeader {
    std::string_view property; // as it was asked for: so it is answered
    HeaderProperty header;
};

// Properties as bits, and header:* properties beside them.
template <typename Property>
struct Selection {
    std::uint32_t bits = 0;
    std::vector<WantedHeader> header_fields;

    [[nodiscard]] bool wants(Property property) const {
        return (bits & (1u << static_cast<unsigned>(property))) != 0;
    }
    [[nodiscard]] bool wants_any(std::initializer_list<Property> properties) const {
        for (const auto property : properties)
            if (wants(property)) return true;
        return false;
    }
    void add(Property property) { bits |= 1u << static_cast<unsigned>(property); }
    // The header of the email or part has to be read.
    [[nodiscard]] bool wants_header() const { return !header_fields.empty() || wants(Property::headers); }
};

struct EmailSelection {
    Selection<EmailProperty> email;
    Selection<PartProperty> part;
    bool text_values = false, html_values = false, all_values = false; // fetchTextBodyValues and kin
    std::uint64_t max_value_octets = 0;                                // 0: no limit
};

// Reads bodyProperties and the fetch arguments; `properties` nothing: those of the RFC's default, which for
// an email that is not in the store (Email/parse) are without its metadata.
EmailSelection read_email_selection(jmap::Arguments& arguments,
                                    const std::optional<std::vector<std::string_view>>& properties,
                                    bool stored);

} // namespace facteur
