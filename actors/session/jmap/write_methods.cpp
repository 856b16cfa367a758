#include "actors/session/jmap/writing.h"

#include <array>

namespace facteur {
namespace {

using jmap::Capability;

constexpr std::array<Method, 8> table{{
    {"Mailbox/set", Capability::mail, nullptr, prepare_mailbox_set, plan_mailbox_set},
    {"Email/set", Capability::mail, nullptr, prepare_email_set, plan_email_set},
    {"Email/import", Capability::mail, nullptr, prepare_email_import, plan_email_import},
    {"Email/copy", Capability::mail, nullptr, prepare_email_copy, plan_email_copy},
    {"Identity/set", Capability::submission, nullptr, prepare_identity_set, plan_identity_set},
    {"EmailSubmission/set", Capability::submission, nullptr, prepare_submission_set, plan_submission_set},
    {"VacationResponse/set", Capability::vacation_response, nullptr, prepare_vacation_set, plan_vacation_set},
    {"Blob/upload", Capability::blob, nullptr, prepare_blob_upload, plan_blob_upload},
}};

} // namespace

std::span<const Method> write_methods() {
    return table;
}

} // namespace facteur
