// Arguments of the standard methods (RFC 8620 §5), filters and patches.
#include "transport/jmap/arguments.h"
#include "transport/jmap/filter.h"
#include "transport/jmap/patch.h"

#include <catch2/catch.hpp>

#include <string>

using namespace facteur::jmap;

namespace {

const CreatedIds created{{"k", "e7"}};

// An object that stays while its arguments are looked at.
class Given {
public:
    explicit Given(const std::string& text) {
        auto document = Document::parse(text);
        REQUIRE(document.has_value());
        document_ = std::move(*document);
        arguments_.emplace(*as_object(document_->root()), created);
    }
    Arguments& operator*() { return *arguments_; }
    Arguments* operator->() { return &*arguments_; }

private:
    std::optional<Document> document_;
    std::optional<Arguments> arguments_;
};

// The type of the fault of one standard method's arguments, empty when there is none.
template <typename Read>
std::string fault_of(const std::string& text, Read&& read) {
    Given given(text);
    read(*given);
    const auto fault = given->fault();
    return fault ? std::string(fault->type) : std::string();
}
std::string get_fault(const std::string& text, const Limits& limits = {}) {
    return fault_of(text, [&](Arguments& a) { read_get(a, limits); });
}
std::string set_fault(const std::string& text, const Limits& limits = {}) {
    return fault_of(text, [&](Arguments& a) { read_set(a, limits); });
}
std::string query_fault(const std::string& text) {
    return fault_of(text, [](Arguments& a) { read_query(a); });
}

std::string filter_error(const std::string& text, const Limits& limits = {}) {
    const auto document = Document::parse(text);
    REQUIRE(document.has_value());
    const auto filter = parse_filter(document->root(), limits);
    return filter ? std::string() : std::string(filter.error().type);
}

// The patched object, or the type of the error.
std::string patch(const std::string& current, const std::string& text) {
    const auto object = Document::parse(current), changes = Document::parse(text);
    REQUIRE(object.has_value());
    REQUIRE(changes.has_value());
    const auto parsed = parse_patch(*as_object(changes->root()));
    if (!parsed) return std::string(parsed.error().type);
    const auto result = patched(*as_object(object->root()), *parsed);
    return result ? *result : std::string(result.error().type);
}

} // namespace

