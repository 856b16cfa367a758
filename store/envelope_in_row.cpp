#include "store/envelope_in_row.h"

#include "store/fields_of_rows.h"

namespace facteur::store {
namespace {

void pass_numbers(Reader& in, std::uint64_t count) {
    for (; count > 0 && !in.failed(); --count)
        static_cast<void>(in.number());
}
void pass_texts(Reader& in, std::uint64_t count) {
    for (; count > 0 && !in.failed(); --count)
        static_cast<void>(in.string());
}

std::string_view texts(Reader& in) {
    const auto* const begin = in.at();
    pass_texts(in, in.count());
    return {begin, static_cast<std::size_t>(in.at() - begin)};
}
std::string_view addresses(Reader& in) {
    const auto* const begin = in.at();
    pass_texts(in, 2 * in.count(2));
    return {begin, static_cast<std::size_t>(in.at() - begin)};
}

// In the order of `fields_of_rows.h`.
void pass_part(Reader& in) {
    pass_numbers(in, 8); // parent, two spans, decoded_size, lines, encoding
    static_cast<void>(in.boolean());
    pass_texts(in, 9); // type, subtype, charset, name, disposition, content_id, language, location, section
    static_cast<void>(texts(in)); // parameters
    pass_texts(in, 2);            // description, md5
    static_cast<void>(texts(in)); // disposition_parameters
}

} // namespace

std::optional<EnvelopeInRow> envelope_in_row(std::string_view bytes) {
    if (bytes.empty() || bytes.front() != static_cast<char>(newest_form)) return std::nullopt;
    Reader in(bytes.substr(1));
    EnvelopeInRow envelope;
    envelope.message_ids = texts(in);
    envelope.in_reply_to = texts(in);
    static_cast<void>(texts(in)); // references
    for (auto* list :
         {&envelope.sender, &envelope.from, &envelope.to, &envelope.cc, &envelope.bcc, &envelope.reply_to})
        *list = addresses(in);
    envelope.subject = in.string();
    pass_numbers(in, 2); // sent, sent_zone
    const auto parts = in.count();
    for (auto left = parts; left > 0 && !in.failed(); --left)
        pass_part(in);
    for (int lists = 0; lists < 3; ++lists) // text_body, html_body, attachments
        pass_numbers(in, in.count());
    const bool is_complete = in.boolean();
    envelope.date = in.string();
    const auto envelopes = in.number();
    if (!in.done() || parts == 0 || !is_complete || envelopes > 0) return std::nullopt;
    return envelope;
}

bool decode_parts(std::string_view bytes, StructureView& into) {
    if (bytes.empty() || bytes.front() != static_cast<char>(newest_form)) return false;
    Reader in(bytes.substr(1));
    for (int lists = 0; lists < 3; ++lists) // message_ids, in_reply_to, references
        static_cast<void>(texts(in));
    for (int lists = 0; lists < 6; ++lists)
        static_cast<void>(addresses(in));
    static_cast<void>(in.string()); // subject
    pass_numbers(in, 2);            // sent, sent_zone
    if (in.failed()) return false;
    Decoder parts(std::string_view(in.at(), in.left()));
    parts(into.parts);
    for (int lists = 0; lists < 3; ++lists) // text_body, html_body, attachments
        pass_numbers(parts.reader(), parts.reader().count());
    parts(into.complete, into.date, into.envelopes);
    return parts.done();
}

} // namespace facteur::store
