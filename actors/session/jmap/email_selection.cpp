#include "actors/session/jmap/email_selection.h"

#include <algorithm>
#include <array>
#include <utility>

namespace facteur {
namespace {

constexpr std::array<std::pair<std::string_view, EmailProperty>, 26> email_properties{
    {{"id", EmailProperty::id},
     {"blobId", EmailProperty::blob_id},
     {"threadId", EmailProperty::thread_id},
     {"mailboxIds", EmailProperty::mailbox_ids},
     {"keywords", EmailProperty::keywords},
     {"size", EmailProperty::size},
     {"receivedAt", EmailProperty::received_at},
     {"messageId", EmailProperty::message_id},
     {"inReplyTo", EmailProperty::in_reply_to},
     {"references", EmailProperty::references},
     {"sender", EmailProperty::sender},
     {"from", EmailProperty::from},
     {"to", EmailProperty::to},
     {"cc", EmailProperty::cc},
     {"bcc", EmailProperty::bcc},
     {"replyTo", EmailProperty::reply_to},
     {"subject", EmailProperty::subject},
     {"sentAt", EmailProperty::sent_at},
     {"hasAttachment", EmailProperty::has_attachment},
     {"preview", EmailProperty::preview},
     {"bodyValues", EmailProperty::body_values},
     {"textBody", EmailProperty::text_body},
     {"htmlBody", EmailProperty::html_body},
     {"attachments", EmailProperty::attachments},
     {"bodyStructure", EmailProperty::body_structure},
     {"headers", EmailProperty::headers}}};

constexpr std::array<std::pair<std::string_view, PartProperty>, 12> part_properties{
    {{"partId", PartProperty::part_id},
     {"blobId", PartProperty::blob_id},
     {"size", PartProperty::size},
     {"name", PartProperty::name},
     {"type", PartProperty::type},
     {"charset", PartProperty::charset},
     {"disposition", PartProperty::disposition},
     {"cid", PartProperty::cid},
     {"language", PartProperty::language},
     {"location", PartProperty::location},
     {"subParts", PartProperty::sub_parts},
     {"headers", PartProperty::headers}}};

template <typename Property, typename Names>
void add(jmap::Arguments& a, std::string_view name, const Names& names, Selection<Property>& selection) {
    const auto known =
        std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.first == name; });
    if (known != names.end()) {
        selection.add(known->second);
        return;
    }
    const auto header = read_header_property(name);
    if (!header || !allows(header->field, header->form)) {
        a.refuse({"invalidArguments", header ? "The field of \"" + std::string(name) + "\" has not this form."
                                             : "There is no property \"" + std::string(name) + "\"."});
        return;
    }
    auto& fields = selection.header_fields;
    if (std::none_of(fields.begin(), fields.end(), [&](const auto& f) { return f.property == name; }))
        fields.push_back({name, *header});
}

void add_email_default(Selection<EmailProperty>& email, bool stored) {
    // The defaults are the first in the table, of which the first seven are the store's.
    constexpr std::size_t metadata = 7, defaults = 24;
    for (std::size_t i = stored ? 0 : metadata; i < defaults; ++i)
        email.add(email_properties[i].second);
}

void add_part_default(Selection<PartProperty>& part) {
    constexpr std::size_t defaults = 10;
    for (std::size_t i = 0; i < defaults; ++i)
        part.add(part_properties[i].second);
}

} // namespace

EmailSelection read_email_selection(jmap::Arguments& a,
                                    const std::optional<std::vector<std::string_view>>& properties,
                                    bool stored) {
    EmailSelection selection;
    if (properties)
        for (const auto name : *properties)
            add(a, name, email_properties, selection.email);
    else
        add_email_default(selection.email, stored);
    if (stored) selection.email.add(EmailProperty::id);
    if (const auto names = a.strings("bodyProperties"))
        for (const auto name : *names)
            add(a, name, part_properties, selection.part);
    else
        add_part_default(selection.part);
    selection.text_values = a.boolean("fetchTextBodyValues", false);
    selection.html_values = a.boolean("fetchHTMLBodyValues", false);
    selection.all_values = a.boolean("fetchAllBodyValues", false);
    selection.max_value_octets = a.number("maxBodyValueBytes").value_or(0);
    return selection;
}

} // namespace facteur
