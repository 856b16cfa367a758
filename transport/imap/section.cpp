#include "transport/imap/section.h"

#include "transport/base/ascii.h"
#include "transport/mime/headers.h"

#include <algorithm>
#include <limits>

namespace facteur::imap {
namespace {

using PartIndex = std::uint32_t;
constexpr PartIndex no_part = std::numeric_limits<PartIndex>::max();

// The child of this place among its siblings, 1-based.
PartIndex child_at(const std::vector<SectionPart>& parts, PartIndex parent, std::uint32_t place) {
    for (PartIndex i = parent + 1; i < parts.size(); ++i) {
        if (parts[i].parent == static_cast<std::int32_t>(parent) && --place == 0) return i;
        if (parts[i].parent < static_cast<std::int32_t>(parent)) break; // past its descendants
    }
    return no_part;
}

// The root of the message within a part.
PartIndex nested_root(const std::vector<SectionPart>& parts, PartIndex part) {
    return parts[part].multipart ? no_part : child_at(parts, part, 1);
}

// The part with these numbers, of which there is at least one.
PartIndex find_part(const std::vector<SectionPart>& parts, const std::vector<std::uint32_t>& numbers) {
    PartIndex at = 0;
    bool is_root = true; // of the message, or of one within it
    for (const auto number : numbers) {
        if (!is_root && !parts[at].multipart) {
            at = nested_root(parts, at);
            if (at == no_part) return no_part;
        }
        const bool enters_root =
            is_root || parts[at].parent < 0 || !parts[static_cast<std::size_t>(parts[at].parent)].multipart;
        if (parts[at].multipart) {
            at = child_at(parts, at, number);
            if (at == no_part) return no_part;
        } else if (!enters_root || number != 1) {
            return no_part;
        }
        is_root = false;
    }
    return at;
}

// With the blank line that ends it.
mime::Span header_span(const SectionPart& part) {
    const auto end = std::max(part.body.offset, part.header.end());
    return {part.header.offset, end - part.header.offset};
}

} // namespace

std::vector<SectionPart> section_parts(const mime::Message& message) {
    std::vector<SectionPart> out;
    out.reserve(message.parts.size());
    for (const auto& part : message.parts)
        out.push_back({part.parent, part.is_multipart, part.encoding, part.header, part.body});
    return out;
}

std::optional<ResolvedSection> resolve_section(const std::vector<SectionPart>& parts,
                                               std::uint64_t message_size, const Section& section) {
    using Text = Section::Text;
    if (parts.empty()) return std::nullopt;
    PartIndex part = 0;
    if (!section.part.empty()) {
        part = find_part(parts, section.part);
        if (part == no_part) return std::nullopt;
        if (section.text == Text::all) return ResolvedSection{parts[part].body, false, part};
        if (section.text == Text::mime) return ResolvedSection{header_span(parts[part]), false, part};
        // HEADER and TEXT are of the message within: of message/rfc822 alone.
        part = nested_root(parts, part);
        if (part == no_part) return std::nullopt;
    } else if (section.text == Text::all) {
        return ResolvedSection{{0, message_size}, false, 0};
    }
    switch (section.text) {
    case Text::text: return ResolvedSection{parts[part].body, false, part};
    case Text::header: return ResolvedSection{header_span(parts[part]), false, part};
    case Text::header_fields:
    case Text::header_fields_not: return ResolvedSection{header_span(parts[part]), true, part};
    default: return std::nullopt;
    }
}

std::optional<ResolvedSection> resolve_binary(const std::vector<SectionPart>& parts,
                                              std::uint64_t message_size,
                                              const std::vector<std::uint32_t>& part) {
    auto found = resolve_section(parts, message_size, Section{part, Section::Text::all, {}});
    // A multipart, and the message as a whole, are what they are: only what is in them is encoded.
    if (found && !part.empty() && !parts[found->part].multipart)
        found->encoding = parts[found->part].encoding;
    return found;
}

Section section_of(const FetchItem& item) {
    switch (item.kind) {
    case FetchItem::Kind::rfc822_header: return {{}, Section::Text::header, {}};
    case FetchItem::Kind::rfc822_text: return {{}, Section::Text::text, {}};
    default: return item.section;
    }
}

mime::Span cut(mime::Span span, const std::optional<BytesRange>& range) {
    if (!range) return span;
    const auto offset = std::min(range->offset, span.size);
    return {span.offset + offset, std::min(range->octets, span.size - offset)};
}

std::string select_fields(std::string_view header, const std::vector<std::string>& fields, bool except) {
    std::vector<std::string> names;
    names.reserve(fields.size());
    for (const auto& field : fields)
        names.push_back(ascii::lowered(field));
    std::sort(names.begin(), names.end());
    std::string out;
    for (const auto& field : mime::Fields(header)) {
        const bool named = std::binary_search(names.begin(), names.end(), ascii::lowered(field.name));
        if (named == except) continue;
        const auto text = header.substr(field.offset, field.size);
        out += text;
        if (!text.ends_with('\n')) out += "\r\n";
    }
    return out + "\r\n";
}

} // namespace facteur::imap
