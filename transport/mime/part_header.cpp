#include "transport/mime/part_header.h"

#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"

#include <algorithm>
#include <array>

namespace facteur::mime {
namespace {

enum WantedField : std::size_t {
    type,
    encoding,
    disposition,
    id,
    description,
    md5,
    language,
    location,
    count
};

constexpr std::array<std::string_view, count> field_names = {
    "content-type", "content-transfer-encoding", "content-disposition", "content-id", "content-description",
    "content-md5",  "content-language",          "content-location"};

using Values = std::array<std::optional<std::string_view>, count>;

Values values_of(std::string_view header) {
    Values values;
    for (const Field& field : Fields(header)) {
        if (!has_prefix_text(field.name, "content-")) continue;
        const auto name = std::find_if(field_names.begin(), field_names.end(),
                                       [&](std::string_view known) { return same_name(known, field.name); });
        if (name == field_names.end()) continue;
        auto& value = values[static_cast<std::size_t>(name - field_names.begin())];
        if (!value) value = field.value;
    }
    return values;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 127 && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
    });
}

void take_type(Part& part, const std::optional<std::string_view>& value, bool in_digest) {
    if (in_digest) {
        part.type = "message";
        part.subtype = "rfc822";
    }
    if (!value) return;
    auto parsed = parse_parameterized(*value);
    part.parameters = std::move(parsed.parameters);
    const std::string_view media = parsed.value;
    const auto slash = media.find('/');
    const auto before = media.substr(0, slash);
    const auto after = slash == std::string_view::npos ? std::string_view{} : media.substr(slash + 1);
    if (is_token(before) && is_token(after)) {
        part.type = before;
        part.subtype = after;
    } else if (!media.empty() && media != "text") { // RFC 2045 §5.2 would show it; a file is no text
        const bool is_file = !parameter(part.parameters, "name").empty();
        part.type = is_file ? "application" : "text";
        part.subtype = is_file ? "octet-stream" : "plain";
    }
}

// "en, fr (Canada)" as "en,fr".
std::string tags_of(std::string_view value) {
    std::string tags = decode_words(value), out;
    std::size_t depth = 0;
    for (const char c : tags) {
        if (c == '(') ++depth;
        if (depth == 0 && !is_space(c)) out += c;
        if (c == ')' && depth > 0) --depth;
    }
    return out;
}

std::string uri_without_white(std::string_view value) {
    std::string out = guess_utf8(value);
    std::erase_if(out, is_space);
    return out;
}

} // namespace

void describe(Part& part, std::string_view header, bool in_digest) {
    const Values values = values_of(header);
    take_type(part, values[type], in_digest);
    part.charset = parameter(part.parameters, "charset");
    if (part.charset.empty() && part.type == "text") part.charset = "us-ascii";
    if (part.type == "multipart") {
        part.boundary = parameter(part.parameters, "boundary");
        while (!part.boundary.empty() && is_space(part.boundary.back()))
            part.boundary.pop_back();
    }
    if (values[encoding]) part.encoding = encoding_named(*values[encoding]);
    if (values[disposition]) {
        auto parsed = parse_parameterized(*values[disposition]);
        part.disposition = std::move(parsed.value);
        part.disposition_parameters = std::move(parsed.parameters);
    }
    part.name = parameter(part.disposition_parameters, "filename");
    if (part.name.empty()) part.name = parameter(part.parameters, "name");
    if (values[id]) part.content_id = guess_utf8(without_angles(*values[id]));
    if (values[description]) part.description = text(*values[description]);
    if (values[md5]) part.md5 = uri_without_white(*values[md5]);
    if (values[language]) part.language = tags_of(*values[language]);
    if (values[location]) part.location = uri_without_white(*values[location]);
}

void become_plain_text(Part& part) {
    part.is_multipart = false;
    part.opaque = true;
    part.type = "text";
    part.subtype = "plain";
    part.boundary.clear();
    if (part.charset.empty()) part.charset = "us-ascii";
}

} // namespace facteur::mime
