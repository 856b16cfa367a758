#include "actors/session/jmap/email_set.h"

#include "actors/accounts/directory.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/new_email.h"
#include "actors/session/jmap/writing.h"

namespace facteur {

// ---- in the session

jmap::SetError NewEmails::too_much() {
    return jmap::set_error("rateLimit", "The call makes too much at once: send the rest in another.");
}

void NewEmails::add(std::string_view creation_id, std::shared_ptr<const IngestedEmail> email,
                    jmap::Value mailboxes) {
    octets_ += email->row.size;
    out_.begin_object().member("id", creation_id).member("email", call_.emails.size());
    out_.key("mailboxIds").value(mailboxes).end_object();
    call_.emails.push_back({std::move(email)});
}

void NewEmails::refuse(std::string_view creation_id, const jmap::SetError& error) {
    out_.begin_object().member("id", creation_id).key("error").raw(to_json(error)).end_object();
}

jmap::Expected<CallMethod> prepare_email_set(const MethodContext& context, jmap::Object object) {
    const auto& services = context.services;
    jmap::Arguments arguments(object, context.created_ids);
    const auto set = jmap::read_set(arguments, services.jmap_limits);
    if (auto fault = arguments.fault()) return tl::unexpected(std::move(*fault));

    auto call = begin_call(context, "Email/set");
    jmap::Writer out(call.arguments);
    write_set(arguments, set, out.begin_object());
    NewEmails made(call, out);
    if (set.create) {
        const auto now = services.store.read(context.user.id);
        const Composer composer{now,
                                context.user.id,
                                context.created_ids,
                                services.directory.domain(),
                                context.now,
                                services.jmap_limits.max_size_attachments_per_email,
                                largest_message(services),
                                random_number,
                                context.turn};
        for (const auto [creation_id, value] : *set.create) {
            const auto email = jmap::as_object(value);
            const auto mailboxes = email ? jmap::member(*email, "mailboxIds") : std::nullopt;
            if (!mailboxes) {
                made.refuse(creation_id, jmap::invalid_properties({"mailboxIds"}, "It is missing."));
            } else if (!made.has_room()) {
                made.refuse(creation_id, NewEmails::too_much());
            } else if (auto composed = compose(composer, *email)) {
                made.add(creation_id, std::move(*composed), *mailboxes);
            } else {
                made.refuse(creation_id, composed.error());
            }
            if (context.turn.has_ended()) return tl::unexpected(context.turn.error());
        }
    }
    made.end();
    out.end_object();
    return call;
}

// ---- on the lane

void file_new_emails(const CallMethod& call, jmap::Object arguments, EmailChanges& changes, SetAnswer& set,
                     MethodAnswered& answered, const std::function<void(const IngestedEmail&)>& filed) {
    each_object(arguments, "create", [&](jmap::Object entry) {
        const auto creation_id = text_member(entry, "id");
        if (const auto error = jmap::member(entry, "error"))
            return set.not_created(creation_id, jmap::to_json(*error));
        const auto index = jmap::member(entry, "email"), mailboxes = jmap::member(entry, "mailboxIds");
        const auto number = index ? jmap::as_unsigned(*index) : std::nullopt;
        if (!number || *number >= call.emails.size() || !mailboxes) return;
        const auto& email = *call.emails[*number].email;
        const auto added = changes.add(email, *mailboxes);
        if (!added) return set.not_created(creation_id, added.error());
        answered.created_ids[std::string(creation_id)] = email_id(added->email);
        set.created(creation_id, describe_created(*added, email));
        if (filed) filed(email);
    });
}

store::Plan plan_emails(std::shared_ptr<const CallMethod> plan_call,
                        std::shared_ptr<MethodAnswered> plan_answered, bool only_creates,
                        std::function<void(EmailCall&)> body) {
    return plan_over(std::move(plan_call), std::move(plan_answered),
                     [only_creates, body = std::move(body)](const CallMethod& call, jmap::Object arguments,
                                                            store::Draft& draft,
                                                            MethodAnswered& answered) -> store::Result<void> {
                         if (is_mismatch(optional_text(arguments, "ifInState"), draft,
                                         store::StateType::email, answered, call.call_id))
                             return {};
                         EmailChanges changes(draft, call.created_ids, call.quota);
                         SetAnswer set;
                         EmailCall email_call{call, arguments, draft, answered, changes, set};
                         body(email_call);
                         changes.finish();
                         const auto states = states_of(draft, store::StateType::email, changes.any());
                         answer(answered, call.name,
                                set.json(call.account, states.before, states.after, only_creates),
                                call.call_id);
                         return {};
                     });
}

store::Plan plan_email_set(std::shared_ptr<const CallMethod> plan_call,
                           std::shared_ptr<MethodAnswered> plan_answered) {
    return plan_emails(std::move(plan_call), std::move(plan_answered), false, [](EmailCall& call) {
        file_new_emails(call.call, call.arguments, call.changes, call.set, call.answered);
        change_objects(
            call.call, call.arguments, call.set,
            [&](const std::string& name, jmap::Object patch) {
                const auto id = read_email_id(name);
                return id ? call.changes.update(*id, patch) : refuse(jmap::set_error("notFound"));
            },
            [&](const std::string& name) {
                const auto id = read_email_id(name);
                return id ? call.changes.remove(*id) : refuse(jmap::set_error("notFound"));
            });
    });
}

} // namespace facteur
