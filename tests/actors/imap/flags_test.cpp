#include "actors/session/imap/flags.h"
#include "actors/session/jmap/keywords.h"

#include <catch2/catch.hpp>

using namespace facteur;

namespace {

std::string flags_as_text(std::uint32_t flags, bool deleted,
                          const std::vector<std::string_view>& others = {}) {
    std::vector<std::string_view> all;
    append_flags(all, flags, deleted, others);
    std::string text;
    for (const auto flag : all)
        text.append(text.empty() ? "" : " ").append(flag);
    return text;
}

} // namespace

TEST_CASE("flags are written in the spelling of their registration") {
    CHECK(flags_as_text(0, false).empty());
    CHECK(flags_as_text(store::flag_seen | store::flag_draft, true, {"project-x"}) ==
          "\\Seen \\Draft \\Deleted project-x");
    CHECK(flags_as_text(~0u, false) ==
          "\\Seen \\Answered \\Flagged \\Draft $Forwarded $Junk $NotJunk $Phishing "
          "$MDNSent $Important");
    CHECK(named_flags().size() == 11);
    CHECK(named_flags().back() == "\\Deleted");
}

TEST_CASE("texts of flags are those of their names, again and again") {
    FlagTexts texts;
    for (int round = 0; round < 2; ++round)
        for (std::uint32_t flags = 0; flags < 1024; ++flags)
            for (const bool deleted : {false, true, false})
                REQUIRE(texts.of(flags, deleted) == flags_as_text(flags, deleted));
    CHECK(texts.of(store::flag_seen | store::flag_forwarded, true) == "\\Seen $Forwarded \\Deleted");
}

TEST_CASE("flags are read in any case") {
    const auto read = read_flags({"\\seen", "\\DELETED", "$junk", "$SEEN", "Project-X", "project-x"});
    REQUIRE(read.has_value());
    CHECK(read->deleted);
    CHECK(read->keywords.flags == (store::flag_seen | store::flag_junk));
    CHECK(read->keywords.others == std::vector<std::string>{"project-x"});
    CHECK(read_flags({}) == FlagList{});
}

TEST_CASE("what cannot be a flag is refused") {
    CHECK_FALSE(read_flags({"\\Recent"}).has_value());
    CHECK_FALSE(read_flags({"\\Unheard"}).has_value());
    CHECK_FALSE(read_flags({"\\"}).has_value());
    CHECK_FALSE(read_flags({""}).has_value());
    CHECK_FALSE(read_flags({"a b"}).has_value());
    CHECK_FALSE(read_flags({"a]"}).has_value());
    CHECK_FALSE(read_flags({std::string(256, 'k')}).has_value());
    std::vector<std::string> many;
    for (std::size_t i = 0; i <= most_keywords; ++i)
        many.push_back("k" + std::to_string(i));
    CHECK_FALSE(read_flags(many).has_value());
    many.pop_back();
    CHECK(read_flags(many).has_value());
}

TEST_CASE("what is written is read again") {
    for (std::uint32_t bit = 0; bit <= 10; ++bit) {
        std::vector<std::string_view> views;
        append_flags(views, bit < 10 ? 1u << bit : 0, bit == 10, {"other"});
        const auto read = read_flags({views.begin(), views.end()});
        REQUIRE(read.has_value());
        CHECK(read->keywords == store::Keywords{bit < 10 ? 1u << bit : 0, {"other"}});
        CHECK(read->deleted == (bit == 10));
    }
}
