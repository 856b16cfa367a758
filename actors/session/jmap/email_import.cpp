// Email/import (RFC 8621 §4.8).
#include "actors/mailbox/keep_upload.h"
#include "actors/session/jmap/blobs.h"
#include "actors/session/jmap/email_set.h"
#include "actors/session/jmap/new_email.h"
#include "actors/session/jmap/writing.h"
#include "transport/mime/headers.h"

#include <algorithm>

namespace facteur {
namespace {

// When the message came to the last server that it passed, as its topmost Received field says.
std::optional<store::Time> received_time(std::string_view message) {
    const auto field = mime::first_field(mime::header_of(message), "Received");
    if (!field) return std::nullopt;
    const auto semicolon = field->value.rfind(';');
    if (semicolon == std::string_view::npos) return std::nullopt;
    const auto date = mime::date(field->value.substr(semicolon + 1));
    return date ? std::optional(date->seconds) : std::nullopt;
}

bool is_known_property(std::string_view name) {
    return name == "blobId" || name == "mailboxIds" || name == "keywords" || name == "receivedAt";
}

SetResult<std::shared_ptr<const IngestedEmail>> import_one(const MethodContext& context,
                                                           const store::Snapshot& now, jmap::Object object) {
    Faults faults;
    for (const auto [name, value] : object)
        if (!is_known_property(name)) faults.property(std::string(name), "An import has no such property.");
    if (!jmap::member(object, "mailboxIds")) faults.property("mailboxIds", "It is missing.");
    auto keywords = take_keywords(jmap::member(object, "keywords"), faults);
    const auto given = optional_text(object, "blobId");
    const auto id = given ? jmap::resolve_id(*given, context.created_ids) : std::string_view{};
    const auto blob = Blob::open(now, context.user.id, id);
    if (!blob) faults.property("blobId", "There is no such blob.");
    const auto most = largest_message(context.services);
    if (blob && blob->size() > most) faults.other(jmap::set_error("tooLarge", "The message is too large."));
    if (blob && blob->size() == 0) faults.other(jmap::set_error("invalidEmail", "The message is empty."));
    if (faults.any()) return refuse(std::move(faults).error());

    if (!context.turn.may_take(blob->size())) return refuse({});
    auto bytes = blob->read(now, 0, blob->size());
    if (!bytes) return refuse(jmap::invalid_properties({"blobId"}, "The blob cannot be read."));
    const auto received = take_received_at(jmap::member(object, "receivedAt"),
                                           received_time(*bytes).value_or(context.now), faults);
    if (faults.any()) return refuse(std::move(faults).error());
    return ingest(std::make_shared<const std::string>(std::move(*bytes)), *received, std::move(*keywords));
}

} // namespace

jmap::Expected<CallMethod> prepare_email_import(const MethodContext& context, jmap::Object object) {
    const auto& services = context.services;
    jmap::Arguments arguments(object, context.created_ids);
    if (!arguments.id("accountId")) arguments.refuse({"invalidArguments", "\"accountId\" is missing."});
    const auto if_in_state = arguments.string("ifInState");
    const auto emails = arguments.object("emails");
    if (!emails) arguments.refuse({"invalidArguments", "\"emails\" is missing."});
    if (emails && jmap::member_count(*emails) > services.jmap_limits.max_objects_in_set)
        arguments.refuse({"requestTooLarge", "The call names too many emails."});
    if (auto fault = arguments.fault()) return tl::unexpected(std::move(*fault));

    auto call = begin_call(context, "Email/import");
    jmap::Writer out(call.arguments);
    out.begin_object();
    if (if_in_state) out.member("ifInState", *if_in_state);
    NewEmails made(call, out);
    const auto now = services.store.read(context.user.id);
    for (const auto [creation_id, value] : *emails) {
        const auto email = jmap::as_object(value);
        if (!email) {
            made.refuse(creation_id, jmap::invalid_properties({"blobId", "mailboxIds"}));
        } else if (!made.has_room()) {
            made.refuse(creation_id, NewEmails::too_much());
        } else if (auto imported = import_one(context, now, *email)) {
            made.add(creation_id, std::move(*imported), *jmap::member(*email, "mailboxIds"));
        } else {
            made.refuse(creation_id, imported.error());
        }
        if (context.turn.has_ended()) return tl::unexpected(context.turn.error());
    }
    made.end();
    out.end_object();
    return call;
}

store::Plan plan_email_import(std::shared_ptr<const CallMethod> plan_call,
                              std::shared_ptr<MethodAnswered> plan_answered) {
    return plan_emails(std::move(plan_call), std::move(plan_answered), true, [](EmailCall& call) {
        // The email holds its body from now on: the upload makes room for others.
        const auto end_upload = [&](const IngestedEmail& email) {
            const auto upload = call.draft.now().upload(call.call.account, email.body.hash);
            if (upload && upload->type != held_type) call.draft.add(store::UploadRemoved{email.body.hash});
        };
        file_new_emails(call.call, call.arguments, call.changes, call.set, call.answered, end_upload);
    });
}

} // namespace facteur
