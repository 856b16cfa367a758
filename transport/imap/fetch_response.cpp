#include "transport/imap/fetch_response.h"

#include "transport/imap/dates.h"

#include <array>

namespace facteur::imap {
namespace {

constexpr std::array<std::string_view, 6> section_texts = {
    "", "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT", "MIME"};

} // namespace

void write_part_numbers(Output& out, const std::vector<std::uint32_t>& part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (i > 0) out.put('.');
        write_number(out, part[i]);
    }
}

void write_section(Output& out, const Section& section) {
    out.put("BODY[");
    write_part_numbers(out, section.part);
    const auto text = section_texts[static_cast<std::size_t>(section.text)];
    if (!text.empty() && !section.part.empty()) out.put('.');
    out.put(text);
    if (section.text == Section::Text::header_fields || section.text == Section::Text::header_fields_not) {
        out.put(" (");
        for (std::size_t i = 0; i < section.fields.size(); ++i) {
            if (i > 0) out.put(' ');
            write_astring(out, section.fields[i]);
        }
        out.put(')');
    }
    out.put(']');
}

void FetchWriter::flags(const std::vector<std::string_view>& flags) {
    item("FLAGS (");
    for (std::size_t i = 0; i < flags.size(); ++i) {
        if (i > 0) out_.put(' ');
        out_.put(flags[i]);
    }
    out_.put(')');
    end_item();
}

void FetchWriter::internal_date(const mime::Date& date) {
    item("INTERNALDATE \"");
    write_date_time(out_, date);
    out_.put('"');
    end_item();
}

void FetchWriter::size(std::uint64_t octets) {
    item("RFC822.SIZE ");
    write_number(out_, octets);
    end_item();
}

void FetchWriter::envelope(const EnvelopeView& envelope) {
    item("ENVELOPE ");
    write_envelope(out_, envelope, wire_);
    end_item();
}

void FetchWriter::body(const std::vector<BodyPart>& parts) {
    item("BODY ");
    write_body_structure(out_, parts, false, wire_);
    end_item();
}

void FetchWriter::body_structure(const std::vector<BodyPart>& parts) {
    item("BODYSTRUCTURE ");
    write_body_structure(out_, parts, true, wire_);
    end_item();
}

void FetchWriter::preview(std::optional<std::string_view> text) {
    item("PREVIEW ");
    write_nstring(out_, text, wire_);
    end_item();
}

void FetchWriter::save_date(std::optional<mime::Date> date) {
    item("SAVEDATE ");
    if (!date) {
        out_.put("NIL");
        return end_item();
    }
    out_.put('"');
    write_date_time(out_, *date);
    out_.put('"');
    end_item();
}

void FetchWriter::email_id(std::string_view id) {
    item("EMAILID (");
    out_.put(id);
    out_.put(')');
    end_item();
}

void FetchWriter::thread_id(std::optional<std::string_view> id) {
    item("THREADID ");
    if (!id) {
        out_.put("NIL");
        return end_item();
    }
    out_.put('(');
    out_.put(*id);
    out_.put(')');
    end_item();
}

void FetchWriter::octets_follow(std::optional<std::uint64_t> offset, std::optional<std::uint64_t> octets,
                                bool literal8) {
    if (offset) {
        out_.put('<');
        write_number(out_, *offset);
        out_.put('>');
    }
    out_.put(' ');
    if (!octets)
        out_.put("NIL");
    else if (*octets == 0)
        out_.put("\"\"");
    else
        write_literal_header(out_, *octets, literal8);
}

void FetchWriter::section(const Section& section, std::optional<std::uint64_t> offset,
                          std::optional<std::uint64_t> octets) {
    item("");
    write_section(out_, section);
    octets_follow(offset, octets, false);
    end_item();
}

void FetchWriter::binary(const std::vector<std::uint32_t>& part, std::optional<std::uint64_t> offset,
                         std::optional<std::uint64_t> octets, bool literal8) {
    item("BINARY[");
    write_part_numbers(out_, part);
    out_.put(']');
    octets_follow(offset, octets, literal8);
    end_item();
}

void FetchWriter::binary_size(const std::vector<std::uint32_t>& part, std::uint64_t octets) {
    item("BINARY.SIZE[");
    write_part_numbers(out_, part);
    out_.put("] ");
    write_number(out_, octets);
    end_item();
}

void FetchWriter::rfc822(FetchItem::Kind kind, std::uint64_t octets) {
    item(kind == FetchItem::Kind::rfc822_header ? "RFC822.HEADER"
         : kind == FetchItem::Kind::rfc822_text ? "RFC822.TEXT"
                                                : "RFC822");
    octets_follow({}, octets, false);
    end_item();
}

} // namespace facteur::imap
