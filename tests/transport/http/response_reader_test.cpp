#include "transport/http/response_reader.h"

#include <catch2/catch.hpp>

using namespace facteur::http;
using State = ResponseReader::State;

namespace {

// However the bytes are cut, the same comes out.
ResponseReader read(std::string_view bytes, bool close = false, const ResponseLimits& limits = {}) {
    ResponseReader whole(limits), piecewise(limits);
    whole.feed(bytes);
    for (const char c : bytes)
        piecewise.feed(std::string_view(&c, 1));
    if (close) {
        whole.closed();
        piecewise.closed();
    }
    CHECK(whole.state() == piecewise.state());
    CHECK(whole.problem() == piecewise.problem());
    CHECK(whole.response().body == piecewise.response().body);
    return whole;
}

} // namespace

TEST_CASE("answers by length, in chunks, and until the connection ends") {
    const auto by_length =
        read("HTTP/1.1 200 OK\r\nContent-Type:  text/plain \r\ncontent-length: 3\r\n\r\nabcdef");
    REQUIRE(by_length.state() == State::done);
    CHECK(by_length.response().status == 200);
    CHECK(by_length.response().header("content-type") == "text/plain");
    CHECK(by_length.response().header("x") == std::nullopt);
    CHECK(by_length.response().body == "abc");

    const auto chunked =
        read("HTTP/1.1 404 \r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\nA ;x=y\r\n0123456789\r\n"
             "0\r\nX: y\r\n\r\n");
    REQUIRE(chunked.state() == State::done);
    CHECK(chunked.response().status == 404);
    CHECK(chunked.response().body == "abc0123456789");

    CHECK(read("HTTP/1.0 200 OK\r\n\r\nabc").state() == State::reading);
    const auto until_close = read("HTTP/1.0 200 OK\r\n\r\nabc", true);
    REQUIRE(until_close.state() == State::done);
    CHECK(until_close.response().body == "abc");

    for (const auto* none :
         {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304\r\nContent-Length: 9\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nX: y\r\n\r\nHTTP/1.1 204\r\n\r\n"}) {
        CHECK(read(none).state() == State::done);
        CHECK(read(none).response().body.empty());
    }
}

TEST_CASE("answers that break the grammar or a limit") {
    for (const auto* text :
         {"SSH-2.0-x\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n", "HTTP/1.1 2000\r\n\r\n",
          "HTTP/1.1 +20 x\r\n\r\n", "HTTP/1.1 101 x\r\n\r\n", "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA : x\r\n\r\n", "HTTP/1.1 200 OK\r\n folded\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"}) {
        INFO(text);
        CHECK(read(text).state() == State::broken);
        CHECK_FALSE(read(text).problem().empty());
    }
    CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", true).state() == State::broken);
    CHECK(read("", true).state() == State::broken);

    const ResponseLimits small{100, 2, 5};
    for (const auto& text :
         {std::string("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\n\r\n123456"),
          std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\nabc\r\n"),
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(300, '0'),
          std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"),
          std::string("HTTP/1.1 200 OK\r\na: b\r\nc: d\r\ne: f\r\n\r\n"), std::string(104, 'x')}) {
        INFO(text);
        CHECK(read(text, false, small).state() == State::broken);
    }
}
