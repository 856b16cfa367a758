// VacationResponse/get (RFC 8621 §8.1). There always is one: an account that never said anything is not away.
#include "actors/session/jmap/get_answer.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/objects.h"
#include "actors/session/jmap/read_methods.h"
#include "transport/jmap/dates.h"

namespace facteur {
namespace {

void write(const vacation::Vacation& vacation, const jmap::GetArguments& get, jmap::Writer& out) {
    const auto date = [&](std::string_view name, const std::optional<std::int64_t>& at) {
        if (!get.wants(name)) return;
        if (at)
            out.member(name, jmap::utc_date(*at));
        else
            out.key(name).null();
    };
    const auto text = [&](std::string_view name, const std::optional<std::string>& value) {
        if (!get.wants(name)) return;
        if (value)
            out.member(name, *value);
        else
            out.key(name).null();
    };
    out.begin_object().member("id", vacation_id);
    if (get.wants("isEnabled")) out.member("isEnabled", vacation.is_enabled);
    date("fromDate", vacation.from);
    date("toDate", vacation.to);
    text("subject", vacation.subject);
    text("textBody", vacation.text);
    text("htmlBody", vacation.html);
    out.end_object();
}

} // namespace

jmap::MethodResult vacation_get(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto get = jmap::read_get(a, context.services.jmap_limits);
    jmap::check_properties(a, get, {"isEnabled", "fromDate", "toDate", "subject", "textBody", "htmlBody"});
    if (auto fault = a.fault()) return tl::unexpected(*fault);

    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    const auto row = now.object(account, store::ObjectType::vacation_response, vacation_id);
    const auto response = (row ? read_vacation_response(*row) : std::nullopt).value_or(VacationResponse{});
    GetAnswer answer(get.account, state_of(now.state(account), store::StateType::vacation_response), out);
    if (!get.ids) {
        write(response.vacation, get, out);
    } else {
        for (const auto id : *get.ids)
            if (id == vacation_id)
                write(response.vacation, get, out);
            else
                answer.not_found(id);
    }
    answer.end();
    return {};
}

} // namespace facteur
