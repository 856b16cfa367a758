#include "actors/session/jmap/write_call.h"

#include "actors/accounts/quota.h"
#include "actors/session/jmap/email_changes.h"

#include <algorithm>
#include <random>
#include <unordered_set>

namespace facteur {

CallMethod begin_call(const MethodContext& context, std::string_view name) {
    CallMethod call;
    call.account = context.user.id;
    call.name = name;
    call.created_ids.insert(context.created_ids.begin(), context.created_ids.end());
    call.at = context.now;
    call.quota = quota_of(context.user, context.services.config);
    return call;
}

void write_set(jmap::Arguments& arguments, const jmap::SetArguments& set, jmap::Writer& out,
               bool with_update) {
    if (set.if_in_state) out.member("ifInState", *set.if_in_state);
    if (set.update && with_update) out.key("update").value(*arguments.find("update"));
    out.key("destroy").begin_array();
    std::unordered_set<std::string_view> once;
    const auto destroy = arguments.find("destroy");
    const auto ids = destroy ? jmap::as_array(*destroy) : std::nullopt;
    if (ids) {
        for (const jmap::Value item : *ids) {
            const auto id = jmap::as_string(item).value_or(std::string_view{});
            const auto known = jmap::resolve_id(id, arguments.created_ids());
            const auto name = known.empty() ? id : known;
            if (once.insert(name).second) out.value(name);
        }
    }
    out.end_array();
}

void change_objects(const CallMethod& call, jmap::Object arguments, SetAnswer& set,
                    const std::function<SetResult<void>(const std::string& id, jmap::Object patch)>& update,
                    const std::function<SetResult<void>(const std::string& id)>& destroy) {
    std::unordered_set<std::string> doomed;
    each_text(arguments, "destroy", [&](std::string_view id) { doomed.emplace(id); });
    each_member(arguments, "update", [&](std::string_view given, std::optional<jmap::Object> patch) {
        const auto known = resolve(given, call.created_ids);
        const std::string id(known.empty() ? given : known);
        const auto done = doomed.contains(id) ? refuse(jmap::set_error("willDestroy"))
                          : patch             ? update(id, *patch)
                                  : refuse(jmap::set_error("invalidPatch", "It must be an object."));
        if (done)
            set.updated(id);
        else
            set.not_updated(id, done.error());
    });
    each_text(arguments, "destroy", [&](std::string_view id) {
        if (const auto done = destroy(std::string(id)))
            set.destroyed(id);
        else
            set.not_destroyed(id, done.error());
    });
}

std::uint64_t random_number() {
    thread_local std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

std::uint64_t largest_message(const Services& services) {
    const auto& limits = services.jmap_limits;
    // Base64 with line ends makes 57 octets 78.
    const auto composed = limits.max_size_attachments_per_email / 57 * 78 + limits.max_size_request;
    return std::max(composed, services.config.smtp.message_size);
}

store::Plan plan_over(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered,
                      PlanBody body) {
    return [call = std::move(call), answered = std::move(answered),
            body = std::move(body)](store::Draft& draft) -> store::Result<void> {
        // Our own nesting lies over what the request may have had.
        constexpr std::uint16_t depth = 400;
        const auto document = jmap::Document::parse(call->arguments, depth);
        const auto arguments = document ? jmap::as_object(document->root()) : std::nullopt;
        if (!arguments) return store::fail(store::Code::invalid, "The call's arguments are not readable.");
        return body(*call, *arguments, draft, *answered);
    };
}

std::optional<std::string_view> optional_text(jmap::Object object, std::string_view name) {
    const auto value = jmap::member(object, name);
    return value ? jmap::as_string(*value) : std::nullopt;
}
std::string_view text_member(jmap::Object object, std::string_view name) {
    return optional_text(object, name).value_or(std::string_view{});
}

void each_object(jmap::Object object, std::string_view name, const std::function<void(jmap::Object)>& each) {
    const auto value = jmap::member(object, name);
    const auto array = value ? jmap::as_array(*value) : std::nullopt;
    if (!array) return;
    for (const jmap::Value item : *array)
        if (const auto inner = jmap::as_object(item)) each(*inner);
}

void each_text(jmap::Object object, std::string_view name,
               const std::function<void(std::string_view)>& each) {
    const auto value = jmap::member(object, name);
    const auto array = value ? jmap::as_array(*value) : std::nullopt;
    if (!array) return;
    for (const jmap::Value item : *array)
        if (const auto text = jmap::as_string(item)) each(*text);
}

void each_member(jmap::Object object, std::string_view name,
                 const std::function<void(std::string_view, std::optional<jmap::Object>)>& each) {
    const auto value = jmap::member(object, name);
    const auto members = value ? jmap::as_object(*value) : std::nullopt;
    if (!members) return;
    for (const auto [key, inner] : *members)
        each(key, jmap::as_object(inner));
}

} // namespace facteur
