// Which commands of IMAP the connection's own thread may run.
#include "actors/session/imap/quick.h"

#include <catch2/catch.hpp>

using namespace facteur;
namespace c = imap::command;

namespace {

bool quick_fetch(std::vector<imap::NumberRange> ranges, imap::FetchItem::Kind kind) {
    c::Fetch fetch;
    fetch.set.ranges = std::move(ranges);
    fetch.items.push_back({kind, false, false, {}, {}});
    return is_quick(fetch);
}

} // namespace

TEST_CASE("commands are quick that read few rows") {
    using Kind = imap::FetchItem::Kind;
    CHECK(is_quick(c::Noop{}));
    CHECK(is_quick(c::Status{}));
    CHECK(is_quick(c::Select{}));
    CHECK_FALSE(is_quick(c::Select{"INBOX", false, false, imap::command::QResync{}}));
    CHECK_FALSE(is_quick(c::Search{}));
    CHECK_FALSE(is_quick(c::Close{}));
    CHECK(quick_fetch({{1, 50}, {60, 60}}, Kind::envelope));
    CHECK(quick_fetch({{50, 1}}, Kind::envelope));
    CHECK_FALSE(quick_fetch({{1, 101}}, Kind::envelope));
    CHECK_FALSE(quick_fetch({{1, 4294967295}, {1, 4294967295}}, Kind::flags));
    CHECK(quick_fetch({{imap::star, imap::star}}, Kind::flags));
    CHECK_FALSE(quick_fetch({{1, imap::star}}, Kind::flags));
    CHECK_FALSE(quick_fetch({{imap::star, 7}}, Kind::flags));
    CHECK(quick_fetch({{7, 7}}, Kind::section));
    CHECK_FALSE(quick_fetch({{7, 8}}, Kind::section));
    c::Fetch saved;
    saved.set.saved = true;
    CHECK_FALSE(is_quick(saved));
}

TEST_CASE("a long FETCH has quick pieces when it reads no body") {
    using Kind = imap::FetchItem::Kind;
    c::Fetch fetch;
    fetch.set.ranges = {{1, imap::star}};
    fetch.items = {{Kind::flags, false, false, {}, {}}, {Kind::body_structure, false, false, {}, {}}};
    CHECK(has_quick_pieces(fetch));
    fetch.vanished = true; // which walks the history
    CHECK_FALSE(has_quick_pieces(fetch));
    fetch.vanished = false;
    fetch.items.push_back({Kind::rfc822_header, false, false, {}, {}});
    CHECK_FALSE(has_quick_pieces(fetch));
    CHECK_FALSE(has_quick_pieces(c::Search{}));
}
