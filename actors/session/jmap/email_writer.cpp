#include "actors/session/jmap/email_writer.h"

#include "actors/session/jmap/addresses.h"
#include "actors/session/jmap/body_writer.h"
#include "actors/session/jmap/header_values.h"
#include "actors/session/jmap/keywords.h"
#include "transport/jmap/dates.h"

namespace facteur {
namespace {

using P = EmailProperty;

// A row holds no longer subject (store/rows.h); cut within a character it may be three octets shorter.
constexpr std::size_t longest_row_subject = 1024 - 3;

template <typename Addresses>
void write_or_null(jmap::Name name, const Addresses& addresses, jmap::Writer& out) {
    out.key(name);
    if (addresses.empty())
        out.null();
    else
        write_addresses(addresses, out);
}

void write_texts_or_null(jmap::Name name, const std::vector<std::string>& texts, jmap::Writer& out) {
    out.key(name);
    if (texts.empty()) {
        out.null();
        return;
    }
    out.begin_array();
    for (const auto& text : texts)
        out.value(text);
    out.end_array();
}

void write_mailboxes(const store::EmailView& row, jmap::Writer& out) {
    out.begin_object();
    for (const auto& ref : row.mailboxes())
        out.member(mailbox_id(ref.mailbox), true);
    out.end_object();
}

} // namespace

void EmailWriter::write(const store::EmailView& row, EmailContent& content) {
    out_.begin_object();
    write_metadata(row);
    write_content(row, content);
    out_.end_object();
}

void EmailWriter::write_parsed(std::string_view blob, const store::EmailView& row, EmailContent& content) {
    out_.begin_object();
    write_null_metadata(blob);
    if (wants(P::size)) out_.member("size", row.size());
    write_content(row, content);
    out_.end_object();
}

void EmailWriter::write_metadata(const store::EmailView& row) {
    if (wants(P::id)) out_.member("id", email_id(row.id()));
    if (wants(P::blob_id)) out_.member("blobId", blob_id(row.body()));
    if (wants(P::thread_id)) out_.member("threadId", thread_id(row.thread()));
    if (wants(P::mailbox_ids)) write_mailboxes(row, out_.key("mailboxIds"));
    if (wants(P::keywords)) write_keywords(row.flags(), row.other_keywords(), out_.key("keywords"));
    if (wants(P::size)) out_.member("size", row.size());
    if (wants(P::received_at)) out_.member("receivedAt", jmap::utc_date(row.received()));
}

void EmailWriter::write_null_metadata(std::string_view blob) {
    if (wants(P::id)) out_.key("id").null();
    if (wants(P::blob_id)) out_.member("blobId", blob);
    if (wants(P::thread_id)) out_.key("threadId").null();
    if (wants(P::mailbox_ids)) out_.key("mailboxIds").null();
    if (wants(P::keywords)) out_.key("keywords").null();
    if (wants(P::received_at)) out_.key("receivedAt").null();
}

void EmailWriter::write_content(const store::EmailView& row, EmailContent& content) {
    write_ids(content);
    write_people(row, content);
    if (wants(P::subject)) {
        const auto text = row.subject();
        if (text.size() < longest_row_subject)
            out_.member_or_null("subject", text);
        else
            out_.member("subject", content.structure().subject);
    }
    if (wants(P::sent_at)) {
        const auto& structure = content.structure();
        if (structure.sent != 0)
            out_.member("sentAt", jmap::date(structure.sent, structure.sent_zone));
        else
            out_.key("sentAt").null();
    }
    if (wants(P::has_attachment)) out_.member("hasAttachment", row.has_attachment());
    if (wants(P::preview)) out_.member("preview", row.preview());
    write_header(content);
    if (selection_.email.wants_any(
            {P::body_values, P::text_body, P::html_body, P::attachments, P::body_structure}))
        write_body(content);
}

void EmailWriter::write_ids(EmailContent& content) {
    if (wants(P::message_id)) write_texts_or_null("messageId", content.structure().message_ids, out_);
    if (wants(P::in_reply_to)) write_texts_or_null("inReplyTo", content.structure().in_reply_to, out_);
    if (wants(P::references)) write_texts_or_null("references", content.structure().references, out_);
}

void EmailWriter::write_people(const store::EmailView& row, EmailContent& content) {
    if (wants(P::sender)) write_or_null("sender", content.structure().sender, out_);
    if (wants(P::from) && row.more_addresses())
        write_or_null("from", content.structure().from, out_);
    else if (wants(P::from))
        write_or_null("from", row.from(), out_);
    if (wants(P::to) && row.more_addresses())
        write_or_null("to", content.structure().to, out_);
    else if (wants(P::to))
        write_or_null("to", row.to(), out_);
    if (wants(P::cc)) write_or_null("cc", content.structure().cc, out_);
    if (wants(P::bcc)) write_or_null("bcc", content.structure().bcc, out_);
    if (wants(P::reply_to)) write_or_null("replyTo", content.structure().reply_to, out_);
}

void EmailWriter::write_header(EmailContent& content) {
    if (!selection_.email.wants_header()) return;
    const auto& parts = content.structure().parts;
    const auto header = parts.empty() ? std::string{} : content.header_of(parts.front());
    if (wants(P::headers)) write_header_list(header, out_.key("headers"));
    for (const auto& wanted : selection_.email.header_fields)
        write_header_field(wanted, header, out_);
}

void EmailWriter::write_body(EmailContent& content) {
    BodyWriter body(selection_, content, out_);
    const auto& structure = content.structure();
    if (wants(P::body_values)) body.write_values();
    if (wants(P::text_body)) body.write_list("textBody", structure.text_body);
    if (wants(P::html_body)) body.write_list("htmlBody", structure.html_body);
    if (wants(P::attachments)) body.write_list("attachments", structure.attachments);
    if (wants(P::body_structure)) body.write_tree();
}

} // namespace facteur
