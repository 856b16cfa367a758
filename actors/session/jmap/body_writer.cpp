#include "actors/session/jmap/body_writer.h"

#include "actors/session/jmap/header_values.h"
#include "transport/mime/body.h"

#include <algorithm>
#include <set>

namespace facteur {
namespace {

// The octets of a part that are read for a value of at most so many: every encoding and charset makes at
// least one octet of eight, and what is skipped (line ends, markup between tags that are cut) is little.
constexpr std::uint64_t encoded_octets(std::uint64_t most) {
    constexpr std::uint64_t chunk = 1u << 20; // a body is unpacked in chunks of this size anyway
    return std::max(chunk, most * 8);
}

void write_language(std::string_view tags, jmap::Writer& out) {
    if (tags.empty()) {
        out.null();
        return;
    }
    out.begin_array();
    while (!tags.empty()) {
        const auto end = std::min(tags.find(','), tags.size());
        out.value(tags.substr(0, end));
        tags.remove_prefix(std::min(end + 1, tags.size()));
    }
    out.end_array();
}

} // namespace

// A multipart that was not taken apart is a leaf: it has octets and no parts.
bool BodyWriter::is_multipart(std::size_t part) const {
    return parts_[part].type == "multipart" && part + 1 < parts_.size() &&
           parts_[part + 1].parent == static_cast<std::int32_t>(part);
}

void BodyWriter::write_list(std::string_view name, const std::vector<std::uint32_t>& parts) {
    out_.key(name).begin_array();
    for (const auto part : parts)
        if (part < parts_.size()) write_part(part, false);
    out_.end_array();
}

void BodyWriter::write_tree() {
    out_.key("bodyStructure");
    if (parts_.empty())
        out_.null();
    else
        write_part(0, true);
}

void BodyWriter::write_part(std::size_t index, bool in_tree) {
    using enum PartProperty;
    const auto& part = parts_[index];
    const bool multipart = is_multipart(index);
    const auto wants = [&](PartProperty property) { return selection_.part.wants(property); };
    out_.begin_object();
    if (wants(part_id)) out_.member_or_null("partId", multipart ? std::string_view{} : part.section);
    if (wants(blob_id))
        out_.member_or_null("blobId", multipart ? std::string{} : content_.blob_of(part).value_or(""));
    if (wants(size)) out_.member("size", part.decoded_size);
    write_names(part, multipart);
    write_header(part);
    // Without its children the tree would be none, so they are told without being asked for.
    if (multipart && in_tree)
        write_children(index);
    else if (wants(sub_parts))
        out_.key("subParts").null();
    out_.end_object();
}

void BodyWriter::write_names(const store::PartRow& part, bool multipart) {
    using enum PartProperty;
    const auto wants = [&](PartProperty property) { return selection_.part.wants(property); };
    if (wants(name)) out_.member_or_null("name", part.name);
    if (wants(type)) out_.member("type", part.type + "/" + part.subtype);
    if (wants(charset)) out_.member_or_null("charset", multipart ? std::string_view{} : part.charset);
    if (wants(disposition)) out_.member_or_null("disposition", part.disposition);
    if (wants(cid)) out_.member_or_null("cid", part.content_id);
    if (wants(language)) write_language(part.language, out_.key("language"));
    if (wants(location)) out_.member_or_null("location", part.location);
}

void BodyWriter::write_header(const store::PartRow& part) {
    if (!selection_.part.wants_header()) return;
    const auto header = content_.header_of(part);
    if (selection_.part.wants(PartProperty::headers)) write_header_list(header, out_.key("headers"));
    for (const auto& wanted : selection_.part.header_fields)
        write_header_field(wanted, header, out_);
}

// Depth is bounded by the parser that made the rows (mime::Limits).
void BodyWriter::write_children(std::size_t parent) {
    out_.key("subParts").begin_array();
    for (std::size_t i = parent + 1; i < parts_.size(); ++i) {
        if (parts_[i].parent == static_cast<std::int32_t>(parent)) write_part(i, true);
        if (parts_[i].parent < static_cast<std::int32_t>(parent)) break;
    }
    out_.end_array();
}

void BodyWriter::write_values() {
    const auto& structure = content_.structure();
    std::set<std::uint32_t> wanted; // in the order of the parts, each once
    if (selection_.text_values) wanted.insert(structure.text_body.begin(), structure.text_body.end());
    if (selection_.html_values) wanted.insert(structure.html_body.begin(), structure.html_body.end());
    if (selection_.all_values)
        for (std::uint32_t i = 0; i < parts_.size(); ++i)
            if (!parts_[i].in_message) wanted.insert(i);
    out_.key("bodyValues").begin_object();
    for (const auto index : wanted)
        if (index < parts_.size() && parts_[index].type == "text") write_value(parts_[index]);
    out_.end_object();
}

void BodyWriter::write_value(const store::PartRow& part) {
    const auto most = selection_.max_value_octets;
    const auto size = most == 0 ? part.body_size : std::min(part.body_size, encoded_octets(most));
    const auto encoded = content_.octets(part.body_offset, size);
    mime::BodyValue value;
    if (encoded)
        value = mime::body_value(
            {*encoded, static_cast<mime::Encoding>(part.encoding), part.charset, part.subtype == "html"},
            most);
    out_.key(part.section).begin_object().member("value", value.value);
    // A body that cannot be read is told as one that cannot be decoded: the rest of the email still shows.
    out_.member("isEncodingProblem", value.is_encoding_problem || !encoded);
    out_.member("isTruncated", value.is_truncated || size < part.body_size).end_object();
}

} // namespace facteur
