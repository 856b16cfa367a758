// The parts of HTTP's doors that need neither a socket nor an account.
#include "actors/session/http/media_type.h"
#include "actors/session/http/routes.h"
#include "actors/session/http/slots.h"

#include <catch2/catch.hpp>

using namespace facteur;

TEST_CASE("paths have their routes") {
    const auto of = [](std::string_view path) { return find_route(Door::http, path).route; };
    CHECK(of("/") == Route::asset);
    CHECK(of("/mail/inbox") == Route::asset);
    CHECK(of("/jmap/api") == Route::jmap_api);
    CHECK(of("/jmap/apis") == Route::none);
    CHECK(of("/jmap/upload/a1/") == Route::jmap_upload);
    CHECK(of("/jmap/download/a1/b/c.txt") == Route::jmap_download);
    CHECK(of("/jmap/eventsource/") == Route::event_source);
    CHECK(of("/jmap/eventsource") == Route::event_source);
    CHECK(of("/jmap/ws") == Route::websocket);
    CHECK(of("/.well-known/jmap") == Route::jmap_session);
    CHECK(of("/.well-known/other") == Route::none);
    CHECK(of("/auth/sessions") == Route::sessions);
    CHECK(of("/auth/sessions/12") == Route::session);
    CHECK(of("/metrics") == Route::asset);
    CHECK(find_route(Door::admin, "/metrics").route == Route::metrics);
    CHECK(find_route(Door::admin, "/jmap/api").route == Route::none);
    CHECK(find_route(Door::admin, "/").route == Route::none);
}

TEST_CASE("routes say which methods they take") {
    const auto& api = find_route(Door::http, "/jmap/api");
    CHECK(allows(api, "POST"));
    CHECK(allows(api, "OPTIONS"));
    CHECK_FALSE(allows(api, "GET"));
    CHECK_FALSE(allows(api, "POST, OPTIONS"));
    CHECK_FALSE(allows(api, ""));
    CHECK_FALSE(allows(api, "OPTION"));
    CHECK_FALSE(allows(find_route(Door::http, "/jmap/none"), ""));
}

TEST_CASE("media types of strangers are cleaned") {
    CHECK(clean_media_type("Text/PLAIN; charset=UTF-8") == "text/plain; charset=UTF-8");
    CHECK(clean_media_type(" image/png ") == "image/png");
    CHECK(clean_media_type("application/vnd.ms-excel") == "application/vnd.ms-excel");
    CHECK(clean_media_type("text/plain;name=\"a b\"") == "text/plain;name=\"a b\"");
    for (const auto* bad :
         {"", "text", "text/", "/plain", "text/plain;", "text/plain; charset", "text/plain; a=\"b",
          "text/plain\r\nx: y", "te xt/plain", "a/b/c", "text/plain; a=b\""}) {
        INFO(bad);
        CHECK(clean_media_type(bad) == "application/octet-stream");
    }
    CHECK(clean_media_type("a/" + std::string(300, 'b')) == "application/octet-stream");
}

TEST_CASE("no download has a type that runs, styles or renders as a document") {
    for (const auto* active : {"text/javascript", "application/javascript", "application/x-javascript",
                               "text/ecmascript", "text/jscript", "text/livescript", "module/javascript;x=y",
                               "text/vbscript", "text/css", "text/html", "application/xhtml+xml", "text/xml",
                               "application/xml", "application/rss+xml", "application/wasm", "text/xsl",
                               "multipart/x-mixed-replace; boundary=x", "TEXT/HTML", "message/x-html"}) {
        INFO(active);
        CHECK(safe_media_type(active) == "application/octet-stream");
    }
    for (const auto* quiet : {"text/plain", "image/png", "image/svg+xml", "application/pdf", "message/rfc822",
                              "text/calendar", "application/json", "application/postscript", "video/mp4"}) {
        INFO(quiet);
        CHECK(safe_media_type(quiet) == quiet);
    }
}

TEST_CASE("slots are bounded by user and kind, and given back") {
    const auto slots = std::make_shared<Slots>(Slots::Most{2, 1, 1, 1});
    {
        Slot first, second, third, upload, other;
        CHECK(first.take(slots, 7, SlotKind::request));
        CHECK(second.take(slots, 7, SlotKind::request));
        CHECK_FALSE(third.take(slots, 7, SlotKind::request));
        CHECK_FALSE(third.is_taken());
        CHECK(upload.take(slots, 7, SlotKind::upload));
        CHECK(other.take(slots, 8, SlotKind::request));
        const Slot moved = std::move(first);
        CHECK(moved.is_taken());
        CHECK_FALSE(third.take(slots, 7, SlotKind::request));
        second.release();
        CHECK(third.take(slots, 7, SlotKind::request));
    }
    Slot one, two;
    CHECK(one.take(slots, 7, SlotKind::request));
    CHECK(two.take(slots, 7, SlotKind::request));
    one = std::move(two); // what it held is free again
    Slot three;
    CHECK(three.take(slots, 7, SlotKind::request));
}

TEST_CASE("the memory for bodies is shared and never passed, by all or by one user") {
    const auto budget = std::make_shared<BodyBudget>(100, 60);
    {
        Share a, b, c;
        CHECK(a.grow(budget, 7, 50));
        CHECK_FALSE(b.grow(budget, 7, 11)); // the user's own bound
        CHECK(b.grow(budget, 7, 10));
        CHECK_FALSE(c.grow(budget, 8, 41)); // that of all
        CHECK(c.grow(budget, 8, 40));
        CHECK_FALSE(a.grow(budget, 7, 1));
        CHECK_FALSE(a.grow(budget, 7, ~std::uint64_t{0}));
        CHECK(a.octets() == 50);
        CHECK(budget->taken() == 100);
    }
    CHECK(budget->taken() == 0);
    Share again;
    CHECK(again.grow(budget, 7, 60));
}
