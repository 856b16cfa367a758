#include "actors/session/jmap/read_methods.h"

#include <array>

namespace facteur {
namespace {

using jmap::Capability;

// RFC 8620 §4
jmap::MethodResult echo(const MethodContext&, jmap::Object arguments, jmap::Writer& out) {
    out.value(arguments);
    return {};
}

constexpr auto methods = std::to_array<Method>({
    {"Core/echo", Capability::core, echo},
    {"Mailbox/get", Capability::mail, mailbox_get},
    {"Mailbox/changes", Capability::mail, mailbox_changes},
    {"Mailbox/query", Capability::mail, mailbox_query},
    {"Mailbox/queryChanges", Capability::mail, mailbox_query_changes},
    {"Thread/get", Capability::mail, thread_get},
    {"Thread/changes", Capability::mail, thread_changes},
    {"Email/get", Capability::mail, email_get},
    {"Email/changes", Capability::mail, email_changes},
    {"Email/query", Capability::mail, email_query},
    {"Email/queryChanges", Capability::mail, email_query_changes},
    {"Email/parse", Capability::mail, email_parse},
    {"SearchSnippet/get", Capability::mail, search_snippet_get},
    {"Identity/get", Capability::submission, identity_get},
    {"Identity/changes", Capability::submission, identity_changes},
    {"EmailSubmission/get", Capability::submission, submission_get},
    {"EmailSubmission/changes", Capability::submission, submission_changes},
    {"EmailSubmission/query", Capability::submission, submission_query},
    {"EmailSubmission/queryChanges", Capability::submission, submission_query_changes},
    {"VacationResponse/get", Capability::vacation_response, vacation_get},
    {"Quota/get", Capability::quota, quota_get},
    {"Quota/changes", Capability::quota, quota_changes},
    {"Quota/query", Capability::quota, quota_query},
    {"Quota/queryChanges", Capability::quota, quota_query_changes},
    {"Blob/get", Capability::blob, blob_get},
    {"Blob/lookup", Capability::blob, blob_lookup},
});

} // namespace

std::span<const Method> read_methods() {
    return methods;
}

} // namespace facteur
