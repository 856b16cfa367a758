#include "actors/session/jmap/new_email.h"
#include "transport/jmap/dates.h"
#include "transport/jmap/value.h"
#include "transport/mime/decode.h"

#include <algorithm>
#include <array>

namespace facteur {
namespace {

struct Convenience {
    std::string_view property, field;
    HeaderForm form;
};
// RFC 8621 §4.1.2, in the order in which they are written.
constexpr std::array<Convenience, 11> conveniences{{{"sentAt", "Date", HeaderForm::date},
                                                    {"from", "From", HeaderForm::addresses},
                                                    {"sender", "Sender", HeaderForm::addresses},
                                                    {"replyTo", "Reply-To", HeaderForm::addresses},
                                                    {"to", "To", HeaderForm::addresses},
                                                    {"cc", "Cc", HeaderForm::addresses},
                                                    {"bcc", "Bcc", HeaderForm::addresses},
                                                    {"subject", "Subject", HeaderForm::text},
                                                    {"messageId", "Message-ID", HeaderForm::message_ids},
                                                    {"inReplyTo", "In-Reply-To", HeaderForm::message_ids},
                                                    {"references", "References", HeaderForm::message_ids}}};

// More than any real message has.
constexpr std::size_t most_fields = 1000;
constexpr std::size_t most_items = 5000; // addresses or ids of one field

std::size_t place_of(std::string_view field) {
    const auto known = std::find_if(conveniences.begin(), conveniences.end(),
                                    [&](const auto& c) { return mime::same_name(c.field, field); });
    return static_cast<std::size_t>(known - conveniences.begin());
}

std::optional<std::vector<std::string>> read_texts(jmap::Value value) {
    const auto array = jmap::as_array(value);
    if (!array || array->size() > most_items) return std::nullopt;
    std::vector<std::string> texts;
    for (const jmap::Value item : *array) {
        const auto text = jmap::as_string(item);
        if (!text) return std::nullopt;
        texts.emplace_back(*text);
    }
    return texts;
}

// A string, or null, which is the empty string.
std::optional<std::string> nullable_text(jmap::Object object, std::string_view name) {
    const auto value = jmap::member(object, name);
    if (!value || value->is_null()) return std::string{};
    const auto text = jmap::as_string(*value);
    return text ? std::optional(std::string(*text)) : std::nullopt;
}

bool has_only(jmap::Object object, std::string_view first, std::string_view second) {
    for (const auto [name, value] : object)
        if (name != first && name != second) return false;
    return true;
}

std::optional<std::vector<mime::Address>> read_addresses(jmap::Value value) {
    const auto array = jmap::as_array(value);
    if (!array || array->size() > most_items) return std::nullopt;
    std::vector<mime::Address> addresses;
    for (const jmap::Value item : *array) {
        const auto object = jmap::as_object(item);
        if (!object || !has_only(*object, "name", "email")) return std::nullopt;
        auto name = nullable_text(*object, "name");
        const auto email = jmap::member(*object, "email");
        const auto text = email ? jmap::as_string(*email) : std::nullopt;
        if (!name || !text) return std::nullopt;
        if (!name->empty() || !text->empty()) addresses.push_back({std::move(*name), std::string(*text)});
    }
    return addresses;
}

std::optional<std::vector<mime::AddressGroup>> read_groups(jmap::Value value) {
    const auto array = jmap::as_array(value);
    if (!array || array->size() > most_items) return std::nullopt;
    std::vector<mime::AddressGroup> groups;
    for (const jmap::Value item : *array) {
        const auto object = jmap::as_object(item);
        if (!object || !has_only(*object, "name", "addresses")) return std::nullopt;
        const auto name = nullable_text(*object, "name");
        const auto list = jmap::member(*object, "addresses");
        auto addresses = list ? read_addresses(*list) : std::nullopt;
        if (!name || !addresses) return std::nullopt;
        groups.push_back(
            {name->empty() ? std::nullopt : std::optional(std::move(*name)), std::move(*addresses)});
    }
    return groups;
}

std::optional<mime::Date> read_date(jmap::Value value) {
    const auto text = jmap::as_string(value);
    if (!text || !jmap::parse_date(*text)) return std::nullopt;
    return mime::parse_iso_date(*text);
}

std::optional<mime::FieldValue> read_form(HeaderForm form, jmap::Value value) {
    const auto text = jmap::as_string(value);
    const auto as = [](auto read) -> std::optional<mime::FieldValue> {
        if (!read) return std::nullopt;
        return mime::FieldValue(std::move(*read));
    };
    switch (form) {
    case HeaderForm::raw:
        if (!text) return std::nullopt;
        return mime::Raw{std::string(*text)};
    case HeaderForm::text:
        if (!text) return std::nullopt;
        return mime::Text{std::string(*text)};
    case HeaderForm::addresses: return as(read_addresses(value));
    case HeaderForm::grouped_addresses: return as(read_groups(value));
    case HeaderForm::date: return as(read_date(value));
    case HeaderForm::message_ids: {
        auto ids = read_texts(value);
        if (!ids) return std::nullopt;
        return mime::MessageIds{std::move(*ids)};
    }
    case HeaderForm::urls: break;
    }
    auto urls = read_texts(value);
    if (!urls) return std::nullopt;
    return mime::Urls{std::move(*urls)};
}

// A list of nothing is no field at all.
bool is_empty(const mime::FieldValue& value) {
    if (const auto* addresses = std::get_if<std::vector<mime::Address>>(&value)) return addresses->empty();
    if (const auto* groups = std::get_if<std::vector<mime::AddressGroup>>(&value)) return groups->empty();
    if (const auto* ids = std::get_if<mime::MessageIds>(&value)) return ids->ids.empty();
    if (const auto* urls = std::get_if<mime::Urls>(&value)) return urls->urls.empty();
    return false;
}

// A draft may hold what is no address yet (RFC 8621 §4.6): then the field is kept as the text that it is.
std::optional<mime::NewField> as_unfinished(const mime::NewField& field) {
    const auto* addresses = std::get_if<std::vector<mime::Address>>(&field.value);
    if (addresses == nullptr) return std::nullopt;
    mime::Text text;
    for (const auto& address : *addresses) {
        if (!text.value.empty()) text.value += ", ";
        text.value += address.name.empty()    ? address.email
                      : address.email.empty() ? address.name
                                              : address.name + " <" + address.email + ">";
    }
    return mime::NewField{field.name, std::move(text)};
}

} // namespace

std::string lower_case(std::string_view text) {
    std::string lowered(text);
    for (char& c : lowered)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lowered;
}

bool NewHeaders::has(std::string_view field) const {
    return names_.contains(lower_case(field));
}

void NewHeaders::add(std::string_view name, const std::string& path, HeaderForm form, jmap::Value value) {
    auto read = read_form(form, value);
    if (!read) return faults_.property(path, "The value has not the form of this property.");
    if (is_empty(*read)) return;
    if (fields_.size() == most_fields) return faults_.property(path, "There are too many header fields.");
    mime::NewField field{std::string(name), std::move(*read)};
    // Only an address makes the message need UTF-8 in its header: all other text has encoded words.
    if (!mime::write_field(field, false)) {
        auto unfinished = as_unfinished(field);
        if (mime::write_field(field, true)) {
            needs_utf8_ = true;
        } else if (unfinished && mime::write_field(*unfinished, false)) {
            field = std::move(*unfinished);
        } else {
            return faults_.property(path, "The value cannot be written into a header field.");
        }
    }
    fields_.push_back(std::move(field));
}

void NewHeaders::add_all(std::string_view property, const std::string& path, jmap::Value value,
                         bool of_part) {
    const auto header = read_header_property(property);
    if (!header) return faults_.property(path, "It is no header property.");
    const auto name = lower_case(header->field);
    if (!of_part && name.starts_with("content-"))
        return faults_.property(path, "Content-* fields belong to body parts.");
    if (name == "content-transfer-encoding" || name == "mime-version")
        return faults_.property(path, "The server sets this field.");
    if (!allows(header->field, header->form)) return faults_.property(path, "The field has no such form.");
    if (value.is_null()) return;
    if (!names_.insert(name).second)
        return faults_.property(path, "Two properties stand for the same header field.");
    if (!header->all) return add(header->field, path, header->form, value);
    const auto values = jmap::as_array(value);
    if (!values) return faults_.property(path, "It must be an array.");
    for (const jmap::Value item : *values)
        add(header->field, path, header->form, item);
}

bool NewHeaders::take(std::string_view property, jmap::Value value) {
    if (property.starts_with("header:")) {
        add_all(property, std::string(property), value, false);
        return true;
    }
    const auto known = std::find_if(conveniences.begin(), conveniences.end(),
                                    [&](const auto& c) { return c.property == property; });
    if (known == conveniences.end()) return false;
    if (value.is_null()) return true;
    if (!names_.insert(lower_case(known->field)).second)
        faults_.property(std::string(property), "Two properties stand for the same header field.");
    else
        add(known->field, std::string(property), known->form, value);
    return true;
}

void NewHeaders::take_of_part(std::string_view property, const std::string& path, jmap::Value value) {
    add_all(property, path, value, true);
}

std::vector<mime::NewField> NewHeaders::take_fields() && {
    std::stable_sort(fields_.begin(), fields_.end(),
                     [](const auto& a, const auto& b) { return place_of(a.name) < place_of(b.name); });
    return std::move(fields_);
}

} // namespace facteur
