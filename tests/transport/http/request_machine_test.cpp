#include "transport/http/request_machine.h"

#include <catch2/catch.hpp>

using namespace facteur::http;

namespace {

// All that comes of these bytes, as text, fed `step` octets at a time.
std::string run(std::string_view bytes, std::size_t step = 1u << 20, Limits limits = {}) {
    RequestMachine machine(limits);
    std::string out, body;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        machine.feed(bytes.substr(at, step));
        while (const auto event = machine.next()) {
            if (const auto* head = std::get_if<RequestHead>(&*event)) {
                const auto& request = head->request;
                out += request.method + " " + request.path + "?" + request.query;
                out += request.keep_alive ? " keep" : " close";
            } else if (const auto* piece = std::get_if<BodyBytes>(&*event)) {
                body += piece->bytes;
            } else if (const auto* broken = std::get_if<Broken>(&*event)) {
                return out + "!" + std::to_string(broken->status);
            } else {
                out += " [" + body + "];";
                body.clear();
                machine.proceed();
            }
        }
    }
    return out;
}

std::string status_of(const std::string& head) {
    const auto out = run(head + "\r\n\r\n");
    return out.substr(std::min(out.find('!'), out.size()));
}

} // namespace

TEST_CASE("requests are read in any pieces, one after the other") {
    const std::string two =
        "POST /a%20b/../c?x=1&y=%C3%A9+z HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
        "\r\nGET /d HTTP/1.0\r\n\r\n";
    const std::string expected = "POST /c?x=1&y=%C3%A9+z keep [hello];GET /d? close [];";
    for (const std::size_t step : {1u, 2u, 3u, 7u, 1000u})
        CHECK(run(two, step) == expected);
}

TEST_CASE("chunked bodies, with extensions and trailers") {
    const std::string chunked = "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n";
    for (const std::size_t step : {1u, 4u, 1000u})
        CHECK(run(chunked, step) == "PUT /? keep [hello!];");
    CHECK(run("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n") ==
          "PUT /? keep!400");
    CHECK(run("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\n") == "PUT /? keep!400");
    CHECK(run("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n") ==
          "PUT /? keep!400");
}

TEST_CASE("what could be read in two ways is refused") {
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1") == "!400");
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked") ==
          "!400");
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +1") == "!400");
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked") == "!501");
    CHECK(status_of("GET / HTTP/1.0\r\nTransfer-Encoding: chunked") == "!400");
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nHost: y") == "!400");
    CHECK(status_of("GET / HTTP/1.1") == "!400");
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nX : y") == "!400");
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\n folded: y") == "!400");
    CHECK(status_of("GET / HTTP/1.1\nHost: x") == "!400");
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nX: a\rb") == "!400");
    CHECK(status_of("GET / HTTP/2.0\r\nHost: x") == "!505");
    CHECK(status_of("GET /%00 HTTP/1.1\r\nHost: x") == "!400");
    CHECK(status_of("GET / b HTTP/1.1\r\nHost: x") == "!400");
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nExpect: tea") == "!417");
}

TEST_CASE("targets in other forms") {
    CHECK(run("GET http://mail.test/a?b HTTP/1.1\r\nHost: other\r\n\r\n") == "GET /a?b keep [];");
    CHECK(status_of("GET http://mail.test HTTP/1.1\r\nHost: x") == "!400");
    CHECK(status_of("GET  HTTP/1.1\r\nHost: x") == "!400");
    CHECK(status_of("CONNECT mail.test:443 HTTP/1.1\r\nHost: x") == "!400");
    CHECK(run("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n") == "OPTIONS /*? keep [];");
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x/@evil") == "!400");
    RequestMachine machine;
    machine.feed("GET http://mail.test:8443/ HTTP/1.1\r\nHost: other\r\n\r\n");
    CHECK(std::get<RequestHead>(*machine.next()).request.header("host") == "mail.test:8443");
}

TEST_CASE("everything has a limit") {
    Limits limits;
    limits.body = 4;
    CHECK(run("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 100, limits) ==
          "PUT /? keep!413");
    CHECK(run("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\nabc\r\n", 1,
              limits) == "PUT /? keep!413");
    CHECK(run("GET /" + std::string(9000, 'a')) == "!414");
    CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(9000, 'a')) == "!431");
    std::string many = "GET / HTTP/1.1\r\nHost: x";
    for (int i = 0; i < 101; ++i)
        many += "\r\nX: y";
    CHECK(status_of(many) == "!431");
}

TEST_CASE("a body may come while its limit is still being decided") {
    RequestMachine machine;
    machine.feed("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    REQUIRE(std::holds_alternative<RequestHead>(*machine.next()));
    machine.limit_body(3);
    CHECK(std::get<Broken>(*machine.next()).status == 413);
}

TEST_CASE("what is behind a request waits, or goes to the next protocol") {
    RequestMachine machine;
    machine.feed("GET / HTTP/1.1\r\nHost: x\r\n\r\nrest");
    CHECK(std::holds_alternative<RequestHead>(*machine.next()));
    CHECK(std::holds_alternative<RequestEnd>(*machine.next()));
    CHECK_FALSE(machine.next());
    CHECK(machine.buffered() == 4);
    CHECK(machine.take_rest() == "rest");
}

TEST_CASE("cookies, parameters and codings of a request") {
    Request request;
    request.headers = {{"cookie", "a=1; facteur=42.abc;b=2"}, {"accept-encoding", "br, gzip;q=0.5"}};
    request.query = "types=*&closeafter=no&n=%C3%A9+t";
    CHECK(request.cookie("facteur") == "42.abc");
    CHECK(request.cookie("act").empty());
    CHECK(request.parameter("n") == "é t");
    CHECK_FALSE(request.parameter("m"));
    CHECK(request.takes_gzip());
    request.headers = {{"accept-encoding", "gzip;q=0"}};
    CHECK_FALSE(request.takes_gzip());
}

TEST_CASE("a response's head frames its body") {
    auto response = text_response(200, "text/plain", "hello");
    response.headers.push_back({"x", "a\r\nb: c"});
    CHECK(write_head(response, 5, 1, true, 0) ==
          "HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-type: text/plain\r\nx: ab: c\r\n"
          "content-length: 5\r\n\r\n");
    CHECK(write_head({204, {}, {}}, 0, 1, false, 86400 * 3) ==
          "HTTP/1.1 204 No Content\r\ndate: Sun, 04 Jan 1970 00:00:00 GMT\r\nconnection: close\r\n\r\n");
    CHECK(write_chunk("abc") == "3\r\nabc\r\n");
    CHECK(write_chunk("") == "0\r\n\r\n");
}
