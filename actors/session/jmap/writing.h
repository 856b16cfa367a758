// The write methods, each in a file of its own; their table is write_methods.cpp.
#pragma once

#include "actors/session/jmap/method.h"

namespace facteur {

jmap::Expected<CallMethod> prepare_email_set(const MethodContext& context, jmap::Object arguments);
store::Plan plan_email_set(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered);

jmap::Expected<CallMethod> prepare_email_import(const MethodContext& context, jmap::Object arguments);
store::Plan plan_email_import(std::shared_ptr<const CallMethod> call,
                              std::shared_ptr<MethodAnswered> answered);

jmap::Expected<CallMethod> prepare_email_copy(const MethodContext& context, jmap::Object arguments);
store::Plan plan_email_copy(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered);

jmap::Expected<CallMethod> prepare_mailbox_set(const MethodContext& context, jmap::Object arguments);
store::Plan plan_mailbox_set(std::shared_ptr<const CallMethod> call,
                             std::shared_ptr<MethodAnswered> answered);

jmap::Expected<CallMethod> prepare_identity_set(const MethodContext& context, jmap::Object arguments);
store::Plan plan_identity_set(std::shared_ptr<const CallMethod> call,
                              std::shared_ptr<MethodAnswered> answered);

jmap::Expected<CallMethod> prepare_submission_set(const MethodContext& context, jmap::Object arguments);
store::Plan plan_submission_set(std::shared_ptr<const CallMethod> call,
                                std::shared_ptr<MethodAnswered> answered);

jmap::Expected<CallMethod> prepare_vacation_set(const MethodContext& context, jmap::Object arguments);
store::Plan plan_vacation_set(std::shared_ptr<const CallMethod> call,
                              std::shared_ptr<MethodAnswered> answered);

jmap::Expected<CallMethod> prepare_blob_upload(const MethodContext& context, jmap::Object arguments);
store::Plan plan_blob_upload(std::shared_ptr<const CallMethod> call,
                             std::shared_ptr<MethodAnswered> answered);

} // namespace facteur
