#include "actors/session/jmap/ids.h"

#include <catch2/catch.hpp>

using namespace facteur;

TEST_CASE("an id is its type's letter and a plain number") {
    CHECK(email_id(12) == "e12");
    CHECK(read_email_id("e12") == 12u);
    CHECK(read_mailbox_id("m4294967295") == 4294967295u);
    for (const auto* wrong :
         {"", "e", "12", "m12", "e012", "e-1", "e1x", "e+1", "e99999999999999999999", "e0"})
        CHECK_FALSE(read_email_id(wrong));
    CHECK_FALSE(read_mailbox_id("m4294967296"));
}

TEST_CASE("a blob's id names the bytes it stands for") {
    const auto hash = store::hash_of("a message");
    const auto whole = read_blob_id(blob_id(hash));
    REQUIRE(whole);
    CHECK(whole->body == hash);
    CHECK_FALSE(whole->part);

    store::PartRow row;
    row.body_offset = 120;
    row.body_size = 4000;
    row.encoding = 4;
    const auto part = read_blob_id(blob_id(hash, row));
    REQUIRE(part);
    REQUIRE(part->part);
    CHECK(part->body == hash);
    CHECK(part->part->offset == 120);
    CHECK(part->part->size == 4000);
    CHECK(part->part->encoding == 4);

    const auto hex = store::to_hex(hash);
    for (const auto& wrong : {"b" + hex + "0", "b" + hex.substr(1), "x" + hex, "p" + hex, "p" + hex + "-1-2",
                              "p" + hex + "-1-2-256", "p" + hex + "-1-2-3-4", "p" + hex + "--2-3"})
        CHECK_FALSE(read_blob_id(wrong));
}
