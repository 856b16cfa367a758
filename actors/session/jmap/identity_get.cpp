// Identity/get (RFC 8621 §6.1).
#include "actors/session/jmap/addresses.h"
#include "actors/session/jmap/get_answer.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/objects.h"
#include "actors/session/jmap/read_methods.h"

namespace facteur {
namespace {

void write(std::string_view id, const Identity& identity, const jmap::GetArguments& get, jmap::Writer& out) {
    const auto write_list = [&](std::string_view name, const auto& addresses) {
        if (!get.wants(name)) return;
        if (addresses)
            write_addresses(*addresses, out.key(name));
        else
            out.key(name).null();
    };
    out.begin_object().member("id", id);
    if (get.wants("name")) out.member("name", identity.name);
    if (get.wants("email")) out.member("email", identity.email);
    write_list("replyTo", identity.reply_to);
    write_list("bcc", identity.bcc);
    if (get.wants("textSignature")) out.member("textSignature", identity.text_signature);
    if (get.wants("htmlSignature")) out.member("htmlSignature", identity.html_signature);
    if (get.wants("mayDelete")) out.member("mayDelete", identity.may_delete);
    out.end_object();
}

} // namespace

jmap::MethodResult identity_get(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    const auto& limits = context.services.jmap_limits;
    jmap::Arguments a(arguments, context.created_ids);
    const auto get = jmap::read_get(a, limits);
    jmap::check_properties(
        a, get, {"name", "email", "replyTo", "bcc", "textSignature", "htmlSignature", "mayDelete"});
    if (auto fault = a.fault()) return tl::unexpected(*fault);

    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    GetAnswer answer(get.account, state_of(now.state(account), store::StateType::identity), out);
    if (!get.ids) {
        std::uint64_t count = 0;
        now.objects(account, store::ObjectType::identity, [&](std::string_view id, std::string_view row) {
            if (const auto identity = read_identity(row)) write(id, *identity, get, out);
            return ++count <= limits.max_objects_in_get;
        });
        if (auto few = check_count(count, limits); !few) return few;
    } else {
        for (const auto id : *get.ids) {
            const auto row = now.object(account, store::ObjectType::identity, id);
            const auto identity = row ? read_identity(*row) : std::nullopt;
            if (identity)
                write(id, *identity, get, out);
            else
                answer.not_found(id);
        }
    }
    answer.end();
    return {};
}

} // namespace facteur
