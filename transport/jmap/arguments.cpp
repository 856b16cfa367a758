#include "transport/jmap/arguments.h"

#include <algorithm>
#include <unordered_set>

namespace facteur::jmap {

std::string_view resolve_id(std::string_view id, const CreatedIds& created_ids) {
    if (id.empty() || id.front() != '#') return id;
    const auto found = created_ids.find(id.substr(1));
    return found == created_ids.end() ? std::string_view{} : std::string_view(found->second);
}

// ---- one argument
// ----------------------------------------------------------------------------------------

void Arguments::wrong(std::string_view name, std::string_view wanted) {
    std::string text = "\"";
    text.append(name).append("\" must be ").append(wanted).append(".");
    refuse({"invalidArguments", std::move(text)});
}

std::optional<Value> Arguments::find(std::string_view name) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) known_.push_back(name);
    const auto value = member(object_, name);
    return value && !value->is_null() ? value : std::nullopt;
}

std::optional<std::string_view> Arguments::string(std::string_view name) {
    const auto value = find(name);
    if (!value) return std::nullopt;
    const auto text = as_string(*value);
    if (!text) wrong(name, "a string");
    return text;
}

std::optional<std::string_view> Arguments::id(std::string_view name) {
    const auto text = string(name);
    if (!text) return std::nullopt;
    if (!text->empty() && text->front() == '#') return resolve_id(*text, created_ids_);
    if (!is_id(*text)) wrong(name, "an id");
    return text;
}

std::optional<std::vector<std::string_view>> Arguments::list(std::string_view name, bool of_ids) {
    const auto value = find(name);
    if (!value) return std::nullopt;
    const auto items = as_array(*value);
    std::vector<std::string_view> texts;
    if (!items) {
        wrong(name, "an array");
        return texts;
    }
    for (const Value item : *items) {
        const auto text = as_string(item);
        const bool reference = text && !text->empty() && text->front() == '#';
        if (!text || (of_ids && !reference && !is_id(*text))) {
            wrong(name, of_ids ? "an array of ids" : "an array of strings");
            break;
        }
        texts.push_back(of_ids ? resolve_id(*text, created_ids_) : *text);
    }
    return texts;
}

std::optional<std::vector<std::string_view>> Arguments::ids(std::string_view name) {
    return list(name, true);
}
std::optional<std::vector<std::string_view>> Arguments::strings(std::string_view name) {
    return list(name, false);
}

bool Arguments::boolean(std::string_view name, bool otherwise) {
    const auto value = find(name);
    if (!value) return otherwise;
    const auto truth = as_boolean(*value);
    if (!truth) wrong(name, "true or false");
    return truth.value_or(otherwise);
}

std::optional<std::uint64_t> Arguments::number(std::string_view name) {
    const auto value = find(name);
    const auto found = value ? as_unsigned(*value) : std::nullopt;
    if (value && !found) wrong(name, "an unsigned integer");
    return found;
}

std::optional<std::int64_t> Arguments::integer(std::string_view name) {
    const auto value = find(name);
    const auto found = value ? as_integer(*value) : std::nullopt;
    constexpr auto most = static_cast<std::int64_t>(max_unsigned);
    if (value && (!found || *found > most || *found < -most)) {
        wrong(name, "an integer");
        return std::nullopt;
    }
    return found;
}

std::optional<Object> Arguments::object(std::string_view name) {
    const auto value = find(name);
    const auto found = value ? as_object(*value) : std::nullopt;
    if (value && !found) wrong(name, "an object");
    return found;
}

std::optional<Array> Arguments::array(std::string_view name) {
    const auto value = find(name);
    const auto found = value ? as_array(*value) : std::nullopt;
    if (value && !found) wrong(name, "an array");
    return found;
}

std::optional<MethodError> Arguments::fault() {
    for (const auto [name, value] : object_) {
        if (fault_) break;
        if (std::find(known_.begin(), known_.end(), name) == known_.end())
            refuse({"invalidArguments", "The method has no argument \"" + std::string(name) + "\"."});
    }
    return fault_;
}

// ---- the standard methods
// --------------------------------------------------------------------------------

namespace {

std::string_view read_account(Arguments& a, std::string_view name = "accountId") {
    const auto account = a.id(name);
    if (!account) a.refuse({"invalidArguments", "\"" + std::string(name) + "\" is missing."});
    return account.value_or(std::string_view{});
}

void bound(Arguments& a, std::size_t count, std::size_t limit) {
    if (count > limit)
        a.refuse({"requestTooLarge", "The call names more than " + std::to_string(limit) + " objects."});
}

void read_comparators(Arguments& a, std::vector<Comparator>& sort) {
    const auto list = a.array("sort");
    if (!list) return;
    constexpr std::size_t most = 16;
    if (list->size() > most) {
        a.refuse({"unsupportedSort", "More than 16 comparators."});
        return;
    }
    for (const Value item : *list) {
        const auto object = as_object(item);
        if (!object) {
            a.refuse({"invalidArguments", "A comparator must be an object."});
            return;
        }
        Arguments c(*object, a.created_ids());
        Comparator comparator;
        comparator.property = c.string("property").value_or(std::string_view{});
        comparator.ascending = c.boolean("isAscending", true);
        comparator.collation = c.string("collation").value_or(std::string_view{});
        comparator.keyword = c.string("keyword").value_or(std::string_view{});
        if (comparator.property.empty()) a.refuse({"invalidArguments", "A comparator needs a property."});
        if (auto fault = c.fault()) a.refuse(std::move(*fault));
        sort.push_back(comparator);
    }
}

} // namespace

