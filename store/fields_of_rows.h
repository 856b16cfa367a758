// The fields of each row, in the order in which they are stored. Appending one needs a new form (fields.h).
#pragma once

#include "store/fields.h"
#include "store/snapshot.h"

namespace facteur::store {

template <typename Archive>
void fields(Archive& a, Keywords& x) {
    a(x.flags, x.others);
}
template <typename Archive>
void fields(Archive& a, MailboxRef& x) {
    a(x.mailbox, x.uid);
    if (a.form() >= 2) a(x.deleted, x.saved);
}
template <typename Archive, typename Text>
void fields(Archive& a, BasicAddress<Text>& x) {
    a(x.name, x.email);
}
template <typename Archive, typename Text>
void fields(Archive& a, BasicPartRow<Text>& x) {
    a(x.parent, x.header_offset, x.header_size, x.body_offset, x.body_size, x.decoded_size, x.lines,
      x.encoding, x.in_message, x.type, x.subtype, x.charset, x.name, x.disposition, x.content_id, x.language,
      x.location, x.section, x.parameters);
    if (a.form() >= 2) a(x.description, x.md5, x.disposition_parameters);
}
template <typename Archive, typename Text>
void fields(Archive& a, BasicEnvelopeAddress<Text>& x) {
    a(x.name, x.email, x.is);
}
template <typename Archive, typename Text>
void fields(Archive& a, BasicEnvelopeRow<Text>& x) {
    a(x.part, x.date, x.subject, x.from, x.sender, x.reply_to, x.to, x.cc, x.bcc, x.in_reply_to,
      x.message_id);
}
template <typename Archive, typename Text>
void fields(Archive& a, BasicStructureRow<Text>& x) {
    a(x.message_ids, x.in_reply_to, x.references, x.sender, x.from, x.to, x.cc, x.bcc, x.reply_to, x.subject,
      x.sent, x.sent_zone, x.parts, x.text_body, x.html_body, x.attachments);
    if (a.form() >= 2) a(x.complete, x.date, x.envelopes);
}
template <typename Archive>
void fields(Archive& a, MailboxRow& x) {
    a(x.id, x.parent, x.name, x.role, x.sort_order, x.subscribed, x.uid_validity);
}
template <typename Archive>
void fields(Archive& a, MailboxCounters& x) {
    a(x.uid_next, x.highest_modseq, x.emails, x.unread, x.threads, x.unread_threads, x.size);
    if (a.form() >= 2) a(x.unseen, x.deleted, x.deleted_size);
}
template <typename Archive>
void fields(Archive& a, AccountState& x) {
    a(x.modseq);
    for (auto& changed : x.changed)
        a(changed);
    a(x.oldest_history, x.next_email, x.next_mailbox, x.next_object, x.emails, x.size);
    if (a.form() >= 2) a(x.hidden);
}
template <typename Archive>
void fields(Archive& a, UploadRow& x) {
    a(x.body, x.size, x.type, x.expires);
}
template <typename Archive>
void fields(Archive& a, ScramKeys& x) {
    a(x.salt, x.iterations, x.stored_key, x.server_key);
}
template <typename Archive>
void fields(Archive& a, AccountRow& x) {
    a(x.id, x.address, x.aliases, x.name, x.password_hash, x.scram, x.status, x.quota, x.locale, x.created,
      x.profile);
}
template <typename Archive>
void fields(Archive& a, Digest::Expunged& x) {
    a(x.mailbox, x.uid);
}
template <typename Archive>
void fields(Archive& a, Digest::Object& x) {
    a(x.type, x.id, x.what);
}
template <typename Archive>
void fields(Archive& a, Digest& x) {
    a(x.modseq, x.emails_added, x.emails_updated, x.emails_removed, x.threads_added, x.threads_updated,
      x.threads_removed, x.mailboxes_added, x.mailboxes_updated, x.mailboxes_removed, x.mailboxes_counted,
      x.expunged, x.objects);
    if (a.form() >= 2) a(x.emails_hidden);
}

// A row as it is stored: its form, then its fields.
template <typename Row>
std::string encode_row(const Row& row) {
    std::string out(1, static_cast<char>(newest_form));
    Encoder encoder(out);
    encoder(row);
    return out;
}
template <typename Row>
Result<Row> decode_row(std::string_view bytes) {
    if (bytes.empty() || !is_form(bytes.front()))
        return fail(Code::corrupt, "A stored row has an unknown form.");
    Decoder decoder(bytes.substr(1), static_cast<std::uint8_t>(bytes.front()));
    Row row;
    decoder(row);
    if (!decoder.done()) return fail(Code::corrupt, "A stored row is damaged.");
    return row;
}

} // namespace facteur::store
