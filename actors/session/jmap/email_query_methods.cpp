// Email/query and Email/queryChanges (RFC 8621 §4.4, §4.5).
#include "actors/session/jmap/changes.h"
#include "actors/session/jmap/email_query.h"
#include "actors/session/jmap/query_window.h"
#include "actors/session/jmap/read_methods.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace facteur {
namespace {

// `asked`: the standard arguments, of /query or of /queryChanges; all others are read here.
template <typename Asked>
jmap::Expected<EmailQuery> read_query(jmap::Arguments& a, const Asked& asked, const MethodContext& context) {
    const bool collapse_threads = a.boolean("collapseThreads", false);
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    auto conditions = read_email_filter(asked.filter, context.created_ids, context.services.jmap_limits);
    if (!conditions) return tl::unexpected(conditions.error());
    auto sort = read_email_sort(asked.sort);
    if (!sort) return tl::unexpected(sort.error());
    return EmailQuery{std::move(*conditions), std::move(*sort), collapse_threads};
}

// What happened to emails since a state, and what of it matters to a query.
class Touched {
public:
    Touched(const EmailQuery& query, const store::Snapshot& now, store::AccountId account, Turn& turn)
        : now_(now), account_(account), turn_(turn), by_thread_(query.uses_thread()),
          immutable_(query.is_immutable()) {}

    void add(const store::Digest& digest) {
        email_changes_of(digest, [&](store::EmailId email, What what) { net_.add(email, what); });
        if (by_thread_)
            thread_changes_of(digest, [&](store::ThreadId thread, What) { threads_.insert(thread); });
    }
    // Call once, after all digests.
    void finish() {
        if (by_thread_ && !immutable_)
            for (const auto& [email, what] : net_) {
                if (!turn_.go_on(steps_of_row)) return;
                if (const auto row = what == What::updated ? now_.email(account_, email) : std::nullopt)
                    threads_.insert(row->thread());
            }
        for (const auto& [email, what] : net_)
            if (what == What::removed)
                removed_.push_back(email);
            else if (!by_thread_ && matters(what))
                touch(email, what);
        for (const auto thread : threads_)
            for (const auto email : now_.thread(account_, thread))
                touch(email, net_.is(email, What::added) ? What::added : What::updated);
    }

    // Ids that a client may have in its list and must take out of it.
    [[nodiscard]] const std::vector<std::uint64_t>& removed() const { return removed_; }
    // Whether a result is one to be put (back) in.
    [[nodiscard]] bool has(const store::ListEntry& result) const {
        return by_thread_ ? threads_.contains(result.thread) : touched_.contains(result.email);
    }
    // No touched email is older than this.
    [[nodiscard]] store::Time oldest() const { return oldest_; }

private:
    [[nodiscard]] bool matters(What what) const { return what == What::added || !immutable_; }
    void touch(store::EmailId email, What what) {
        if (!turn_.go_on(steps_of_row)) return;
        const auto row = now_.email(account_, email);
        if (row) oldest_ = std::min(oldest_, row->received());
        touched_.insert(email);
        if (what == What::updated) removed_.push_back(email);
    }

    const store::Snapshot& now_;
    store::AccountId account_;
    Turn& turn_;
    bool by_thread_, immutable_;
    NetChanges<store::EmailId> net_;
    std::unordered_set<store::ThreadId> threads_;
    std::unordered_set<store::EmailId> touched_;
    std::vector<std::uint64_t> removed_;
    store::Time oldest_ = std::numeric_limits<store::Time>::max();
};

QueryDelta difference(const EmailQuery& query, const EmailQueryRun& run, const Touched& touched,
                      const jmap::QueryChangesArguments& asked) {
    QueryDelta delta;
    delta.removed = touched.removed();
    if (asked.calculate_total) delta.total = run.known_total();
    const bool count = asked.calculate_total && !delta.total;
    // Past this result nothing is of interest to the client, if nothing can have moved.
    const auto last = query.is_immutable() && asked.up_to_id ? read_email_id(*asked.up_to_id) : std::nullopt;
    const bool by_age = query.sort.is_newest_first();
    std::uint64_t index = 0;
    bool past_last = false;
    run.each_result([&](const store::ListEntry& entry) {
        if (!count && (past_last || (by_age && entry.received < touched.oldest()))) return false;
        if (!past_last && touched.has(entry)) delta.added.push_back({entry.email, index});
        past_last = past_last || entry.email == last;
        ++index;
        return true;
    });
    if (count) delta.total = index;
    return delta;
}

} // namespace

jmap::MethodResult email_query(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto asked = jmap::read_query(a);
    auto query = read_query(a, asked, context);
    if (!query) return tl::unexpected(query.error());

    const auto account = context.user.id;
    auto& turn = context.turn;
    if (auto found = find_texts(query->filter, context.services.indexing, account, turn); !found)
        return found;
    do {
        const auto now = context.services.store.read(account);
        turn.renew();
        const EmailQueryRun run(*query, now, account, turn);
        const auto total = asked.calculate_total ? run.known_total() : std::nullopt;
        const QueryWindow window(asked, context.services.jmap_limits, email_letter, total.has_value());
        QueryResults results;
        if (window.front() != 0)
            run.each_result([&](const store::ListEntry& entry) {
                results.push_back(entry.email);
                return turn.hold(sizeof(store::EmailId)) && !window.is_filled(results);
            });
        const auto state = state_of(now.state(account), store::StateType::email);
        if (!turn.has_ended()) return window.write(results, total, state, true, out);
    } while (turn.wants_renewal());
    return tl::unexpected(turn.error());
}

jmap::MethodResult email_query_changes(const MethodContext& context, jmap::Object arguments,
                                       jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto asked = jmap::read_query_changes(a);
    auto query = read_query(a, asked, context);
    if (!query) return tl::unexpected(query.error());

    const auto account = context.user.id;
    const auto since = read_since(asked.since);
    if (!since) return jmap::method_error("cannotCalculateChanges", "The state is none of this server.");
    auto& turn = context.turn;
    if (auto found = find_texts(query->filter, context.services.indexing, account, turn); !found)
        return found;
    do {
        const auto now = context.services.store.read(account);
        turn.renew();
        Touched touched(*query, now, account, turn);
        const auto walked =
            walk_history(now, account, store::StateType::email, *since, [&](const store::Digest& digest) {
                touched.add(digest);
                return turn.go_on(steps_of_row);
            });
        if (!walked) return walked;
        touched.finish();
        const EmailQueryRun run(*query, now, account, turn);
        const auto delta = difference(*query, run, touched, asked);
        const auto state = state_of(now.state(account), store::StateType::email);
        if (!turn.has_ended())
            return write_query_changes(asked, context.services.jmap_limits, state, delta, email_letter, out);
    } while (turn.wants_renewal());
    return tl::unexpected(turn.error());
}

} // namespace facteur