bool GetArguments::wants(std::string_view property) const {
    return !properties || std::find(properties->begin(), properties->end(), property) != properties->end();
}

GetArguments read_get(Arguments& a, const Limits& limits) {
    GetArguments get;
    get.account = read_account(a);
    get.ids = a.ids("ids");
    get.properties = a.strings("properties");
    if (get.ids) {
        // Each object is told once, however often it is asked for (§5.1).
        auto& ids = *get.ids;
        bound(a, ids.size(), limits.max_objects_in_get);
        std::vector<std::string_view> once;
        std::unordered_set<std::string_view> seen;
        for (const auto id : ids)
            if (seen.insert(id).second) once.push_back(id);
        ids = std::move(once);
    }
    return get;
}

void check_properties(Arguments& a, const GetArguments& get, std::initializer_list<std::string_view> known) {
    if (!get.properties) return;
    for (const auto property : *get.properties)
        if (property != "id" && std::find(known.begin(), known.end(), property) == known.end())
            a.refuse({"invalidArguments", "There is no property \"" + std::string(property) + "\"."});
}

ChangesArguments read_changes(Arguments& a, const Limits& limits) {
    ChangesArguments changes;
    changes.account = read_account(a);
    const auto since = a.string("sinceState");
    if (!since) a.refuse({"invalidArguments", "\"sinceState\" is missing."});
    changes.since = since.value_or(std::string_view{});
    const auto most = a.number("maxChanges");
    if (most && *most == 0) a.refuse({"invalidArguments", "\"maxChanges\" must be greater than 0."});
    changes.most = std::min<std::uint64_t>(most.value_or(limits.max_changes_limit), limits.max_changes_limit);
    return changes;
}

SetArguments read_set(Arguments& a, const Limits& limits) {
    SetArguments set;
    set.account = read_account(a);
    set.if_in_state = a.string("ifInState");
    set.create = a.object("create");
    set.update = a.object("update");
    set.destroy = a.ids("destroy").value_or(std::vector<std::string_view>{});
    bound(a,
          (set.create ? member_count(*set.create) : 0) + (set.update ? member_count(*set.update) : 0) +
              set.destroy.size(),
          limits.max_objects_in_set);
    return set;
}

CopyArguments read_copy(Arguments& a, const Limits& limits) {
    CopyArguments copy;
    copy.from_account = read_account(a, "fromAccountId");
    copy.account = read_account(a);
    copy.if_from_in_state = a.string("ifFromInState");
    copy.if_in_state = a.string("ifInState");
    copy.destroy_from_if_in_state = a.string("destroyFromIfInState");
    copy.create = a.object("create");
    copy.on_success_destroy_original = a.boolean("onSuccessDestroyOriginal", false);
    if (!copy.create) a.refuse({"invalidArguments", "\"create\" is missing."});
    if (copy.from_account == copy.account)
        a.refuse({"invalidArguments", "\"fromAccountId\" must differ from \"accountId\"."});
    bound(a, copy.create ? member_count(*copy.create) : 0, limits.max_objects_in_set);
    return copy;
}

QueryArguments read_query(Arguments& a) {
    QueryArguments query;
    query.account = read_account(a);
    if (const auto filter = a.object("filter")) query.filter = a.find("filter");
    read_comparators(a, query.sort);
    query.position = a.integer("position").value_or(0);
    query.anchor = a.id("anchor");
    query.anchor_offset = a.integer("anchorOffset").value_or(0);
    const auto limit = a.integer("limit");
    if (limit && *limit < 0) a.refuse({"invalidArguments", "\"limit\" must not be negative."});
    if (limit && *limit >= 0) query.limit = static_cast<std::uint64_t>(*limit);
    query.calculate_total = a.boolean("calculateTotal", false);
    return query;
}

QueryChangesArguments read_query_changes(Arguments& a) {
    QueryChangesArguments changes;
    changes.account = read_account(a);
    const auto since = a.string("sinceQueryState");
    if (!since) a.refuse({"invalidArguments", "\"sinceQueryState\" is missing."});
    changes.since = since.value_or(std::string_view{});
    if (const auto filter = a.object("filter")) changes.filter = a.find("filter");
    read_comparators(a, changes.sort);
    changes.most = a.number("maxChanges");
    changes.up_to_id = a.id("upToId");
    changes.calculate_total = a.boolean("calculateTotal", false);
    return changes;
}

} // namespace facteur::jmap
