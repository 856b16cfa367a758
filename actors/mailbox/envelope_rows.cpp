#include "actors/mailbox/envelope_rows.h"

#include "transport/mime/decode.h"
#include "transport/mime/headers.h"

#include <algorithm>

namespace facteur {
namespace {

using Is = store::EnvelopeAddressIs;

// Of one field, and of one message: forged ones may have a million.
constexpr std::size_t most_envelope_addresses = 1000;
constexpr std::size_t most_envelopes = 200;
constexpr std::size_t longest_date = 128;
constexpr std::size_t longest_ids = 8192;

std::vector<store::EnvelopeRow::Address> envelope_addresses(std::string_view header, std::string_view name) {
    std::vector<store::EnvelopeRow::Address> out;
    for (const auto& field : mime::all_fields(header, name))
        for (auto& group : mime::grouped_addresses(field.value)) {
            if (out.size() >= most_envelope_addresses) return out;
            if (group.name) out.push_back({*group.name, {}, Is::group_begin});
            for (auto& address : group.addresses) {
                if (out.size() >= most_envelope_addresses) break;
                out.push_back({std::move(address.name), std::move(address.email), Is::address});
            }
            if (group.name) out.push_back({{}, {}, Is::group_end});
        }
    return out;
}

std::string last_text(std::string_view header, std::string_view name) {
    const auto field = mime::last_field(header, name);
    return field ? mime::text(field->value) : std::string();
}

std::string last_message_ids(std::string_view header, std::string_view name) {
    std::string out;
    const auto field = mime::last_field(header, name);
    if (!field) return out;
    for (const auto& id : mime::message_ids(field->value)) {
        if (out.size() + id.size() > longest_ids) break;
        if (!out.empty()) out += ' ';
        out += "<" + id + ">";
    }
    return out;
}

store::EnvelopeRow envelope_row(std::int32_t part, std::string_view header) {
    store::EnvelopeRow row;
    row.part = part;
    row.date = date_text(header);
    row.subject = last_text(header, "Subject");
    row.from = envelope_addresses(header, "From");
    row.sender = envelope_addresses(header, "Sender");
    row.reply_to = envelope_addresses(header, "Reply-To");
    row.to = envelope_addresses(header, "To");
    row.cc = envelope_addresses(header, "Cc");
    row.bcc = envelope_addresses(header, "Bcc");
    row.in_reply_to = last_message_ids(header, "In-Reply-To");
    row.message_id = last_message_ids(header, "Message-ID");
    return row;
}

bool has_groups(std::string_view header) {
    // A group's name ends in a colon, which is rare in addresses: most headers are not looked at twice.
    for (const auto& field : mime::Fields(header)) {
        const bool has_addresses =
            mime::same_name(field.name, "From") || mime::same_name(field.name, "Sender") ||
            mime::same_name(field.name, "Reply-To") || mime::same_name(field.name, "To") ||
            mime::same_name(field.name, "Cc") || mime::same_name(field.name, "Bcc");
        if (!has_addresses || field.value.find(':') == std::string_view::npos) continue;
        const auto groups = mime::grouped_addresses(field.value);
        if (std::any_of(groups.begin(), groups.end(),
                        [](const auto& group) { return group.name.has_value(); }))
            return true;
    }
    return false;
}

} // namespace

std::string date_text(std::string_view header) {
    const auto text = last_text(header, "Date");
    return std::string(mime::utf8_prefix(text, longest_date));
}

std::vector<store::EnvelopeRow> envelope_rows(const mime::Message& message, std::string_view bytes) {
    std::vector<store::EnvelopeRow> rows;
    if (const auto header = mime::header_of(bytes); has_groups(header))
        rows.push_back(envelope_row(-1, header));
    for (std::size_t part = 0; part + 1 < message.parts.size() && rows.size() < most_envelopes; ++part)
        if (message.parts[part].is_message)
            rows.push_back(
                envelope_row(static_cast<std::int32_t>(part), message.parts[part + 1].header.of(bytes)));
    return rows;
}

} // namespace facteur