TEST_CASE("arguments are read by type, and null is as absent") {
    Given a(
        R"({"s":"x","n":null,"b":true,"u":9007199254740991,"i":-5,"o":{},"l":[1],"ids":["e1","#k","#?"]})");
    CHECK(a->string("s") == "x");
    CHECK(a->string("n") == std::nullopt);
    CHECK(a->string("absent") == std::nullopt);
    CHECK(a->boolean("b", false));
    CHECK(a->boolean("n", true));
    CHECK(a->number("u") == max_unsigned);
    CHECK(a->integer("i") == -5);
    CHECK(a->object("o").has_value());
    CHECK(a->array("l")->size() == 1);
    CHECK(a->ids("ids") == std::vector<std::string_view>{"e1", "e7", ""});
    CHECK(!a->fault().has_value());
}

TEST_CASE("the first wrong argument is told") {
    const auto fault = [](const std::string& text, auto read) {
        Given given(text);
        read(*given);
        return given->fault().value_or(MethodError{"none", {}}).description;
    };
    CHECK(fault("{\"x\":1}", [](Arguments& a) { a.string("x"); }) == "\"x\" must be a string.");
    CHECK(fault("{\"x\":1}", [](Arguments& a) { a.boolean("x", false); }) == "\"x\" must be true or false.");
    CHECK(fault("{\"x\":-1}", [](Arguments& a) { a.number("x"); }) == "\"x\" must be an unsigned integer.");
    CHECK(fault("{\"x\":9007199254740992}", [](Arguments& a) { a.number("x"); }) ==
          "\"x\" must be an unsigned integer.");
    CHECK(fault("{\"x\":-9007199254740992}", [](Arguments& a) { a.integer("x"); }) ==
          "\"x\" must be an integer.");
    CHECK(fault("{\"x\":1.5}", [](Arguments& a) { a.integer("x"); }) == "\"x\" must be an integer.");
    CHECK(fault("{\"x\":[]}", [](Arguments& a) { a.object("x"); }) == "\"x\" must be an object.");
    CHECK(fault("{\"x\":{}}", [](Arguments& a) { a.array("x"); }) == "\"x\" must be an array.");
    CHECK(fault("{\"x\":\"a b\"}", [](Arguments& a) { a.id("x"); }) == "\"x\" must be an id.");
    CHECK(fault("{\"x\":[\"\"]}", [](Arguments& a) { a.ids("x"); }) == "\"x\" must be an array of ids.");
    CHECK(fault("{\"x\":[1]}", [](Arguments& a) { a.strings("x"); }) == "\"x\" must be an array of strings.");
    CHECK(fault("{\"x\":1,\"y\":1}", [](Arguments& a) { a.string("y"), a.string("x"); }) ==
          "\"y\" must be a string.");
    CHECK(fault("{\"x\":1,\"y\":1}", [](Arguments& a) { a.number("x"); }) ==
          "The method has no argument \"y\".");
}

TEST_CASE("ids have an alphabet and a length") {
    CHECK(is_id("aZ09-_"));
    CHECK(is_id(std::string(255, 'a')));
    for (const auto& bad : {std::string(), std::string(256, 'a'), std::string("a b"), std::string("é"),
                            std::string("a/b"), std::string("a\0", 2)})
        CHECK_FALSE(is_id(bad));
}

TEST_CASE("arguments of /get") {
    Limits limits;
    limits.max_objects_in_get = 3;
    Given a(R"({"accountId":"a1","ids":["x","y","x"],"properties":["id","size"]})");
    const auto get = read_get(*a, limits);
    CHECK(get.account == "a1");
    CHECK(get.ids == std::vector<std::string_view>{"x", "y"});
    CHECK(get.wants("size"));
    CHECK_FALSE(get.wants("subject"));
    check_properties(*a, get, {"size"});
    CHECK(!a->fault().has_value());
    check_properties(*a, get, {"subject"});
    CHECK(a->fault()->type == "invalidArguments");

    CHECK(get_fault(R"({"accountId":"a1","ids":null})").empty());
    CHECK(get_fault(R"({"ids":[]})") == "invalidArguments");
    CHECK(get_fault(R"({"accountId":"a1","ids":["1","2","3"]})", limits).empty());
    CHECK(get_fault(R"({"accountId":"a1","ids":["1","2","3","4"]})", limits) == "requestTooLarge");
    CHECK(get_fault(R"({"accountId":"a1","extra":1})") == "invalidArguments");
}

TEST_CASE("arguments of /changes") {
    Limits limits;
    limits.max_changes_limit = 10;
    const auto most = [&](const std::string& text) {
        Given a(text);
        const auto changes = read_changes(*a, limits);
        return a->fault() ? 0 : changes.most;
    };
    CHECK(most(R"({"accountId":"a","sinceState":""})") == 10);
    CHECK(most(R"({"accountId":"a","sinceState":"s","maxChanges":4})") == 4);
    CHECK(most(R"({"accountId":"a","sinceState":"s","maxChanges":11})") == 10);
    CHECK(most(R"({"accountId":"a","sinceState":"s","maxChanges":0})") == 0);
    CHECK(most(R"({"accountId":"a"})") == 0);
}

TEST_CASE("arguments of /set and /copy") {
    Limits limits;
    limits.max_objects_in_set = 3;
    Given a(R"({"accountId":"a1","create":{"k":{}},"update":{"e1":{}},"destroy":["#k"],"ifInState":"s"})");
    const auto set = read_set(*a, limits);
    CHECK(!a->fault().has_value());
    CHECK(set.destroy == std::vector<std::string_view>{"e7"});
    CHECK(set.if_in_state == "s");
    CHECK(set_fault(R"({"accountId":"a1","create":{"k":{}},"update":{"e1":{}},"destroy":["a","b"]})",
                    limits) == "requestTooLarge");
    CHECK(set_fault(R"({"accountId":"a1","create":[]})") == "invalidArguments");

    const auto copy_fault = [](const std::string& text) {
        return fault_of(text, [](Arguments& arguments) { read_copy(arguments, {}); });
    };
    CHECK(copy_fault(R"({"accountId":"a1","fromAccountId":"a2","create":{}})").empty());
    CHECK(copy_fault(R"({"accountId":"a1","fromAccountId":"a1","create":{}})") == "invalidArguments");
    CHECK(copy_fault(R"({"accountId":"a1","fromAccountId":"a2"})") == "invalidArguments");
    CHECK(copy_fault(R"({"accountId":"a1","create":{}})") == "invalidArguments");
}

TEST_CASE("arguments of /query and /queryChanges") {
    Given a(R"({"accountId":"a1","filter":{"x":1},"position":-3,"anchor":"#k","anchorOffset":-2,"limit":5,
                "sort":[{"property":"size"},{"property":"hasKeyword","keyword":"$seen","isAscending":false}],
                "calculateTotal":true})");
    const auto query = read_query(*a);
    CHECK(!a->fault().has_value());
    CHECK(query.filter.has_value());
    CHECK(query.position == -3);
    CHECK(query.anchor == "e7");
    CHECK(query.anchor_offset == -2);
    CHECK(query.limit == 5);
    CHECK(query.calculate_total);
    REQUIRE(query.sort.size() == 2);
    CHECK(query.sort[0].ascending);
    CHECK_FALSE(query.sort[1].ascending);
    CHECK(query.sort[1].keyword == "$seen");

    CHECK(query_fault(R"({"accountId":"a","filter":null,"sort":null,"limit":0})").empty());
    for (const auto* bad : {R"({"accountId":"a","filter":[]})", R"({"accountId":"a","limit":-1})",
                            R"({"accountId":"a","sort":[1]})", R"({"accountId":"a","sort":[{}]})",
                            R"({"accountId":"a","sort":[{"property":"x","more":1}]})",
                            R"({"accountId":"a","position":1.5})", R"({"filter":{}})"})
        CHECK(query_fault(bad) == "invalidArguments");
    std::string sort;
    for (int i = 0; i < 17; ++i)
        sort += std::string(i == 0 ? "" : ",") + R"({"property":"x"})";
    CHECK(query_fault(R"({"accountId":"a","sort":[)" + sort + "]}") == "unsupportedSort");

    const auto changes_fault = [](const std::string& text) {
        return fault_of(text, [](Arguments& arguments) { read_query_changes(arguments); });
    };
    CHECK(changes_fault(R"({"accountId":"a","sinceQueryState":"s","upToId":"e1","maxChanges":3})").empty());
    CHECK(changes_fault(R"({"accountId":"a"})") == "invalidArguments");
    CHECK(changes_fault(R"({"accountId":"a","sinceQueryState":"s","maxChanges":-3})") == "invalidArguments");
}

TEST_CASE("filters are trees of bounded size") {
    const auto document =
        Document::parse(R"({"operator":"AND","conditions":[{"x":1},{"operator":"NOT","conditions":[{}]},)"
                        R"({"operator":"OR","conditions":[]}]})");
    const auto filter = parse_filter(document->root(), {});
    REQUIRE(filter.has_value());
    CHECK(filter->kind == Filter::Kind::and_);
    REQUIRE(filter->children.size() == 3);
    CHECK(filter->children[0].kind == Filter::Kind::condition);
    CHECK(filter->children[1].kind == Filter::Kind::not_);
    CHECK(filter->children[2].kind == Filter::Kind::or_);

    for (const auto* bad :
         {"1", "[]", R"({"operator":"XOR","conditions":[]})", R"({"operator":"AND"})",
          R"({"operator":1,"conditions":[]})", R"({"operator":"AND","conditions":{}})",
          R"({"operator":"AND","conditions":[],"x":1})", R"({"operator":"AND","conditions":[1]})"})
        CHECK(filter_error(bad) == "invalidArguments");

    Limits limits;
    limits.max_filter_nodes = 3;
    CHECK(filter_error(R"({"operator":"OR","conditions":[{},{}]})", limits).empty());
    CHECK(filter_error(R"({"operator":"OR","conditions":[{},{},{}]})", limits) == "unsupportedFilter");
    std::string deep = "{}";
    for (std::uint32_t i = 0; i < Limits{}.max_filter_depth; ++i)
        deep = R"({"operator":"NOT","conditions":[)" + deep + "]}";
    CHECK(filter_error(deep).empty());
    CHECK(filter_error(R"({"operator":"NOT","conditions":[)" + deep + "]}") == "unsupportedFilter");
}

TEST_CASE("a patch changes what its paths name") {
    CHECK(patch(R"({"a":1,"b":2})", "{}") == R"({"a":1,"b":2})");
    CHECK(patch(R"({"a":1,"b":2})", R"({"b":3,"c":4})") == R"({"a":1,"b":3,"c":4})");
    CHECK(patch(R"({"a":1,"b":2})", R"({"a":null,"z":null})") == R"({"b":2})");
    CHECK(patch(R"({"k":{"$seen":true}})", R"({"k/$seen":null,"k/$flagged":true})") ==
          R"({"k":{"$flagged":true}})");
    CHECK(patch(R"({"k":{"a/b":1,"~":2}})", R"({"k/a~1b":3,"k/~0":4})") == R"({"k":{"a/b":3,"~":4}})");
    CHECK(patch(R"({"k":{"a":1}})", R"({"k":{"b":2}})") == R"({"k":{"b":2}})");
    CHECK(patch(R"({"a":{"b":{"c":1,"d":2}},"e":5})", R"({"a/b/c":9,"e":6})") ==
          R"({"a":{"b":{"c":9,"d":2}},"e":6})");
}

TEST_CASE("a patch that cannot be applied is refused") {
    for (const auto* bad : {R"({"k":{},"k/a":1})", R"({"k/a":1,"k":null})", R"({"k/a/b":1,"k/a":2})",
                            R"({"k~":1})", R"({"k/~2":1})", R"({"x/a":1})", R"({"k/a/b":1})", R"({"l/0":1})",
                            R"({"n/a":1})", R"({"k/b/c":1})"}) {
        CAPTURE(bad);
        CHECK(patch(R"({"k":{"a":1},"l":[1],"n":null})", bad) == "invalidPatch");
    }
    // Others may stand between a path and its beginning.
    CHECK(patch(R"({"k":{"a":{}}})", R"({"k":1,"k/a":2,"k!":3})") == "invalidPatch");
}
