#include "actors/session/imap/message_set.h"

#include <catch2/catch.hpp>

namespace facteur {
namespace {

UidMap set_map() {
    UidMap map;
    for (const store::Uid uid : {2u, 3u, 5u, 9u, 10u, 11u})
        map.append(uid);
    return map;
}

std::string set_text(const std::optional<MessageRanges>& ranges) {
    if (!ranges) return "BAD";
    std::string out;
    imap::write_sequence_set(out, *ranges);
    return out;
}

std::string numbers_in(std::string_view set, bool uid, const std::vector<store::Uid>& saved = {}) {
    return set_text(messages_of(set_map(), *imap::parse_sequence_set(set, 100), uid, saved));
}

} // namespace

TEST_CASE("sets of a command mean messages of the mailbox", "[imap]") {
    CHECK(numbers_in("1:2,4", false) == "1:2,4");
    CHECK(numbers_in("*:5", false) == "5:6");
    CHECK(numbers_in("7", false) == "BAD");
    CHECK(numbers_in("3:7", false) == "BAD");
    CHECK(numbers_in("1:*", true) == "1:6");
    CHECK(numbers_in("4,6:8", true).empty());
    CHECK(numbers_in("3:9", true) == "2:4");
    CHECK(numbers_in("1:2,11:4000", true) == "1,6");
    CHECK(numbers_in("100:*", true) == "6");
    CHECK(numbers_in("4294967295", true).empty());
    CHECK(numbers_in("$", true, {3, 4, 10}) == "2,5");
    CHECK(numbers_in("$", false, {}).empty());
    CHECK(set_text(messages_of(UidMap(), *imap::parse_sequence_set("1:*", 9), false)) == "BAD");
    CHECK(set_text(messages_of(UidMap(), *imap::parse_sequence_set("1:*", 9), true)).empty());
    CHECK(uids_of(set_map(), {{1, 2}, {4, 4}}) == std::vector<store::Uid>{2, 3, 9});
}

TEST_CASE("a partial range of messages counts from either end", "[imap]") {
    const MessageRanges messages{{1, 2}, {5, 8}, {10, 10}};
    CHECK(set_text(part_of(messages, {1, 3})) == "1:2,5");
    CHECK(set_text(part_of(messages, {4, 5})) == "6:7");
    CHECK(set_text(part_of(messages, {-1, -2})) == "8,10");
    CHECK(set_text(part_of(messages, {7, 100})) == "10");
    CHECK(set_text(part_of(messages, {8, 100})).empty());
}

} // namespace facteur
