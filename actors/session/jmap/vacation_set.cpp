// VacationResponse/set (RFC 8621 §8.2).
#include "actors/session/jmap/objects.h"
#include "actors/session/jmap/write_call.h"
#include "actors/session/jmap/writing.h"
#include "transport/jmap/dates.h"
#include "transport/jmap/patch.h"

#include <algorithm>

namespace facteur {
namespace {

using jmap::invalid_properties;
using jmap::set_error;

constexpr std::size_t longest_subject = 255;
constexpr std::size_t longest_text = 100'000; // octets of each form

bool read_text(jmap::Value value, std::size_t longest, std::optional<std::string>& text) {
    text.reset();
    if (value.is_null()) return true;
    const auto given = jmap::as_string(value);
    if (!given || given->size() > longest) return false;
    text = *given;
    return true;
}

bool read_subject(jmap::Value value, std::optional<std::string>& subject) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return read_text(value, longest_subject, subject) &&
           (!subject || std::none_of(subject->begin(), subject->end(), is_control));
}

bool read_date(jmap::Value value, std::optional<std::int64_t>& at) {
    at.reset();
    if (value.is_null()) return true;
    const auto text = jmap::as_string(value);
    if (text) at = jmap::parse_utc_date(*text);
    return at.has_value();
}

// A null is the default.
bool take_property(std::string_view name, jmap::Value value, vacation::Vacation& vacation) {
    if (name == "isEnabled") {
        const auto enabled = value.is_null() ? std::optional(false) : jmap::as_boolean(value);
        vacation.is_enabled = enabled.value_or(false);
        return enabled.has_value();
    }
    if (name == "fromDate") return read_date(value, vacation.from);
    if (name == "toDate") return read_date(value, vacation.to);
    if (name == "subject") return read_subject(value, vacation.subject);
    if (name == "textBody") return read_text(value, longest_text, vacation.text);
    if (name == "htmlBody") return read_text(value, longest_text, vacation.html);
    return name == "id" && jmap::as_string(value) == vacation_id;
}

SetResult<void> update_vacation(store::Draft& draft, const std::string& id, jmap::Object patch) {
    if (id != vacation_id) return refuse(set_error("notFound"));
    if (auto paths = jmap::parse_patch(patch); !paths) return tl::unexpected(paths.error());
    const auto row = draft.now().object(draft.account(), store::ObjectType::vacation_response, vacation_id);
    const auto before = (row ? read_vacation_response(*row) : std::nullopt).value_or(VacationResponse{});
    auto after = before;
    for (const auto [name, value] : patch)
        if (!take_property(name, value, after.vacation))
            return refuse(invalid_properties({std::string(name)}, "The property cannot have this value."));
    if (after.vacation.is_enabled && !before.vacation.is_enabled) after.round = draft.modseq();
    if (after != before)
        draft.add(store::ObjectPut{store::ObjectType::vacation_response, std::string(vacation_id),
                                   write_vacation_response(after)});
    return {};
}

store::Result<void> run_vacation_set(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                                     MethodAnswered& answered) {
    constexpr auto type = store::StateType::vacation_response;
    if (is_mismatch(optional_text(arguments, "ifInState"), draft, type, answered, call.call_id)) return {};
    SetAnswer set;
    const auto only_one = set_error("singleton", "There is one, always.");
    each_text(arguments, "create",
              [&](std::string_view creation_id) { set.not_created(creation_id, only_one); });
    change_objects(
        call, arguments, set,
        [&](const std::string& id, jmap::Object patch) { return update_vacation(draft, id, patch); },
        [&](const std::string& id) -> SetResult<void> {
            return refuse(id == vacation_id ? only_one : set_error("notFound"));
        });
    const auto states = states_of(draft, type, !draft.empty());
    answer(answered, call.name, set.json(call.account, states.before, states.after), call.call_id);
    return {};
}

} // namespace

jmap::Expected<CallMethod> prepare_vacation_set(const MethodContext& context, jmap::Object object) {
    jmap::Arguments arguments(object, context.created_ids);
    const auto set = jmap::read_set(arguments, context.services.jmap_limits);
    if (auto fault = arguments.fault()) return tl::unexpected(std::move(*fault));
    auto call = begin_call(context, "VacationResponse/set");
    jmap::Writer out(call.arguments);
    write_set(arguments, set, out.begin_object());
    out.key("create").begin_array();
    if (set.create)
        for (const auto& member : *set.create)
            out.value(member.key);
    out.end_array().end_object();
    return call;
}

store::Plan plan_vacation_set(std::shared_ptr<const CallMethod> call,
                              std::shared_ptr<MethodAnswered> answered) {
    return plan_over(std::move(call), std::move(answered), run_vacation_set);
}

} // namespace facteur
