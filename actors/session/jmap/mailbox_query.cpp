// Mailbox/query and Mailbox/queryChanges (RFC 8621 §2.3, §2.4).
#include "actors/session/jmap/changes.h"
#include "actors/session/jmap/collation.h"
#include "actors/session/jmap/filter_tree.h"
#include "actors/session/jmap/query_window.h"
#include "actors/session/jmap/read_methods.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace facteur {
namespace {

struct MailboxCondition {
    std::optional<store::MailboxId> parent; // 0: top level
    std::optional<std::string> role;        // empty: none
    std::optional<std::string> name;        // as a collation key
    std::optional<bool> has_any_role, is_subscribed;
    bool never = false; // it names a mailbox that cannot be
};

jmap::Expected<MailboxCondition> read_mailbox_condition(jmap::Object object,
                                                        const jmap::CreatedIds& created_ids) {
    if (auto known = check_condition(object, {"parentId", "name", "role", "hasAnyRole", "isSubscribed"});
        !known)
        return tl::unexpected(known.error());
    jmap::Arguments c(object, created_ids);
    MailboxCondition condition;
    const auto is_null = [&](std::string_view name) {
        const auto value = jmap::member(object, name);
        return value && value->is_null();
    };
    if (const auto id = c.id("parentId")) {
        condition.parent = read_mailbox_id(*id);
        condition.never = !condition.parent;
    } else if (is_null("parentId")) {
        condition.parent = 0;
    }
    if (const auto role = c.string("role"))
        condition.role = *role;
    else if (is_null("role"))
        condition.role = "";
    if (const auto name = c.string("name")) condition.name = collation_key(*name, Collation::unicode_casemap);
    if (c.has("hasAnyRole")) condition.has_any_role = c.boolean("hasAnyRole", false);
    if (c.has("isSubscribed")) condition.is_subscribed = c.boolean("isSubscribed", false);
    if (auto fault = c.fault()) return tl::unexpected(*fault);
    return condition;
}

bool matches(const store::MailboxRow& row, const MailboxCondition& condition) {
    if (condition.never) return false;
    if (condition.parent && row.parent != *condition.parent) return false;
    if (condition.role && row.role != *condition.role) return false;
    if (condition.has_any_role && row.role.empty() == *condition.has_any_role) return false;
    if (condition.is_subscribed && row.subscribed != *condition.is_subscribed) return false;
    return !condition.name ||
           collation_key(row.name, Collation::unicode_casemap).find(*condition.name) != std::string::npos;
}

struct MailboxSort {
    enum class By { name, sort_order } by = By::name;
    bool ascending = true;
    Collation collation = Collation::unicode_casemap;
};

jmap::Expected<std::vector<MailboxSort>> read_mailbox_sort(const std::vector<jmap::Comparator>& comparators) {
    std::vector<MailboxSort> sort;
    for (const auto& comparator : comparators) {
        if (comparator.property != "name" && comparator.property != "sortOrder")
            return jmap::method_error("unsupportedSort", "Mailboxes are sorted by name or sortOrder.");
        const auto collation = collation_named(comparator.collation);
        if (!collation) return tl::unexpected(collation.error());
        const auto by = comparator.property == "name" ? MailboxSort::By::name : MailboxSort::By::sort_order;
        sort.push_back({by, comparator.ascending, *collation});
    }
    return sort;
}

struct MailboxQuery {
    FilterTree<MailboxCondition> filter;
    std::vector<MailboxSort> sort;
    bool sort_as_tree = false, filter_as_tree = false;
};

// `asked`: the standard arguments, of /query or of /queryChanges; all others are read here.
template <typename Asked>
jmap::Expected<MailboxQuery> read_mailbox_query(jmap::Arguments& a, const Asked& asked,
                                                const MethodContext& context) {
    MailboxQuery query;
    query.sort_as_tree = a.boolean("sortAsTree", false);
    query.filter_as_tree = a.boolean("filterAsTree", false);
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    auto tree = read_filter_tree<MailboxCondition>(
        asked.filter, context.services.jmap_limits,
        [&](jmap::Object object) { return read_mailbox_condition(object, context.created_ids); });
    if (!tree) return tl::unexpected(tree.error());
    auto sort = read_mailbox_sort(asked.sort);
    if (!sort) return tl::unexpected(sort.error());
    query.filter = std::move(*tree);
    query.sort = std::move(*sort);
    return query;
}

bool comes_before(const store::MailboxRow& a, const store::MailboxRow& b,
                  const std::vector<MailboxSort>& sort) {
    for (const auto& by : sort) {
        const int order =
            by.by == MailboxSort::By::sort_order
                ? (a.sort_order < b.sort_order   ? -1
                   : a.sort_order > b.sort_order ? 1
                                                 : 0)
                : collation_key(a.name, by.collation).compare(collation_key(b.name, by.collation));
        if (order != 0) return (order < 0) == by.ascending;
    }
    return a.id < b.id;
}

// Each mailbox before what is below it, siblings in their order.
std::vector<store::MailboxRow> as_tree(std::vector<store::MailboxRow> rows) {
    std::unordered_set<store::MailboxId> there;
    for (const auto& row : rows)
        there.insert(row.id);
    std::unordered_map<store::MailboxId, std::vector<const store::MailboxRow*>> children;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row)
        children[there.contains(row->parent) ? row->parent : 0].push_back(&*row);
    std::vector<store::MailboxRow> ordered;
    auto open = children[0];
    while (!open.empty()) {
        const auto* row = open.back();
        open.pop_back();
        ordered.push_back(*row);
        if (const auto below = children.find(row->id); below != children.end())
            open.insert(open.end(), below->second.begin(), below->second.end());
    }
    return ordered;
}

