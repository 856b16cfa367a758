#include "actors/session/imap/structure_views.h"

namespace facteur {
namespace {

using AddressViews = std::vector<imap::EnvelopeAddress>;

AddressViews views_of(const std::vector<store::AddressView>& addresses) {
    AddressViews views;
    views.reserve(addresses.size());
    for (const auto& address : addresses)
        views.push_back({address.name, address.email});
    return views;
}

AddressViews views_of(const std::vector<store::BasicEnvelopeAddress<std::string_view>>& addresses) {
    using RowIs = store::EnvelopeAddressIs;
    using Is = imap::EnvelopeAddress::Is;
    AddressViews views;
    views.reserve(addresses.size());
    for (const auto& address : addresses)
        views.push_back({address.name, address.email,
                         address.is == RowIs::group_begin ? Is::group_begin
                         : address.is == RowIs::group_end ? Is::group_end
                                                          : Is::address});
    return views;
}

imap::EnvelopeView view_of(const store::BasicEnvelopeRow<std::string_view>& row) {
    imap::EnvelopeView view;
    view.date = row.date;
    view.subject = row.subject;
    view.from = views_of(row.from);
    view.sender = views_of(row.sender);
    view.reply_to = views_of(row.reply_to);
    view.to = views_of(row.to);
    view.cc = views_of(row.cc);
    view.bcc = views_of(row.bcc);
    view.in_reply_to = row.in_reply_to;
    view.message_id = row.message_id;
    return view;
}

void read_pairs(const std::vector<std::string_view>& parameters, imap::BodyPart::Parameters& into) {
    into.clear();
    for (std::size_t i = 0; i + 1 < parameters.size(); i += 2)
        into.emplace_back(parameters[i], parameters[i + 1]);
}

void read_addresses(std::string_view list, AddressViews& into) {
    into.clear();
    store::each_address(list, [&](const store::AddressView& address) {
        into.push_back({address.name, address.email});
    });
}

// "<a@x> <b@y>"
void read_ids(std::string_view list, std::string& into) {
    into.clear();
    store::each_text(list, [&](std::string_view id) {
        if (!into.empty()) into += ' ';
        into.append(1, '<').append(id).append(1, '>');
    });
}

} // namespace

imap::EnvelopeView envelope_of(const store::StructureView& structure) {
    for (const auto& row : structure.envelopes)
        if (row.part < 0) return view_of(row);
    imap::EnvelopeView view;
    view.date = structure.date;
    view.subject = structure.subject;
    view.from = views_of(structure.from);
    view.sender = views_of(structure.sender);
    view.reply_to = views_of(structure.reply_to);
    view.to = views_of(structure.to);
    view.cc = views_of(structure.cc);
    view.bcc = views_of(structure.bcc);
    view.in_reply_to = imap::bracketed_ids(structure.in_reply_to);
    view.message_id = imap::bracketed_ids(structure.message_ids);
    return view;
}

void read_envelope(const store::EnvelopeInRow& row, imap::EnvelopeView& into) {
    into.date = row.date;
    into.subject = row.subject;
    read_addresses(row.from, into.from);
    read_addresses(row.sender, into.sender);
    read_addresses(row.reply_to, into.reply_to);
    read_addresses(row.to, into.to);
    read_addresses(row.cc, into.cc);
    read_addresses(row.bcc, into.bcc);
    read_ids(row.in_reply_to, into.in_reply_to);
    read_ids(row.message_ids, into.message_id);
}

void read_body_parts(const store::StructureView& structure, BodyPartViews& into) {
    into.envelopes.clear();
    into.parts.resize(structure.parts.size());
    for (std::size_t i = 0; i < structure.parts.size(); ++i) {
        const auto& row = structure.parts[i];
        auto& part = into.parts[i];
        part.parent = row.parent;
        part.type = row.type;
        part.subtype = row.subtype;
        read_pairs(row.parameters, part.parameters);
        part.content_id = row.content_id;
        part.description = row.description;
        part.encoding = static_cast<mime::Encoding>(row.encoding);
        part.octets = row.body_size;
        part.lines = row.lines;
        part.md5 = row.md5;
        part.disposition = row.disposition;
        read_pairs(row.disposition_parameters, part.disposition_parameters);
        part.envelope = nullptr;
        part.language = row.language;
        part.location = row.location;
    }
    for (const auto& row : structure.envelopes)
        if (row.part >= 0 && static_cast<std::size_t>(row.part) < into.parts.size())
            into.parts[static_cast<std::size_t>(row.part)].envelope =
                &into.envelopes.emplace_back(view_of(row));
}

std::vector<imap::SectionPart> sections_of(const store::StructureView& structure) {
    std::vector<imap::SectionPart> sections;
    sections.reserve(structure.parts.size());
    for (std::size_t i = 0; i < structure.parts.size(); ++i) {
        const auto& row = structure.parts[i];
        // The first child follows its parent. A multipart without any was not taken apart.
        const bool has_children =
            i + 1 < structure.parts.size() && structure.parts[i + 1].parent == static_cast<std::int32_t>(i);
        sections.push_back({row.parent,
                            has_children && row.type == "multipart",
                            static_cast<mime::Encoding>(row.encoding),
                            {row.header_offset, row.header_size},
                            {row.body_offset, row.body_size}});
    }
    return sections;
}

} // namespace facteur
