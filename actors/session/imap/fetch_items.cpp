// What FETCH says of one message, item by item.
#include "actors/session/imap/fetch.h"
#include "actors/session/imap/flags.h"
#include "actors/session/imap/structure_views.h"
#include "actors/session/jmap/ids.h"

#include <algorithm>

namespace facteur {
namespace {

using Kind = imap::FetchItem::Kind;

// What is read before its literal is announced: should it be gone, nothing has been promised yet.
constexpr std::uint64_t read_at_once = 1 << 20;

std::optional<std::uint64_t> offset_of(const imap::FetchItem& item) {
    return item.range ? std::optional(item.range->offset) : std::nullopt;
}

void announce_section(imap::FetchWriter& writer, const imap::FetchItem& item,
                      std::optional<std::uint64_t> octets) {
    if (item.kind == Kind::section)
        writer.section(item.section, offset_of(item), octets);
    else
        writer.rfc822(item.kind, octets.value_or(0));
}

bool is_encoded(mime::Encoding encoding) {
    return encoding == mime::Encoding::base64 || encoding == mime::Encoding::quoted_printable;
}

} // namespace

// What the UID index says; false: more is to be read.
bool Fetch::write_entry_item(const store::UidEntry& entry, Kind kind, imap::FetchWriter& writer) {
    switch (kind) {
    case Kind::uid: writer.uid(entry.uid); return true;
    case Kind::mod_sequence: writer.modseq(entry.changed); return true;
    case Kind::email_id: writer.email_id(email_id(entry.email)); return true;
    case Kind::flags:
        if (!entry.more_keywords) writer.flags_text(flag_texts_.of(entry.flags, entry.deleted));
        return !entry.more_keywords;
    default: return false;
    }
}

Fetch::Done Fetch::write_item(const store::Snapshot& now, MessageContent& message,
                              const imap::FetchItem& item, imap::FetchWriter& writer, Output& out) {
    switch (item.kind) {
    case Kind::flags: return write_keywords(message, writer);
    case Kind::binary:
    case Kind::binary_size: return write_binary(now, message, item, writer, out);
    case Kind::section:
    case Kind::rfc822:
    case Kind::rfc822_header:
    case Kind::rfc822_text: return write_section(now, message, item, writer, out);
    case Kind::envelope:
    case Kind::body:
    case Kind::body_structure: return write_structure_item(message, item.kind, writer);
    default: return write_row_item(message, item.kind, writer);
    }
}

Fetch::Done Fetch::write_keywords(MessageContent& message, imap::FetchWriter& writer) {
    const auto& entry = answer_->entry;
    if (message.row() == nullptr) return Done::unreadable;
    flags_.clear();
    append_flags(flags_, entry.flags, entry.deleted, message.row()->other_keywords());
    writer.flags(flags_);
    return Done::whole;
}

// The row itself is not needed, unless the structure is an old one.
Fetch::Done Fetch::write_structure_item(MessageContent& message, Kind kind, imap::FetchWriter& writer) {
    if (kind == Kind::envelope) {
        if (const auto row = message.envelope()) {
            read_envelope(*row, envelope_);
            writer.envelope(envelope_);
            return Done::whole;
        }
    }
    const auto* parts = kind == Kind::envelope ? nullptr : message.parts();
    const auto& structure = parts != nullptr ? *parts : message.structure(true);
    if (structure.parts.empty()) return Done::unreadable;
    if (kind == Kind::envelope) {
        writer.envelope(envelope_of(structure));
        return Done::whole;
    }
    read_body_parts(structure, parts_);
    if (kind == Kind::body)
        writer.body(parts_.parts);
    else
        writer.body_structure(parts_.parts);
    return Done::whole;
}

Fetch::Done Fetch::write_row_item(MessageContent& message, Kind kind, imap::FetchWriter& writer) const {
    const auto* row = message.row();
    if (row == nullptr) return Done::unreadable;
    switch (kind) {
    case Kind::internal_date: writer.internal_date({row->received(), 0}); break;
    case Kind::rfc822_size: writer.size(row->size()); break;
    case Kind::thread_id: writer.thread_id(thread_id(row->thread())); break;
    case Kind::preview: writer.preview(row->preview()); break;
    default: { // SAVEDATE
        const auto ref = row->ref(options_.mailbox);
        const auto saved = ref ? ref->saved : 0;
        writer.save_date(saved != 0 ? std::optional(mime::Date{saved, 0}) : std::nullopt);
    }
    }
    return Done::whole;
}

Fetch::Done Fetch::write_section(const store::Snapshot& now, MessageContent& message,
                                 const imap::FetchItem& item, imap::FetchWriter& writer, Output& out) {
    if (message.row() == nullptr) return Done::unreadable;
    const auto size = message.row()->size();
    const auto section = imap::section_of(item);
    std::optional<imap::ResolvedSection> found;
    if (section.part.empty() && section.text == imap::Section::Text::all) {
        found = imap::ResolvedSection{{0, size}};
    } else {
        if (message.sections().empty()) return Done::unreadable;
        found = imap::resolve_section(message.sections(), size, section);
    }
    if (!found) {
        announce_section(writer, item, {});
        return Done::whole;
    }
    if (found->has_fields) {
        const auto header = message.octets(found->span);
        if (!header) return Done::unreadable;
        const bool except = section.text == imap::Section::Text::header_fields_not;
        const auto fields = imap::select_fields(*header, section.fields, except);
        const auto span = imap::cut({0, fields.size()}, item.range);
        announce_section(writer, item, span.size);
        out.put(std::string_view(fields).substr(span.offset, span.size));
        return Done::whole;
    }
    const auto span = imap::cut(found->span, item.range);
    if (span.size <= read_at_once) {
        const auto octets = message.octets(span);
        if (!octets) return Done::unreadable;
        announce_section(writer, item, span.size);
        out.put(*octets);
        return Done::whole;
    }
    std::string first;
    BodyPieces pieces(message.row()->body(), span, mime::Encoding::binary, 0, span.size);
    if (!pieces.next(now, first)) return Done::unreadable;
    announce_section(writer, item, span.size);
    out.put(first);
    literal_.emplace(std::move(pieces));
    return Done::literal_begun;
}

// BINARY and BINARY.SIZE. What there is no answer to is left out.
Fetch::Done Fetch::write_binary(const store::Snapshot& now, MessageContent& message,
                                const imap::FetchItem& item, imap::FetchWriter& writer, Output& out) {
    if (message.row() == nullptr || message.sections().empty()) return Done::unreadable;
    const auto& numbers = item.section.part;
    const bool size_only = item.kind == Kind::binary_size;
    const auto found = imap::resolve_binary(message.sections(), message.row()->size(), numbers);
    if (!found) {
        if (!size_only) writer.binary(numbers, offset_of(item), {});
        return Done::whole;
    }
    if (found->encoding == mime::Encoding::unknown) {
        outcome_.unknown_cte = true;
        return Done::whole;
    }
    const auto whole =
        is_encoded(found->encoding) ? message.structure().parts[found->part].decoded_size : found->span.size;
    if (size_only) {
        writer.binary_size(numbers, whole);
        return Done::whole;
    }
    const auto wanted = imap::cut({0, whole}, item.range);
    // What is not encoded is read from where it is wanted.
    const auto encoded = is_encoded(found->encoding) ? found->span : imap::cut(found->span, item.range);
    const auto skipped = is_encoded(found->encoding) ? wanted.offset : 0;
    BodyPieces pieces(message.row()->body(), encoded, found->encoding, skipped, wanted.size);
    std::string first;
    while (!pieces.is_done() && first.size() < read_at_once)
        if (!pieces.next(now, first)) return Done::unreadable;
    const bool literal8 = !pieces.is_done() || first.find('\0') != std::string::npos;
    writer.binary(numbers, offset_of(item), wanted.size, literal8);
    out.put(first);
    if (pieces.is_done()) return Done::whole;
    literal_.emplace(std::move(pieces));
    return Done::literal_begun;
}

} // namespace facteur
