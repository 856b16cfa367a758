#include "actors/session/jmap/header_values.h"

#include "actors/session/jmap/addresses.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"

namespace facteur {
namespace {

void write_texts(const std::vector<std::string>& texts, jmap::Writer& out) {
    if (texts.empty()) {
        out.null();
        return;
    }
    out.begin_array();
    for (const auto& text : texts)
        out.value(text);
    out.end_array();
}

void write_groups(const std::vector<mime::AddressGroup>& groups, jmap::Writer& out) {
    out.begin_array();
    for (const auto& group : groups) {
        out.begin_object().key("name");
        if (group.name)
            out.value(*group.name);
        else
            out.null();
        write_addresses(group.addresses, out.key("addresses"));
        out.end_object();
    }
    out.end_array();
}

void write_value(HeaderForm form, std::string_view value, jmap::Writer& out) {
    switch (form) {
    case HeaderForm::raw: out.value(mime::raw(value)); return;
    case HeaderForm::text: out.value(mime::text(value)); return;
    case HeaderForm::addresses: write_addresses(mime::addresses(value), out); return;
    case HeaderForm::grouped_addresses: write_groups(mime::grouped_addresses(value), out); return;
    case HeaderForm::message_ids: write_texts(mime::message_ids(value), out); return;
    case HeaderForm::urls: write_texts(mime::urls(value), out); return;
    case HeaderForm::date:
        if (const auto date = mime::date(value))
            out.value(mime::iso_date(*date));
        else
            out.null();
    }
}

} // namespace

void write_header_field(const WantedHeader& wanted, std::string_view header, jmap::Writer& out) {
    out.key(wanted.property);
    if (wanted.header.all) {
        out.begin_array();
        for (const auto& field : mime::all_fields(header, wanted.header.field))
            write_value(wanted.header.form, field.value, out);
        out.end_array();
        return;
    }
    if (const auto field = mime::last_field(header, wanted.header.field))
        write_value(wanted.header.form, field->value, out);
    else
        out.null();
}

void write_header_list(std::string_view header, jmap::Writer& out) {
    out.begin_array();
    for (const auto& field : mime::Fields(header)) {
        out.begin_object().member("name", mime::repair_utf8(field.name));
        out.member("value", mime::raw(field.value)).end_object();
    }
    out.end_array();
}

} // namespace facteur
