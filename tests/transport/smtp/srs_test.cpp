#include "transport/smtp/srs.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;

namespace {

constexpr std::int64_t day = 86'400, now = 1'795'852'800;
const SrsKeys ours{"b.test", {"new secret", "old secret"}};
const SrsKeys theirs{"c.test", {"theirs"}}, last{"d.test", {"last"}};
const Mailbox anne{"Anne=x", "a.test"};

} // namespace

TEST_CASE("a rewritten address leads back, for three weeks") {
    const auto rewritten = srs_forward(anne, ours, now).value();
    CHECK(rewritten.text() == "SRS0=7FIR34=JR=a.test=Anne=x@b.test");
    CHECK(parse_mailbox(rewritten.text()) == rewritten);
    CHECK(is_srs(rewritten.local));
    CHECK(srs_reverse(rewritten, ours, now) == anne);
    CHECK(srs_reverse(rewritten, ours, now + 21 * day) == anne);
    CHECK(srs_reverse(rewritten, ours, now - day) == anne);
    for (const auto later : {22 * day, 200 * day, -2 * day})
        CHECK(srs_reverse(rewritten, ours, now + later) == tl::unexpected(SrsFailure::too_old));
    CHECK(srs_forward(Mailbox{"x", "b.test"}, ours, now) == Mailbox{"x", "b.test"});
}

TEST_CASE("servers that fold case break nothing") {
    auto rewritten = srs_forward(anne, ours, now).value();
    for (char& c : rewritten.local)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    CHECK(srs_reverse(rewritten, ours, now) == Mailbox{"anne=x", "a.test"});
    for (char& c : rewritten.local)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    CHECK(srs_reverse(rewritten, ours, now) == Mailbox{"ANNE=X", "a.test"});
}

TEST_CASE("an old secret is taken until it is forgotten") {
    const auto rewritten = srs_forward(anne, {"b.test", {"old secret"}}, now).value();
    CHECK(srs_reverse(rewritten, ours, now) == anne);
    CHECK(srs_reverse(rewritten, {"b.test", {"new secret"}}, now) == tl::unexpected(SrsFailure::forged));
    CHECK(srs_forward(anne, {"b.test", {}}, now) == tl::unexpected(SrsFailure::too_long));
    CHECK(srs_reverse(rewritten, {"b.test", {}}, now) == tl::unexpected(SrsFailure::forged));
    CHECK(srs_reverse(rewritten, {"b.test", {""}}, now) == tl::unexpected(SrsFailure::forged));
}

TEST_CASE("any change of a letter is seen") {
    const auto rewritten = srs_forward(anne, ours, now).value();
    for (std::size_t i = 5; i < rewritten.local.size(); ++i) {
        auto changed = rewritten;
        changed.local[i] = changed.local[i] == 'z' ? 'y' : 'z';
        INFO(changed.local);
        CHECK_FALSE(srs_reverse(changed, ours, now));
    }
    CHECK(srs_reverse({rewritten.local, "elsewhere.test"}, ours, now) ==
          tl::unexpected(SrsFailure::not_rewritten));
    for (const auto* local : {"anne", "SRS", "SRS2=a=b=c=d", "SRS0", "SRS0x"})
        CHECK(srs_reverse({local, "b.test"}, ours, now) == tl::unexpected(SrsFailure::not_rewritten));
    for (const auto* local : {"SRS0=", "SRS0=abcdef", "SRS0=abcdef=AA=a.test",
                              "SRS0=abcdef=AA=a.test=", "SRS0=abcdef=AA=-=x", "SRS0=abcdef=A1=a.test=x",
                              "SRS1=", "SRS1=abcdef=a.test", "SRS1=abcdef=a.test=x", "SRS1=abcdef=a.test=="})
        CHECK(srs_reverse({local, "b.test"}, ours, now) == tl::unexpected(SrsFailure::malformed));
}

TEST_CASE("a second forward goes back to the first, and a third too") {
    const auto first = srs_forward(anne, ours, now).value();
    const auto second = srs_forward(first, theirs, now).value();
    CHECK(second.text().starts_with("SRS1="));
    CHECK(second.text().ends_with("=b.test=" + first.local.substr(4) + "@c.test"));
    CHECK(srs_reverse(second, theirs, now) == first);
    const auto third = srs_forward(second, last, now).value();
    CHECK(third.text().ends_with("=b.test=" + first.local.substr(4) + "@d.test"));
    CHECK(srs_reverse(third, last, now) == first);
    // And in a circle: our own address is not wrapped again.
    CHECK(srs_forward(first, ours, now) == first);
    CHECK(srs_reverse(third, theirs, now) == tl::unexpected(SrsFailure::not_rewritten));
    CHECK(srs_reverse({third.local, "c.test"}, theirs, now) == tl::unexpected(SrsFailure::forged));
}

TEST_CASE("what no local part can hold is not rewritten") {
    CHECK(srs_forward({std::string(100, 'x'), std::string(40, 'd') + ".test"}, ours, now) ==
          tl::unexpected(SrsFailure::too_long));
}
