#include "transport/jmap/push.h"

#include <algorithm>
#include <charconv>

namespace facteur::jmap {

void write_state_change(std::span<const AccountChange> changed, std::string_view push_state, Writer& out) {
    out.begin_object().member("@type", "StateChange").key("changed").begin_object();
    for (const auto& account : changed) {
        out.key(account.account).begin_object();
        for (const auto& [type, state] : account.states)
            out.member(type, state);
        out.end_object();
    }
    out.end_object();
    if (!push_state.empty()) out.member("pushState", push_state);
    out.end_object();
}

TypeFilter TypeFilter::of(std::vector<std::string> types) {
    TypeFilter filter;
    filter.all_ = false;
    filter.types_ = std::move(types);
    return filter;
}

TypeFilter TypeFilter::parse(std::string_view list) {
    if (list == "*") return all();
    std::vector<std::string> types;
    for (std::size_t from = 0; from <= list.size();) {
        const auto end = std::min(list.find(',', from), list.size());
        if (end > from) types.emplace_back(list.substr(from, end - from));
        from = end + 1;
    }
    return of(std::move(types));
}

bool TypeFilter::wants(std::string_view type) const {
    return all_ || std::find(types_.begin(), types_.end(), type) != types_.end();
}

std::optional<EventSourceParameters>
event_source_parameters(std::string_view types, std::string_view close_after, std::string_view ping) {
    EventSourceParameters parameters;
    if (types.empty() || (close_after != "state" && close_after != "no")) return std::nullopt;
    parameters.types = TypeFilter::parse(types);
    parameters.close_after_state = close_after == "state";
    const auto [end, error] = std::from_chars(ping.data(), ping.data() + ping.size(), parameters.ping);
    if (error != std::errc{} || end != ping.data() + ping.size()) return std::nullopt;
    if (parameters.ping != 0) parameters.ping = std::clamp<std::uint32_t>(parameters.ping, 5, 900);
    return parameters;
}

std::string state_event(std::span<const AccountChange> changed, std::string_view id) {
    std::string event = "event: state\n";
    if (!id.empty()) event.append("id: ").append(id).append("\n");
    event.append("data: ");
    Writer out(event);
    write_state_change(changed, {}, out);
    return event.append("\n\n");
}

std::string ping_event(std::uint32_t interval) {
    return "event: ping\ndata: {\"interval\":" + std::to_string(interval) + "}\n\n";
}

// ---- WebSocket
// -------------------------------------------------------------------------------------------

namespace {

std::string text_member(Object object, std::string_view name) {
    const auto value = member(object, name);
    const auto text = value ? as_string(*value) : std::nullopt;
    return std::string(text.value_or(std::string_view{}));
}

RefusedFrame refused(std::string id, RequestError::Type type, std::string detail) {
    return {std::move(id), {type, std::move(detail), {}}};
}

Frame push_enable(Object root) {
    PushEnable enable;
    enable.push_state = text_member(root, "pushState");
    const auto types = member(root, "dataTypes");
    if (!types || types->is_null()) return enable;
    const auto list = as_array(*types);
    std::vector<std::string> names;
    for (std::size_t i = 0; list && i < list->size(); ++i)
        if (const auto name = as_string(list->at(i).value())) names.emplace_back(*name);
    if (!list || names.size() != list->size())
        return refused({}, RequestError::Type::not_request, "\"dataTypes\" must be an array of strings.");
    enable.types = TypeFilter::of(std::move(names));
    return enable;
}

} // namespace

Frame parse_frame(std::string_view text, std::uint32_t supported, const Limits& limits) {
    if (text.size() > limits.max_size_request)
        return RefusedFrame{{}, {RequestError::Type::limit, "The request is too long.", "maxSizeRequest"}};
    auto document = Document::parse(text, limits.max_depth);
    if (!document) return refused({}, RequestError::Type::not_json, document.error().message);
    const auto root = as_object(document->root());
    if (!root) return refused({}, RequestError::Type::not_request, "A frame must hold an object.");
    auto id = text_member(*root, "id");
    const auto type = text_member(*root, "@type");
    if (type == "WebSocketPushEnable") return push_enable(*root);
    if (type == "WebSocketPushDisable") return PushDisable{};
    if (type != "Request")
        return refused(std::move(id), RequestError::Type::not_request,
                       "\"@type\" is not of a client's frame.");
    auto request = make_request(std::move(*document), supported, limits);
    if (!request) return RefusedFrame{std::move(id), request.error()};
    return RequestFrame{std::move(id), std::move(*request)};
}

std::string request_error_frame(const RefusedFrame& refused) {
    std::string json;
    Writer out(json);
    out.begin_object().member("@type", "RequestError");
    if (refused.id.empty())
        out.key("requestId").null();
    else
        out.member("requestId", refused.id);
    write_members(refused.error, out);
    out.end_object();
    return json;
}

std::string state_change_frame(std::span<const AccountChange> changed, std::string_view push_state) {
    std::string json;
    Writer out(json);
    write_state_change(changed, push_state, out);
    return json;
}

} // namespace facteur::jmap
