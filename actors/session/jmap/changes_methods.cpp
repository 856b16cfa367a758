// The /changes that tell nothing but ids (RFC 8620 §5.2): Thread (RFC 8621 §3.2), Email (§4.3), Identity
// (§6.2), EmailSubmission (§7.2).
#include "actors/session/jmap/changes.h"
#include "actors/session/jmap/read_methods.h"

namespace facteur {
namespace {

template <typename Key, typename Id>
jmap::MethodResult answer_changes(const MethodContext& context, jmap::Object arguments, store::StateType type,
                                  ChangesOf<Key> changes_of, const Id& id_of, jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto asked = jmap::read_changes(a, context.services.jmap_limits);
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    const auto now = context.services.store.read(context.user.id);
    const auto changes = changes_since<Key>(now, context.user.id, type, asked, changes_of);
    if (!changes) return tl::unexpected(changes.error());
    out.begin_object();
    write_changes(asked.account, asked.since, *changes, id_of, out);
    out.end_object();
    return {};
}

const std::string& as_it_is(const std::string& id) {
    return id;
}

} // namespace

jmap::MethodResult thread_changes(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    return answer_changes<store::ThreadId>(context, arguments, store::StateType::thread, thread_changes_of,
                                           thread_id, out);
}

jmap::MethodResult email_changes(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    return answer_changes<store::EmailId>(context, arguments, store::StateType::email, email_changes_of,
                                          email_id, out);
}

jmap::MethodResult identity_changes(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    return answer_changes<std::string>(context, arguments, store::StateType::identity, identity_changes_of,
                                       as_it_is, out);
}

jmap::MethodResult submission_changes(const MethodContext& context, jmap::Object arguments,
                                      jmap::Writer& out) {
    return answer_changes<std::string>(context, arguments, store::StateType::email_submission,
                                       submission_changes_of, as_it_is, out);
}

} // namespace facteur
