#include "actors/delivery/queue_acts.h"
#include "actors/delivery/queue_plans.h"
#include "actors/session/jmap/method.h"

namespace facteur {

const Method* find_method(std::string_view name) {
    for (const auto table : {read_methods(), write_methods()})
        for (const auto& method : table)
            if (method.name == name) return &method;
    return nullptr;
}

store::Plan plan_method(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered) {
    // The queue's own steps are in no table: a client cannot call them.
    if (call->name == claim_method) return plan_claim(std::move(call), std::move(answered));
    if (call->name == accept_method) return plan_accept(std::move(call), std::move(answered));
    if (call->name == finish_method) return plan_finish(std::move(call), std::move(answered));
    if (call->name == act_method) return plan_act(std::move(call), std::move(answered));
    const auto* method = find_method(call->name);
    if (method == nullptr || method->plan == nullptr)
        return [name = call->name](store::Draft&) -> store::Result<void> {
            return store::fail(store::Code::invalid, "There is no write method " + name + ".");
        };
    return method->plan(std::move(call), std::move(answered));
}

} // namespace facteur
