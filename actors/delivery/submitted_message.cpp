#include "actors/delivery/submitted_message.h"

#include "transport/mime/headers.h"
#include "transport/smtp/trace.h"

#include <fmt/format.h>

namespace facteur {
namespace {

bool is_hidden(std::string_view field) {
    return mime::same_name(field, "Bcc") || mime::same_name(field, "Resent-Bcc") ||
           mime::same_name(field, "Return-Path");
}

} // namespace

std::string delivered_copy(std::string_view message, const Submitted& submitted) {
    const auto header = mime::header_of(message);
    std::string copy;
    copy.reserve(message.size() + 512);
    copy += smtp::return_path_field(smtp::parse_mailbox(submitted.mail_from));
    copy += fmt::format("Received: by {} with JMAP id {};\r\n\t{}\r\n", submitted.domain, submitted.id,
                        smtp::date_time(submitted.at));
    if (!mime::first_field(header, "Date"))
        copy += fmt::format("Date: {}\r\n", smtp::date_time(submitted.at));
    if (!mime::first_field(header, "Message-ID"))
        copy += fmt::format("Message-ID: <{}.{}@{}>\r\n", submitted.id, submitted.at, submitted.domain);
    std::size_t kept_from = 0;
    for (const auto& field : mime::Fields(header)) {
        if (!is_hidden(field.name)) continue;
        copy += header.substr(kept_from, field.offset - kept_from);
        kept_from = field.offset + field.size;
    }
    copy += message.substr(kept_from);
    return copy;
}

} // namespace facteur
