// Thread/get (RFC 8621 §3.1).
#include "actors/session/jmap/get_answer.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/read_methods.h"

#include <unordered_set>

namespace facteur {
namespace {

// Nothing when there are more threads than one call may get.
std::optional<std::vector<store::ThreadId>> all_threads(const store::Snapshot& now, store::AccountId account,
                                                        std::size_t most) {
    std::unordered_set<store::ThreadId> seen;
    now.by_received(account, 0, std::nullopt, [&](const store::ListEntry& entry) {
        seen.insert(entry.thread);
        return seen.size() <= most;
    });
    if (seen.size() > most) return std::nullopt;
    return std::vector<store::ThreadId>(seen.begin(), seen.end());
}

} // namespace

jmap::MethodResult thread_get(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    const auto& limits = context.services.jmap_limits;
    jmap::Arguments a(arguments, context.created_ids);
    const auto get = jmap::read_get(a, limits);
    jmap::check_properties(a, get, {"emailIds"});
    if (auto fault = a.fault()) return tl::unexpected(*fault);

    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    GetAnswer answer(get.account, state_of(now.state(account), store::StateType::thread), out);
    const auto write = [&](store::ThreadId thread, const std::vector<store::EmailId>& emails) {
        out.begin_object().member("id", thread_id(thread));
        if (get.wants("emailIds")) {
            out.key("emailIds").begin_array();
            for (const auto email : emails)
                out.value(email_id(email));
            out.end_array();
        }
        out.end_object();
    };
    if (!get.ids) {
        const auto threads = all_threads(now, account, limits.max_objects_in_get);
        if (!threads) return check_count(limits.max_objects_in_get + 1ull, limits);
        for (const auto thread : *threads)
            write(thread, now.thread(account, thread));
    } else {
        for (const auto id : *get.ids) {
            const auto thread = read_thread_id(id);
            const auto emails = thread ? now.thread(account, *thread) : std::vector<store::EmailId>{};
            if (emails.empty())
                answer.not_found(id);
            else
                write(*thread, emails);
        }
    }
    answer.end();
    return {};
}

} // namespace facteur
