// Quota/get, Quota/changes, Quota/query, Quota/queryChanges (RFC 9425). An account has one quota, the octets
// of its mail, or none when it is unlimited.
#include "actors/accounts/quota.h"
#include "actors/session/jmap/changes.h"
#include "actors/session/jmap/filter_tree.h"
#include "actors/session/jmap/get_answer.h"
#include "actors/session/jmap/query_window.h"
#include "actors/session/jmap/read_methods.h"

#include <algorithm>

namespace facteur {
namespace {

constexpr char quota_letter = 'q';
constexpr std::uint64_t octets_of_mail = 1;
constexpr std::string_view quota_name = "mail";

struct AccountQuota {
    std::uint64_t used = 0, limit = 0;
    std::string state;
};

// Nothing of it is told to a client that does not know the type that it bounds (RFC 9425 §4.1).
bool is_there(const MethodContext& context, const AccountQuota& quota) {
    return quota.limit > 0 && (context.capabilities & bit_of(jmap::Capability::mail)) != 0;
}

AccountQuota read_quota(const MethodContext& context, const store::Snapshot& now) {
    const auto state = now.state(context.user.id);
    return {state.size, quota_of(context.user, context.services.config),
            state_of(state, store::StateType::quota)};
}

void write(const AccountQuota& quota, const jmap::GetArguments& get, jmap::Writer& out) {
    out.begin_object().member("id", write_id(quota_letter, octets_of_mail));
    if (get.wants("resourceType")) out.member("resourceType", "octets");
    if (get.wants("used")) out.member("used", quota.used);
    if (get.wants("hardLimit")) out.member("hardLimit", quota.limit);
    if (get.wants("scope")) out.member("scope", "account");
    if (get.wants("name")) out.member("name", quota_name);
    if (get.wants("types")) out.key("types").begin_array().value("Email").end_array();
    if (get.wants("warnLimit")) out.member("warnLimit", quota.limit - quota.limit / 10);
    if (get.wants("softLimit")) out.key("softLimit").null();
    if (get.wants("description")) out.key("description").null();
    out.end_object();
}

struct QuotaCondition {
    bool matches = true;
};

jmap::Expected<QuotaCondition> read_quota_condition(jmap::Object object,
                                                    const jmap::CreatedIds& created_ids) {
    if (auto known = check_condition(object, {"name", "scope", "resourceType", "type"}); !known)
        return tl::unexpected(known.error());
    jmap::Arguments c(object, created_ids);
    QuotaCondition condition;
    const auto is = [&](std::string_view name, std::string_view value) {
        if (const auto wanted = c.string(name); wanted && *wanted != value) condition.matches = false;
    };
    is("scope", "account");
    is("resourceType", "octets");
    is("type", "Email");
    if (const auto name = c.string("name"); name && quota_name.find(*name) == std::string_view::npos)
        condition.matches = false;
    if (auto fault = c.fault()) return tl::unexpected(*fault);
    return condition;
}

jmap::Expected<QueryResults> run_quota_query(const std::optional<jmap::Value>& filter,
                                             const std::vector<jmap::Comparator>& sort,
                                             const MethodContext& context, const AccountQuota& quota) {
    const auto tree =
        read_filter_tree<QuotaCondition>(filter, context.services.jmap_limits, [&](jmap::Object object) {
            return read_quota_condition(object, context.created_ids);
        });
    if (!tree) return tl::unexpected(tree.error());
    for (const auto& comparator : sort)
        if (comparator.property != "name" && comparator.property != "used")
            return jmap::method_error("unsupportedSort", "Quotas are sorted by name or used.");
    const bool found = is_there(context, quota) &&
                       tree->matches([](const QuotaCondition& condition) { return condition.matches; });
    return found ? QueryResults{octets_of_mail} : QueryResults{};
}

} // namespace

jmap::MethodResult quota_get(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto get = jmap::read_get(a, context.services.jmap_limits);
    jmap::check_properties(a, get,
                           {"resourceType", "used", "hardLimit", "scope", "name", "types", "warnLimit",
                            "softLimit", "description"});
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    const auto quota = read_quota(context, context.services.store.read(context.user.id));
    GetAnswer answer(get.account, quota.state, out);
    const auto id = write_id(quota_letter, octets_of_mail);
    if (!get.ids && is_there(context, quota)) write(quota, get, out);
    if (get.ids)
        for (const auto wanted : *get.ids) {
            if (wanted == id && is_there(context, quota))
                write(quota, get, out);
            else
                answer.not_found(wanted);
        }
    answer.end();
    return {};
}

jmap::MethodResult quota_changes(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto asked = jmap::read_changes(a, context.services.jmap_limits);
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    const auto now = context.services.store.read(context.user.id);
    const auto quota = read_quota(context, now);
    // Every commit that adds or removes an email changes what is used.
    const auto changes =
        changes_since<std::uint64_t>(now, context.user.id, store::StateType::quota, asked,
                                     [](const store::Digest& digest, const EachChange<std::uint64_t>& each) {
                                         if (!digest.emails_added.empty() || !digest.emails_removed.empty())
                                             each(octets_of_mail, What::updated);
                                     });
    if (!changes) return tl::unexpected(changes.error());
    out.begin_object();
    write_changes(
        asked.account, asked.since, *changes,
        [](std::uint64_t number) { return write_id(quota_letter, number); }, out);
    // The limit may have changed too: it is not part of the account's history.
    out.key("updatedProperties").null().end_object();
    return {};
}

jmap::MethodResult quota_query(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto asked = jmap::read_query(a);
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    const auto quota = read_quota(context, context.services.store.read(context.user.id));
    const auto results = run_quota_query(asked.filter, asked.sort, context, quota);
    if (!results) return tl::unexpected(results.error());
    const QueryWindow window(asked, context.services.jmap_limits, quota_letter);
    return window.write(*results, std::nullopt, quota.state, false, out);
}

// The results depend on the limit, which has no history.
jmap::MethodResult quota_query_changes(const MethodContext& context, jmap::Object arguments, jmap::Writer&) {
    jmap::Arguments a(arguments, context.created_ids);
    jmap::read_query_changes(a);
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    return jmap::method_error("cannotCalculateChanges", "Query the quotas again.");
}

} // namespace facteur