QueryResults run(const MailboxQuery& query, const store::Snapshot& now, store::AccountId account) {
    auto rows = now.mailboxes(account);
    std::sort(rows.begin(), rows.end(),
              [&](const auto& a, const auto& b) { return comes_before(a, b, query.sort); });
    if (query.sort_as_tree) rows = as_tree(std::move(rows));

    std::unordered_map<store::MailboxId, store::MailboxId> parents; // of those that match
    for (const auto& row : rows)
        if (query.filter.matches([&](const auto& condition) { return matches(row, condition); }))
            parents.emplace(row.id, row.parent);
    QueryResults results;
    for (const auto& row : rows) {
        auto at = row.id;
        const auto is_in = [&] { return parents.contains(at); };
        bool included = is_in();
        for (auto steps = rows.size(); query.filter_as_tree && included && steps > 0; --steps) {
            at = parents.at(at);
            if (at == 0) break;
            included = is_in();
        }
        if (included) results.push_back(row.id);
    }
    return results;
}

} // namespace

jmap::MethodResult mailbox_query(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto asked = jmap::read_query(a);
    const auto query = read_mailbox_query(a, asked, context);
    if (!query) return tl::unexpected(query.error());

    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    const QueryWindow window(asked, context.services.jmap_limits, mailbox_letter);
    return window.write(run(*query, now, account), std::nullopt,
                        state_of(now.state(account), store::StateType::mailbox), true, out);
}

jmap::MethodResult mailbox_query_changes(const MethodContext& context, jmap::Object arguments,
                                         jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto asked = jmap::read_query_changes(a);
    const auto query = read_mailbox_query(a, asked, context);
    if (!query) return tl::unexpected(query.error());

    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    const auto since = read_since(asked.since);
    if (!since) return jmap::method_error("cannotCalculateChanges", "The state is none of this server.");
    NetChanges<store::MailboxId> net;
    const auto walked =
        walk_history(now, account, store::StateType::mailbox, *since, [&](const store::Digest& digest) {
            mailbox_row_changes_of(digest, [&](store::MailboxId id, What what) { net.add(id, what); });
            return true;
        });
    if (!walked) return walked;

    const auto results = run(*query, now, account);
    // In a tree a change moves what is below it too.
    const bool all = net.size() > 0 && (query->sort_as_tree || query->filter_as_tree);
    QueryDelta delta;
    if (asked.calculate_total) delta.total = results.size();
    for (const auto& [mailbox, what] : net)
        if (what == What::removed || (what == What::updated && !all)) delta.removed.push_back(mailbox);
    if (all)
        for (const auto& row : now.mailboxes(account))
            if (!net.is(row.id, What::added)) delta.removed.push_back(row.id);
    for (std::uint64_t i = 0; i < results.size(); ++i) {
        const auto mailbox = static_cast<store::MailboxId>(results[i]);
        if (all || net.has(mailbox)) delta.added.push_back({results[i], i});
    }
    return write_query_changes(asked, context.services.jmap_limits,
                               state_of(now.state(account), store::StateType::mailbox), delta, mailbox_letter,
                               out);
}

} // namespace facteur
