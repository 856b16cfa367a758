// Reading the arguments of a method call, with the checks that all methods share (RFC 8620 §5).
//
//     Arguments a(object, created_ids);
//     const auto get = read_get(a, limits);
//     const bool deep = a.boolean("deep", false);
//     if (auto fault = a.fault()) return tl::unexpected(*fault);
//
// Reading never fails at once: the first wrong type, and every argument that nobody asked for, is told by
// `fault` (invalidArguments, or requestTooLarge for too many objects). What is read then has a harmless
// value. Views point into the request. One thread at a time.
#pragma once

#include "transport/jmap/errors.h"
#include "transport/jmap/limits.h"
#include "transport/jmap/request.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::jmap {

class Arguments {
public:
    Arguments(Object object, const CreatedIds& created_ids) : object_(object), created_ids_(created_ids) {}

    // The argument, when it is given and not null.
    std::optional<Value> find(std::string_view name);
    bool has(std::string_view name) { return find(name).has_value(); }

    std::optional<std::string_view> string(std::string_view name);
    // `#creation` is replaced by its id (§5.3); the empty string when there is none, which is no object's id.
    std::optional<std::string_view> id(std::string_view name);
    std::optional<std::vector<std::string_view>> ids(std::string_view name);
    std::optional<std::vector<std::string_view>> strings(std::string_view name);
    bool boolean(std::string_view name, bool otherwise);
    std::optional<std::uint64_t> number(std::string_view name); // UnsignedInt
    std::optional<std::int64_t> integer(std::string_view name);
    std::optional<Object> object(std::string_view name);
    std::optional<Array> array(std::string_view name);

    void refuse(MethodError error) {
        if (!fault_) fault_ = std::move(error);
    }
    // Call last: an argument that was not asked for is unknown.
    std::optional<MethodError> fault();

    [[nodiscard]] const CreatedIds& created_ids() const { return created_ids_; }

private:
    void wrong(std::string_view name, std::string_view wanted);
    std::optional<std::vector<std::string_view>> list(std::string_view name, bool of_ids);

    Object object_;
    const CreatedIds& created_ids_;
    std::vector<std::string_view> known_;
    std::optional<MethodError> fault_;
};

// The id itself, or what `#creation` stands for; empty when that is not known.
std::string_view resolve_id(std::string_view id, const CreatedIds& created_ids);

struct GetArguments { // §5.1
    std::string_view account;
    std::optional<std::vector<std::string_view>> ids; // nothing: all
    std::optional<std::vector<std::string_view>> properties;

    [[nodiscard]] bool wants(std::string_view property) const;
};
GetArguments read_get(Arguments& arguments, const Limits& limits);
// Refuses properties that `known` does not list; "id" is always known.
void check_properties(Arguments& arguments, const GetArguments& get,
                      std::initializer_list<std::string_view> known);

struct ChangesArguments { // §5.2
    std::string_view account, since;
    std::uint64_t most = 0; // maxChanges, or the limit of the server
};
ChangesArguments read_changes(Arguments& arguments, const Limits& limits);

struct SetArguments { // §5.3
    std::string_view account;
    std::optional<std::string_view> if_in_state;
    std::optional<Object> create, update;
    std::vector<std::string_view> destroy;
};
SetArguments read_set(Arguments& arguments, const Limits& limits);

struct CopyArguments { // §5.4
    std::string_view from_account, account;
    std::optional<std::string_view> if_from_in_state, if_in_state, destroy_from_if_in_state;
    std::optional<Object> create;
    bool on_success_destroy_original = false;
};
CopyArguments read_copy(Arguments& arguments, const Limits& limits);

struct Comparator { // §5.5
    std::string_view property;
    bool ascending = true;
    std::string_view collation;
    std::string_view keyword; // RFC 8621 §4.4.2
};
struct QueryArguments { // §5.5
    std::string_view account;
    std::optional<Value> filter;
    std::vector<Comparator> sort;
    std::int64_t position = 0;
    std::optional<std::string_view> anchor;
    std::int64_t anchor_offset = 0;
    std::optional<std::uint64_t> limit; // as asked for
    bool calculate_total = false;
};
QueryArguments read_query(Arguments& arguments);

struct QueryChangesArguments { // §5.6
    std::string_view account, since;
    std::optional<Value> filter;
    std::vector<Comparator> sort;
    std::optional<std::uint64_t> most; // maxChanges
    std::optional<std::string_view> up_to_id;
    bool calculate_total = false;
};
QueryChangesArguments read_query_changes(Arguments& arguments);

} // namespace facteur::jmap
