// EmailSubmission/get (RFC 8621 §7.1). A row is the object itself but for its id (objects.h), so its members
// are copied.
#include "actors/session/jmap/get_answer.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/objects.h"
#include "actors/session/jmap/read_methods.h"

#include <array>

namespace facteur {
namespace {

constexpr std::array<std::string_view, 9> submission_properties{"identityId",     "emailId",    "threadId",
                                                                "envelope",       "sendAt",     "undoStatus",
                                                                "deliveryStatus", "dsnBlobIds", "mdnBlobIds"};

bool write(std::string_view id, std::string_view row, const jmap::GetArguments& get, jmap::Writer& out) {
    const auto document = jmap::Document::parse(row);
    const auto object = document ? jmap::as_object(document->root()) : std::nullopt;
    if (!object) return false;
    out.begin_object().member("id", id);
    for (const auto property : submission_properties) {
        if (!get.wants(property)) continue;
        const auto value = jmap::member(*object, property);
        if (value)
            out.member(property, *value);
        else
            out.key(property).null();
    }
    out.end_object();
    return true;
}

} // namespace

jmap::MethodResult submission_get(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    const auto& limits = context.services.jmap_limits;
    jmap::Arguments a(arguments, context.created_ids);
    const auto get = jmap::read_get(a, limits);
    jmap::check_properties(a, get,
                           {"identityId", "emailId", "threadId", "envelope", "sendAt", "undoStatus",
                            "deliveryStatus", "dsnBlobIds", "mdnBlobIds"});
    if (auto fault = a.fault()) return tl::unexpected(*fault);

    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    GetAnswer answer(get.account, state_of(now.state(account), store::StateType::email_submission), out);
    if (!get.ids) {
        std::uint64_t count = 0;
        now.objects(account, store::ObjectType::email_submission,
                    [&](std::string_view id, std::string_view row) {
                        write(id, row, get, out);
                        return ++count <= limits.max_objects_in_get;
                    });
        if (auto few = check_count(count, limits); !few) return few;
    } else {
        for (const auto id : *get.ids) {
            const auto row = now.object(account, store::ObjectType::email_submission, id);
            if (!row || !write(id, *row, get, out)) answer.not_found(id);
        }
    }
    answer.end();
    return {};
}

} // namespace facteur
