#include "transport/jmap/request.h"

namespace facteur::jmap {
namespace {

using Refusal = tl::unexpected<RequestError>;

Refusal refuse(RequestError::Type type, std::string detail, std::string limit = {}) {
    return Refusal(RequestError{type, std::move(detail), std::move(limit)});
}
Refusal not_request(std::string detail) {
    return refuse(RequestError::Type::not_request, std::move(detail));
}

tl::expected<void, RequestError> read_capabilities(Object root, std::uint32_t supported, Request& request) {
    const auto list = member(root, "using");
    const auto names = list ? as_array(*list) : std::nullopt;
    if (!names) return not_request("\"using\" must be an array of strings.");
    for (const Value item : *names) {
        const auto name = as_string(item);
        if (!name) return not_request("\"using\" must be an array of strings.");
        const auto capability = capability_named(*name);
        if (!capability || (bit_of(*capability) & supported) == 0)
            return refuse(RequestError::Type::unknown_capability,
                          "The server does not have a capability of \"using\".");
        request.capabilities |= bit_of(*capability);
    }
    return {};
}

std::optional<Invocation> invocation_of(Value value) {
    const auto array = as_array(value);
    if (!array || array->size() != 3) return std::nullopt;
    auto item = array->begin();
    const auto name = as_string(*item);
    const auto arguments = as_object(*++item);
    const auto call_id = as_string(*++item);
    if (!name || !arguments || !call_id) return std::nullopt;
    return Invocation{*name, *arguments, *call_id};
}

tl::expected<void, RequestError> read_calls(Object root, const Limits& limits, Request& request) {
    const auto list = member(root, "methodCalls");
    const auto calls = list ? as_array(*list) : std::nullopt;
    if (!calls) return not_request("\"methodCalls\" must be an array of invocations.");
    for (const Value item : *calls) {
        const auto invocation = invocation_of(item);
        if (!invocation)
            return not_request(
                "An invocation must be an array of a name, an object of arguments and a call id.");
        if (request.calls.size() == limits.max_calls_in_request)
            return refuse(RequestError::Type::limit, "The request has too many method calls.",
                          "maxCallsInRequest");
        request.calls.push_back(*invocation);
    }
    return {};
}

tl::expected<void, RequestError> read_created_ids(Object root, Request& request) {
    const auto value = member(root, "createdIds");
    if (!value || value->is_null()) return {};
    const auto ids = as_object(*value);
    if (!ids) return not_request("\"createdIds\" must be an object of ids.");
    for (const auto [creation_id, item] : *ids) {
        const auto id = as_string(item);
        if (!id || !is_id(creation_id) || !is_id(*id))
            return not_request("\"createdIds\" must be an object of ids.");
        request.created_ids.emplace(creation_id, *id);
    }
    request.gives_created_ids = true;
    return {};
}

} // namespace

tl::expected<Request, RequestError> make_request(Document document, std::uint32_t supported,
                                                 const Limits& limits) {
    Request request;
    request.document = std::move(document);
    const auto root = as_object(request.document.root());
    if (!root) return not_request("The request must be an object.");
    if (auto read = read_capabilities(*root, supported, request); !read) return Refusal(read.error());
    if (auto read = read_calls(*root, limits, request); !read) return Refusal(read.error());
    if (auto read = read_created_ids(*root, request); !read) return Refusal(read.error());
    return request;
}

tl::expected<Request, RequestError> parse_request(std::string_view body, std::uint32_t supported,
                                                  const Limits& limits) {
    if (body.size() > limits.max_size_request)
        return refuse(RequestError::Type::limit, "The request is too long.", "maxSizeRequest");
    auto document = Document::parse(body, limits.max_depth);
    if (!document) return refuse(RequestError::Type::not_json, document.error().message);
    return make_request(std::move(*document), supported, limits);
}

} // namespace facteur::jmap
