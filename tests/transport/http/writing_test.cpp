#include "transport/http/cookies.h"
#include "transport/http/event_stream.h"
#include "transport/http/uri.h"

#include <catch2/catch.hpp>

using namespace facteur::http;

TEST_CASE("a session's cookie is strict by default") {
    SetCookie cookie;
    cookie.name = "facteur";
    cookie.value = "42.abc-_~";
    CHECK(write_set_cookie(cookie) == "facteur=42.abc-_~; Path=/; Secure; HttpOnly; SameSite=Strict");
    cookie.max_age = 0;
    cookie.secure = cookie.http_only = false;
    cookie.same_site = SameSite::lax;
    CHECK(write_set_cookie(cookie) == "facteur=42.abc-_~; Path=/; Max-Age=0; SameSite=Lax");
}

TEST_CASE("a cookie cannot grow attributes or headers") {
    SetCookie cookie;
    cookie.name = "a=b";
    cookie.value = "x; Domain=evil\r\nX: y";
    cookie.path = "/;Secure";
    CHECK(write_set_cookie(cookie) == "ab=xDomain=evilX:y; Path=/Secure; Secure; HttpOnly; SameSite=Strict");
}

TEST_CASE("events hold any text") {
    CHECK(write_event("state", "7", "{}") == "event: state\nid: 7\ndata: {}\n\n");
    CHECK(write_event("", "", "a\nb\r\nc\rd\n") == "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
    CHECK(write_event("x\ndata: y", "", "") == "event: xdata: y\ndata: \n\n");
    CHECK(write_event_comment("ping\n") == ": ping\n\n");
    CHECK(write_event_retry(std::chrono::seconds(3)) == "retry: 3000\n\n");
    CHECK(event_stream_response().headers.front().value == "text/event-stream; charset=utf-8");
}

TEST_CASE("what is percent-encoded comes back") {
    CHECK(percent_encode("a b/é~") == "a%20b%2F%C3%A9~");
    std::string all;
    for (int c = 1; c < 256; ++c)
        all.push_back(static_cast<char>(c));
    CHECK(percent_decode(percent_encode(all), false) == all);
    CHECK(percent_decode(percent_encode(all), true) == all);
    for (const auto* broken : {"%", "%4", "%zz", "%00", "a%"})
        CHECK_FALSE(percent_decode(broken, false));
}
