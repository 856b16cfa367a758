#include "transport/dsn/write.h"

#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/write.h"

#include <algorithm>

namespace facteur::dsn {
namespace {

constexpr std::size_t most_subject = 200; // octets of the message's subject in that of the notice

// The subject as a field of ours can hold it.
std::string clean_subject(std::string_view subject) {
    auto out = mime::repair_utf8(mime::utf8_prefix(subject, most_subject));
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return out;
}

std::string_view returned_header(std::string_view header) {
    if (header.size() <= max_returned_header_octets) return header;
    return header.substr(0, header.rfind('\n', max_returned_header_octets - 1) + 1);
}

// A message travels as it is or not at all (RFC 2046 §5.2.1).
bool goes_back_whole(const Notice& notice) {
    const auto& recipients = notice.report.recipients;
    const bool failed = std::any_of(recipients.begin(), recipients.end(),
                                    [](const auto& recipient) { return recipient.action == Action::failed; });
    return failed && notice.ret == smtp::Return::full && notice.message.size() <= max_returned_octets &&
           (notice.eight_bit || mime::is_ascii(notice.message));
}

mime::NewPart part(std::string type, std::string_view content) {
    mime::NewPart made;
    made.type = std::move(type);
    made.content = content;
    return made;
}

mime::NewPart original_part(const Notice& notice) {
    const auto header = mime::header_of(notice.message);
    const bool global = notice.smtputf8 && !mime::is_ascii(header); // RFC 6533 §6
    if (goes_back_whole(notice)) return part(global ? "message/global" : "message/rfc822", notice.message);
    return part(global ? "message/global-headers" : "text/rfc822-headers", returned_header(header));
}

std::vector<mime::NewField> fields(const Notice& notice, const mime::Envelope& original,
                                   std::string_view subject) {
    const bool english = notice.language == Language::english;
    std::vector<mime::NewField> out{
        {"From", std::vector<mime::Address>{{english ? "Mail delivery" : "Distribution du courrier",
                                             "postmaster@" + notice.domain}}},
        {"To", std::vector<mime::Address>{{"", notice.sender}}},
        {"Date", mime::Date{notice.at, notice.zone_minutes}},
        {"Message-ID",
         mime::MessageIds{{notice.message_id.empty() ? mime::message_id(notice.random, notice.domain)
                                                     : notice.message_id}}},
        {"Subject", mime::Text{subject_of(notice.report, subject, notice.language)}},
        {"Auto-Submitted", mime::Raw{" auto-replied"}}, // RFC 3834 §5
    };
    if (original.message_ids.empty()) return out;
    // An id that cannot be written again is left out.
    for (const auto* name : {"In-Reply-To", "References"})
        if (mime::NewField field{name, mime::MessageIds{{original.message_ids.front()}}};
            mime::write_field(field, notice.smtputf8))
            out.push_back(std::move(field));
    return out;
}

} // namespace

Result<std::string> write(const Notice& notice) {
    const auto original = mime::envelope(returned_header(mime::header_of(notice.message)));
    const auto subject = clean_subject(original.subject);
    const auto text = human_text({&notice.report, subject, notice.at, notice.zone_minutes}, notice.language);
    const auto status = write_fields(notice.report, notice.smtputf8);

    mime::NewMessage message;
    message.fields = fields(notice, original, subject);
    message.body.type = "multipart/report; report-type=delivery-status";
    message.body.children.push_back(part("text/plain", text));
    message.body.children.push_back(
        part(mime::is_ascii(status) ? "message/delivery-status" : "message/global-delivery-status", status));
    message.body.children.push_back(original_part(notice));
    mime::WriteOptions options;
    options.utf8_headers = notice.smtputf8;
    options.eight_bit = notice.eight_bit || notice.smtputf8; // RFC 6531 §3.1 wants both together
    options.random = notice.random;
    return mime::write(message, options);
}

} // namespace facteur::dsn
