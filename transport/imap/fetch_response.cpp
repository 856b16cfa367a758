#include "transport/imap/fetch_response.h"

#include "transport/imap/dates.h"

#include <array>

namespace facteur::imap {
namespace {

constexpr std::array<std::string_view, 6> section_texts = {
    "", "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT", "MIME"};

} // namespace

void write_part_numbers(std::string& out, const std::vector<std::uint32_t>& part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (i > 0) out += '.';
        write_number(out, part[i]);
    }
}

void write_section(std::string& out, const Section& section) {
    out += "BODY[";
    write_part_numbers(out, section.part);
    const auto text = section_texts[static_cast<std::size_t>(section.text)];
    if (!text.empty() && !section.part.empty()) out += '.';
    out += text;
    if (section.text == Section::Text::header_fields || section.text == Section::Text::header_fields_not) {
        out += " (";
        for (std::size_t i = 0; i < section.fields.size(); ++i) {
            if (i > 0) out += ' ';
            write_astring(out, section.fields[i]);
        }
        out += ')';
    }
    out += ']';
}

FetchWriter::FetchWriter(std::string& out, std::uint32_t number, Wire wire, By by) : out_(out), wire_(wire) {
    out_ += "* ";
    write_number(out_, number);
    out_ += by == By::uid ? " UIDFETCH (" : " FETCH (";
}

void FetchWriter::item(std::string_view name) {
    if (begun_) out_ += ' ';
    begun_ = true;
    out_ += name;
}

void FetchWriter::finish() {
    out_ += ")\r\n";
}

void FetchWriter::flags(const std::vector<std::string_view>& flags) {
    item("FLAGS (");
    for (std::size_t i = 0; i < flags.size(); ++i) {
        if (i > 0) out_ += ' ';
        out_ += flags[i];
    }
    out_ += ')';
}

void FetchWriter::uid(std::uint32_t uid) {
    item("UID ");
    write_number(out_, uid);
}

void FetchWriter::internal_date(const mime::Date& date) {
    item("INTERNALDATE \"");
    out_ += format_date_time(date);
    out_ += '"';
}

void FetchWriter::size(std::uint64_t octets) {
    item("RFC822.SIZE ");
    write_number(out_, octets);
}

void FetchWriter::modseq(std::uint64_t modseq) {
    item("MODSEQ (");
    write_number(out_, modseq);
    out_ += ')';
}

void FetchWriter::envelope(const EnvelopeView& envelope) {
    item("ENVELOPE ");
    write_envelope(out_, envelope, wire_);
}

void FetchWriter::body(const std::vector<BodyPart>& parts) {
    item("BODY ");
    write_body_structure(out_, parts, false, wire_);
}

void FetchWriter::body_structure(const std::vector<BodyPart>& parts) {
    item("BODYSTRUCTURE ");
    write_body_structure(out_, parts, true, wire_);
}

void FetchWriter::preview(std::optional<std::string_view> text) {
    item("PREVIEW ");
    write_nstring(out_, text, wire_);
}

void FetchWriter::save_date(std::optional<mime::Date> date) {
    item("SAVEDATE ");
    if (!date) {
        out_ += "NIL";
        return;
    }
    out_ += '"';
    out_ += format_date_time(*date);
    out_ += '"';
}

void FetchWriter::email_id(std::string_view id) {
    item("EMAILID (");
    out_ += id;
    out_ += ')';
}

void FetchWriter::thread_id(std::optional<std::string_view> id) {
    item("THREADID ");
    if (!id) {
        out_ += "NIL";
        return;
    }
    out_ += '(';
    out_ += *id;
    out_ += ')';
}

void FetchWriter::octets_follow(std::optional<std::uint64_t> offset, std::optional<std::uint64_t> octets,
                                bool literal8) {
    if (offset) {
        out_ += '<';
        write_number(out_, *offset);
        out_ += '>';
    }
    out_ += ' ';
    if (!octets)
        out_ += "NIL";
    else if (*octets == 0)
        out_ += "\"\"";
    else
        write_literal_header(out_, *octets, literal8);
}

void FetchWriter::section(const Section& section, std::optional<std::uint64_t> offset,
                          std::optional<std::uint64_t> octets) {
    item("");
    write_section(out_, section);
    octets_follow(offset, octets, false);
}

void FetchWriter::binary(const std::vector<std::uint32_t>& part, std::optional<std::uint64_t> offset,
                         std::optional<std::uint64_t> octets, bool literal8) {
    item("BINARY[");
    write_part_numbers(out_, part);
    out_ += ']';
    octets_follow(offset, octets, literal8);
}

void FetchWriter::binary_size(const std::vector<std::uint32_t>& part, std::uint64_t octets) {
    item("BINARY.SIZE[");
    write_part_numbers(out_, part);
    out_ += "] ";
    write_number(out_, octets);
}

void FetchWriter::rfc822(FetchItem::Kind kind, std::uint64_t octets) {
    item(kind == FetchItem::Kind::rfc822_header ? "RFC822.HEADER"
         : kind == FetchItem::Kind::rfc822_text ? "RFC822.TEXT"
                                                : "RFC822");
    octets_follow({}, octets, false);
}

} // namespace facteur::imap
