// Email/copy (RFC 8621 §4.7, RFC 8620 §5.4).
#include "actors/session/jmap/writing.h"
#include "transport/jmap/arguments.h"

namespace facteur {

// A user has one account, which the run has checked; a copy needs two.
jmap::Expected<CallMethod> prepare_email_copy(const MethodContext& context, jmap::Object object) {
    jmap::Arguments arguments(object, context.created_ids);
    jmap::read_copy(arguments, context.services.jmap_limits);
    if (auto fault = arguments.fault()) return tl::unexpected(std::move(*fault));
    return jmap::method_error("fromAccountNotFound", "There is no such account to copy from.");
}

store::Plan plan_email_copy(std::shared_ptr<const CallMethod>, std::shared_ptr<MethodAnswered>) {
    return [](store::Draft&) -> store::Result<void> {
        return store::fail(store::Code::invalid, "An email cannot be copied yet.");
    };
}

} // namespace facteur
