#include "actors/messages.h"

namespace facteur {

store::Error to_store(const caf::error& error) {
    if (error.category() != store_errors) return {store::Code::busy, "The server is busy: try again later."};
    std::string message;
    if (error.context().match_elements<std::string>()) message = error.context().get_as<std::string>(0);
    return {static_cast<store::Code>(error.code() - 1), std::move(message)};
}

void add_message_types(caf::actor_system_config& config) {
    config.add_message_type<SharedEmail>("SharedEmail");
    config.add_message_type<SharedBody>("SharedBody");
    config.add_message_type<FileEmail>("FileEmail");
    config.add_message_type<CallMethod>("CallMethod");
    config.add_message_type<ChangeEmails>("ChangeEmails");
    config.add_message_type<AppendEmails>("AppendEmails");
    config.add_message_type<PutAnnotations>("PutAnnotations");
    config.add_message_type<ChangeAcl>("ChangeAcl");
    config.add_message_type<ChangeShared>("ChangeShared");
    config.add_message_type<EmailsChanged>("EmailsChanged");
    config.add_message_type<EmailsAppended>("EmailsAppended");
    config.add_message_type<StoreUpload>("StoreUpload");
    config.add_message_type<Watch>("Watch");
    config.add_message_type<Unwatch>("Unwatch");
    config.add_message_type<EmailFiled>("EmailFiled");
    config.add_message_type<MethodAnswered>("MethodAnswered");
    config.add_message_type<UploadStored>("UploadStored");
    config.add_message_type<StateChanged>("StateChanged");
    config.add_message_type<CloseSessions>("CloseSessions");
    config.add_message_type<WriteDone>("WriteDone");
}

} // namespace facteur
