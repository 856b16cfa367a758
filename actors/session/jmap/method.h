// A method of JMAP, as the request's run (run.h) calls it.
//
// **Read methods** run at once in the calling actor, on snapshots that they open, and write their answer's
// arguments straight into the response. What a method has written before it fails is taken back. One that may
// look at a whole account asks its turn (actors/searching/turn.h), and is run again on a search thread when
// it takes longer than a moment.
//
// **Write methods** have two halves. `prepare` runs in the calling actor and does all that is slow or needs
// more than rows: checks the arguments, reads blobs, composes and ingests new emails. It gives the call for
// the account's mailbox actor; the run adds `call_id` and sends it. `plan` runs on the lane (store/draft.h),
// decides on the newest state, and writes the answers; what it does is one commit, so a call is atomic. A
// write method may answer with more than one invocation (EmailSubmission/set and its implicit Email/set, RFC
// 8621 §7.5).
//
// The account has been checked before either is called: `user` may use it. Errors are method errors
// (RFC 8620 §3.6.2); those of a plan are answered by the plan itself, so that a plan fails only when the
// store does.
#pragma once

#include "actors/messages.h"
#include "actors/searching/turn.h"
#include "actors/services.h"
#include "store/store.h"
#include "transport/jmap/arguments.h"
#include "transport/jmap/capability.h"
#include "transport/jmap/errors.h"
#include "transport/jmap/writer.h"

#include <memory>
#include <span>
#include <string_view>

namespace facteur {

struct MethodContext {
    const Services& services;
    const store::AccountRow& user;
    const jmap::CreatedIds& created_ids; // of the request so far
    std::uint32_t capabilities = 0;      // that the request uses: bits of jmap::bit_of
    store::Time now = 0;
    Turn& turn; // of read methods
};

using ReadMethod = jmap::MethodResult (*)(const MethodContext& context, jmap::Object arguments,
                                          jmap::Writer& out);
using PrepareMethod = jmap::Expected<CallMethod> (*)(const MethodContext& context, jmap::Object arguments);
using PlanMethod = store::Plan (*)(std::shared_ptr<const CallMethod> call,
                                   std::shared_ptr<MethodAnswered> answered);

struct Method {
    std::string_view name; // "Email/get"
    jmap::Capability capability = jmap::Capability::core;
    ReadMethod read = nullptr;       // of a read method
    PrepareMethod prepare = nullptr; // of a write method
    PlanMethod plan = nullptr;
};

// The two tables that make up all methods: read_methods.cpp and write_methods.cpp.
std::span<const Method> read_methods();
std::span<const Method> write_methods();
// Nothing: no such method.
const Method* find_method(std::string_view name);

// For the mailbox actor (MethodPlanner): the plan of the write method that `call` names.
store::Plan plan_method(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered);

} // namespace facteur
