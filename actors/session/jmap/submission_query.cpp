// EmailSubmission/query and EmailSubmission/queryChanges (RFC 8621 §7.3, §7.4).
#include "actors/session/jmap/changes.h"
#include "actors/session/jmap/filter_tree.h"
#include "actors/session/jmap/objects.h"
#include "actors/session/jmap/query_window.h"
#include "actors/session/jmap/read_methods.h"
#include "transport/jmap/dates.h"

#include <algorithm>

namespace facteur {
namespace {

struct SubmissionCondition {
    std::optional<std::vector<std::string>> identities;
    std::optional<std::vector<store::EmailId>> emails;
    std::optional<std::vector<store::ThreadId>> threads;
    std::optional<std::string> undo_status;
    std::optional<store::Time> before, after;
};

// Ids that are none of this type are no object's: left out.
template <typename Number>
std::optional<std::vector<Number>> read_numbers(std::optional<std::vector<std::string_view>> ids,
                                                std::optional<Number> (*read)(std::string_view)) {
    if (!ids) return std::nullopt;
    std::vector<Number> numbers;
    for (const auto id : *ids)
        if (const auto number = read(id)) numbers.push_back(*number);
    return numbers;
}

std::optional<store::Time> read_date(jmap::Arguments& c, std::string_view name) {
    const auto text = c.string(name);
    const auto date = text ? jmap::parse_utc_date(*text) : std::nullopt;
    if (text && !date) c.refuse({"invalidArguments", "\"" + std::string(name) + "\" must be a UTCDate."});
    return date;
}

jmap::Expected<SubmissionCondition> read_submission_condition(jmap::Object object,
                                                              const jmap::CreatedIds& created_ids) {
    if (auto known = check_condition(
            object, {"identityIds", "emailIds", "threadIds", "undoStatus", "before", "after"});
        !known)
        return tl::unexpected(known.error());
    jmap::Arguments c(object, created_ids);
    SubmissionCondition condition;
    if (const auto ids = c.ids("identityIds")) condition.identities.emplace(ids->begin(), ids->end());
    condition.emails = read_numbers(c.ids("emailIds"), read_email_id);
    condition.threads = read_numbers(c.ids("threadIds"), read_thread_id);
    if (const auto status = c.string("undoStatus")) condition.undo_status = *status;
    condition.before = read_date(c, "before");
    condition.after = read_date(c, "after");
    if (auto fault = c.fault()) return tl::unexpected(*fault);
    return condition;
}

template <typename List, typename Item>
bool holds(const std::optional<List>& list, const Item& item) {
    return !list || std::find(list->begin(), list->end(), item) != list->end();
}

bool matches(const Submission& submission, const SubmissionCondition& condition) {
    return holds(condition.identities, submission.identity) && holds(condition.emails, submission.email) &&
           holds(condition.threads, submission.thread) &&
           (!condition.undo_status || submission.undo_status == *condition.undo_status) &&
           (!condition.before || submission.send_at < *condition.before) &&
           (!condition.after || submission.send_at >= *condition.after);
}

struct SubmissionSort {
    enum class By { email, thread, send_at } by = By::send_at;
    bool ascending = true;
};

// RFC 8621 §7.3 says "sentAt" for the property that is "sendAt": both are taken.
jmap::Expected<std::vector<SubmissionSort>>
read_submission_sort(const std::vector<jmap::Comparator>& comparators) {
    std::vector<SubmissionSort> sort;
    for (const auto& comparator : comparators) {
        if (comparator.property == "emailId")
            sort.push_back({SubmissionSort::By::email, comparator.ascending});
        else if (comparator.property == "threadId")
            sort.push_back({SubmissionSort::By::thread, comparator.ascending});
        else if (comparator.property == "sentAt" || comparator.property == "sendAt")
            sort.push_back({SubmissionSort::By::send_at, comparator.ascending});
        else
            return jmap::method_error("unsupportedSort",
                                      "Submissions are sorted by emailId, threadId or sentAt.");
    }
    return sort;
}

struct Entry {
    std::uint64_t id = 0;
    store::EmailId email = 0;
    store::ThreadId thread = 0;
    store::Time send_at = 0;
};

bool comes_before(const Entry& a, const Entry& b, const std::vector<SubmissionSort>& sort) {
    const auto order = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
    for (const auto& by : sort) {
        const int found = by.by == SubmissionSort::By::email    ? order(a.email, b.email)
                          : by.by == SubmissionSort::By::thread ? order(a.thread, b.thread)
                                                                : order(a.send_at, b.send_at);
        if (found != 0) return (found < 0) == by.ascending;
    }
    return a.id < b.id;
}

jmap::Expected<QueryResults> run_submission_query(const std::optional<jmap::Value>& filter,
                                                  const std::vector<jmap::Comparator>& comparators,
                                                  const MethodContext& context, const store::Snapshot& now) {
    const auto tree =
        read_filter_tree<SubmissionCondition>(filter, context.services.jmap_limits, [&](jmap::Object object) {
            return read_submission_condition(object, context.created_ids);
        });
    if (!tree) return tl::unexpected(tree.error());
    const auto sort = read_submission_sort(comparators);
    if (!sort) return tl::unexpected(sort.error());
    std::vector<Entry> entries;
    now.objects(
        context.user.id, store::ObjectType::email_submission, [&](std::string_view id, std::string_view row) {
            const auto number = read_id(submission_letter, id);
            const auto submission = read_submission(row);
            if (number && submission &&
                tree->matches([&](const auto& condition) { return matches(*submission, condition); }))
                entries.push_back({*number, submission->email, submission->thread, submission->send_at});
            return true;
        });
    std::sort(entries.begin(), entries.end(),
              [&](const Entry& a, const Entry& b) { return comes_before(a, b, *sort); });
    QueryResults results;
    for (const auto& entry : entries)
        results.push_back(entry.id);
    return results;
}

} // namespace

jmap::MethodResult submission_query(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto asked = jmap::read_query(a);
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    const auto now = context.services.store.read(context.user.id);
    const auto results = run_submission_query(asked.filter, asked.sort, context, now);
    if (!results) return tl::unexpected(results.error());
    const QueryWindow window(asked, context.services.jmap_limits, submission_letter);
    return window.write(*results, std::nullopt,
                        state_of(now.state(context.user.id), store::StateType::email_submission), true, out);
}

jmap::MethodResult submission_query_changes(const MethodContext& context, jmap::Object arguments,
                                            jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto asked = jmap::read_query_changes(a);
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    const auto results = run_submission_query(asked.filter, asked.sort, context, now);
    if (!results) return tl::unexpected(results.error());

    const auto since = read_since(asked.since);
    if (!since) return jmap::method_error("cannotCalculateChanges", "The state is none of this server.");
    NetChanges<std::uint64_t> net;
    const auto walked = walk_history(now, account, store::StateType::email_submission, *since,
                                     [&](const store::Digest& digest) {
                                         submission_changes_of(digest, [&](const std::string& id, What what) {
                                             if (const auto number = read_id(submission_letter, id))
                                                 net.add(*number, what);
                                         });
                                         return true;
                                     });
    if (!walked) return walked;
    QueryDelta delta;
    if (asked.calculate_total) delta.total = results->size();
    for (const auto& [submission, what] : net)
        if (what != What::added) delta.removed.push_back(submission);
    for (std::uint64_t i = 0; i < results->size(); ++i)
        if (net.has((*results)[i])) delta.added.push_back({(*results)[i], i});
    return write_query_changes(asked, context.services.jmap_limits,
                               state_of(now.state(account), store::StateType::email_submission), delta,
                               submission_letter, out);
}

} // namespace facteur
