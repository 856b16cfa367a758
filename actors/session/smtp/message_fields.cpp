#include "actors/session/smtp/message_fields.h"

#include "store/change.h"
#include "transport/mime/headers.h"

namespace facteur {
namespace {

std::string added_fields(std::string_view header, const Stamp& stamp) {
    auto fields = smtp::return_path_field(stamp.sender) + smtp::received_field(stamp.received);
    if (!stamp.submitted) return fields;
    if (!mime::first_field(header, "Date")) fields += "Date: " + smtp::date_time(stamp.received.at) + "\r\n";
    if (!mime::first_field(header, "Message-ID"))
        fields += "Message-ID: <" + stamp.received.id + "@" + stamp.received.by + ">\r\n";
    return fields;
}

// The header without the fields that must not stay; lines that are no field stay where they are.
std::string kept_fields(std::string_view header, bool submitted) {
    std::string kept;
    kept.reserve(header.size());
    std::size_t from = 0;
    for (const auto& field : mime::Fields(header)) {
        const bool goes =
            mime::same_name(field.name, "Return-Path") || (submitted && mime::same_name(field.name, "Bcc"));
        if (!goes) continue;
        kept.append(header.substr(from, field.offset - from));
        from = field.offset + field.size;
    }
    return kept.append(header.substr(from));
}

} // namespace

void stamp(std::string& message, const Stamp& stamp) {
    const auto header = mime::header_of(message);
    auto fields = added_fields(header, stamp);
    if (header.empty()) {
        // Text without a header must not become one.
        if (!message.empty() && !message.starts_with("\r\n")) fields += "\r\n";
        message.insert(0, fields);
        return;
    }
    const auto begin = static_cast<std::size_t>(header.data() - message.data());
    // What stands before the first field stays, unless it would go on with ours.
    if (begin > 0 && message.front() != ' ' && message.front() != '\t') fields.append(message, 0, begin);
    fields += kept_fields(header, stamp.submitted);
    message.replace(0, begin + header.size(), fields);
}

std::optional<smtp::Reply> refuse_author(std::string_view message,
                                         const std::function<bool(std::string_view)>& is_own) {
    const auto header = mime::header_of(message);
    if (mime::all_fields(header, "From").size() != 1)
        return smtp::Reply{554, "5.6.0", "A message must have one From field"};
    const auto authors = mime::all_addresses(header, "From");
    if (authors.empty()) return smtp::Reply{554, "5.6.0", "The From field names nobody"};
    for (const auto& author : authors)
        if (!is_own(author.email))
            return smtp::Reply{550, "5.7.1", "The From field names an address that is not yours"};
    for (const auto& sender : mime::all_addresses(header, "Sender"))
        if (!is_own(sender.email))
            return smtp::Reply{550, "5.7.1", "The Sender field names an address that is not yours"};
    return std::nullopt;
}

std::string delivery_key(std::string_view message) {
    const auto header = mime::header_of(message);
    const auto id = mime::first_field(header, "Message-ID");
    const bool is_marked = (id && !mime::message_ids(id->value).empty()) ||
                           mime::first_field(header, "Date") || mime::first_field(header, "Received");
    return is_marked ? store::to_hex(store::hash_of(message)) : std::string();
}

} // namespace facteur
