#include "transport/jmap/errors.h"

namespace facteur::jmap {
namespace {

std::string_view urn(RequestError::Type type) {
    switch (type) {
    case RequestError::Type::not_json: return "urn:ietf:params:jmap:error:notJSON";
    case RequestError::Type::not_request: return "urn:ietf:params:jmap:error:notRequest";
    case RequestError::Type::unknown_capability: return "urn:ietf:params:jmap:error:unknownCapability";
    case RequestError::Type::limit: break;
    }
    return "urn:ietf:params:jmap:error:limit";
}

void write_list(std::string_view name, const std::vector<std::string>& texts, Writer& out) {
    if (texts.empty()) return;
    out.key(name).begin_array();
    for (const auto& text : texts)
        out.value(text);
    out.end_array();
}

} // namespace

void write_members(const RequestError& error, Writer& out) {
    out.member("type", urn(error.type)).member("status", RequestError::status);
    if (!error.limit.empty()) out.member("limit", error.limit);
    out.member("detail", error.detail);
}

std::string problem_json(const RequestError& error) {
    std::string json;
    Writer out(json);
    out.begin_object();
    write_members(error, out);
    out.end_object();
    return json;
}

void write(const MethodError& error, Writer& out) {
    out.begin_object().member("type", error.type);
    if (!error.description.empty()) out.member("description", error.description);
    out.end_object();
}

void write(const SetError& error, Writer& out) {
    out.begin_object().member("type", error.type);
    if (!error.description.empty()) out.member("description", error.description);
    write_list("properties", error.properties, out);
    if (!error.existing_id.empty()) out.member("existingId", error.existing_id);
    write_list("notFound", error.not_found, out);
    if (error.max_size > 0) out.member("maxSize", error.max_size);
    if (error.max_recipients > 0) out.member("maxRecipients", error.max_recipients);
    write_list("invalidRecipients", error.invalid_recipients, out);
    out.end_object();
}

} // namespace facteur::jmap
