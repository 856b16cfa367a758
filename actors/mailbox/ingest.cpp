#include "actors/mailbox/ingest.h"

#include "actors/mailbox/envelope_rows.h"
#include "store/rows_codec.h"
#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/thread.h"

#include <algorithm>

namespace facteur {
namespace {

// Addresses and ids that the structure row keeps of one header: a forged one may hold a million.
constexpr std::size_t most_addresses = 5000;
constexpr std::size_t most_ids = 500;

std::vector<store::Address> rows_of(std::vector<mime::Address>&& addresses) {
    std::vector<store::Address> rows;
    rows.reserve(std::min(addresses.size(), most_addresses));
    for (auto& address : addresses) {
        if (rows.size() == most_addresses) break;
        rows.push_back({std::move(address.name), std::move(address.email)});
    }
    return rows;
}

// The newest references are the last: they are what a thread is found by.
std::vector<std::string> last_ids(std::vector<std::string>&& ids) {
    if (ids.size() > most_ids) ids.erase(ids.begin(), ids.end() - static_cast<long>(most_ids));
    return std::move(ids);
}

std::vector<std::string> take_parameters(std::vector<mime::Parameter>& parameters) {
    std::vector<std::string> row;
    row.reserve(2 * parameters.size());
    for (auto& parameter : parameters) {
        row.push_back(std::move(parameter.name));
        row.push_back(std::move(parameter.value));
    }
    return row;
}

store::PartRow part_row(mime::Part& part) {
    store::PartRow row;
    row.parent = part.parent;
    row.header_offset = part.header.offset;
    row.header_size = part.header.size;
    row.body_offset = part.body.offset;
    row.body_size = part.body.size;
    row.decoded_size = part.decoded_size;
    row.lines = part.lines;
    row.encoding = static_cast<std::uint8_t>(part.encoding);
    row.in_message = part.in_message;
    row.type = std::move(part.type);
    row.subtype = std::move(part.subtype);
    row.charset = std::move(part.charset);
    row.name = std::move(part.name);
    row.disposition = std::move(part.disposition);
    row.content_id = std::move(part.content_id);
    row.language = std::move(part.language);
    row.location = std::move(part.location);
    row.section = std::move(part.section);
    row.parameters = take_parameters(part.parameters);
    row.description = std::move(part.description);
    row.md5 = std::move(part.md5);
    row.disposition_parameters = take_parameters(part.disposition_parameters);
    return row;
}

void take_envelope(mime::Envelope envelope, store::StructureRow& structure) {
    structure.message_ids = last_ids(std::move(envelope.message_ids));
    structure.in_reply_to = last_ids(std::move(envelope.in_reply_to));
    structure.references = last_ids(std::move(envelope.references));
    structure.sender = rows_of(std::move(envelope.sender));
    structure.from = rows_of(std::move(envelope.from));
    structure.to = rows_of(std::move(envelope.to));
    structure.cc = rows_of(std::move(envelope.cc));
    structure.bcc = rows_of(std::move(envelope.bcc));
    structure.reply_to = rows_of(std::move(envelope.reply_to));
    structure.subject = std::move(envelope.subject);
    if (envelope.sent) {
        structure.sent = envelope.sent->seconds;
        structure.sent_zone = envelope.sent->zone_minutes;
    }
}

std::vector<store::Address> first_four(const std::vector<store::Address>& all) {
    return {all.begin(), all.begin() + static_cast<long>(std::min<std::size_t>(all.size(), 4))};
}

} // namespace

std::shared_ptr<const IngestedEmail> ingest(std::shared_ptr<const std::string> bytes, store::Time received,
                                            store::Keywords keywords) {
    const std::string_view message = *bytes;
    auto email = std::make_shared<IngestedEmail>();
    auto parsed = mime::parse(message);
    const auto lists = mime::body_lists(parsed);
    auto& structure = email->structure;
    const auto header = mime::header_of(message);
    take_envelope(mime::envelope(header), structure);
    structure.complete = true;
    structure.date = date_text(header);
    structure.envelopes = envelope_rows(parsed, message);

    auto& row = email->row;
    row.received = received;
    row.sent = structure.sent;
    row.size = message.size();
    row.has_attachment = mime::has_attachment(parsed, lists);
    row.keywords = std::move(keywords);
    row.from = first_four(structure.from);
    row.to = first_four(structure.to);
    row.more_addresses = structure.from.size() > 4 || structure.to.size() > 4;
    row.subject = mime::utf8_prefix(structure.subject, 1024);
    row.sort_subject = mime::sort_subject(structure.subject);
    row.preview = mime::preview(message, parsed, lists);

    structure.text_body = lists.text;
    structure.html_body = lists.html;
    structure.attachments = lists.attachments;
    structure.parts.reserve(parsed.parts.size());
    for (auto& part : parsed.parts)
        structure.parts.push_back(part_row(part));
    email->body = store::make_body(std::move(bytes));
    row.body = email->body.hash;
    return email;
}

store::Result<std::shared_ptr<const IngestedEmail>> reload(std::string body, std::string_view row,
                                                           std::string_view structure) {
    const auto view = store::EmailView::over(row);
    if (!view) return tl::unexpected(view.error());
    auto decoded = store::decode_structure(structure);
    if (!decoded) return tl::unexpected(decoded.error());
    auto email = std::make_shared<IngestedEmail>();
    email->row = view->row();
    email->structure = std::move(*decoded);
    email->body = store::make_body(std::make_shared<const std::string>(std::move(body)));
    if (email->body.hash != email->row.body)
        return store::fail(store::Code::corrupt, "A message changed on its way.");
    return std::shared_ptr<const IngestedEmail>(std::move(email));
}

} // namespace facteur
