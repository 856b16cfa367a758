#include "transport/http/response.h"

#include <catch2/catch.hpp>
#include <zlib.h>

using namespace facteur::http;

namespace {

Request get(std::vector<Header> headers = {}) {
    Request request;
    request.method = "GET";
    request.headers = std::move(headers);
    return request;
}

// "whole", "416" or "first-last"
std::string range(std::string_view value, std::uint64_t size, std::vector<Header> more = {},
                  std::string_view tag = {}) {
    more.push_back({"range", std::string(value)});
    const auto answer = range_of(get(std::move(more)), size, tag);
    if (answer.kind == RangeAnswer::Kind::whole) return "whole";
    if (answer.kind == RangeAnswer::Kind::unsatisfiable) return "416";
    return std::to_string(answer.part.first) + "-" + std::to_string(answer.part.last);
}

std::string header_of(const Response& response, std::string_view name) {
    for (const auto& header : response.headers)
        if (header.name == name) return header.value;
    return "(none)";
}

std::string gunzip(std::string_view bytes) {
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 31) == Z_OK);
    std::string out(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

} // namespace

TEST_CASE("ranges of RFC 9110 §14.1.2") {
    CHECK(range("bytes=0-499", 10000) == "0-499");
    CHECK(range("bytes=500-999", 10000) == "500-999");
    CHECK(range("bytes=-500", 10000) == "9500-9999");
    CHECK(range("bytes=9500-", 10000) == "9500-9999");
    CHECK(range("bytes=0-0", 10000) == "0-0");
    CHECK(range("bytes=-1", 10000) == "9999-9999");
    CHECK(range("bytes=9999-20000", 10000) == "9999-9999");
    CHECK(range("bytes=-20000", 10000) == "0-9999");
    CHECK(range("bytes=10000-", 10000) == "416");
    CHECK(range("bytes=-0", 10000) == "416");
    CHECK(range("bytes=0-", 0) == "416");
    for (const auto* odd : {"bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,3-4", "lines=0-1",
                            "bytes 0-1", "bytes=99999999999999999999-", "bytes=+1-2"})
        CHECK(range(odd, 10000) == "whole");
}

TEST_CASE("If-Range wants the very same body") {
    CHECK(range("bytes=0-1", 9, {{"if-range", "\"a\""}}, "\"a\"") == "0-1");
    CHECK(range("bytes=0-1", 9, {{"if-range", "\"a\""}}, "\"b\"") == "whole");
    CHECK(range("bytes=0-1", 9, {{"if-range", "W/\"a\""}}, "W/\"a\"") == "whole");
    CHECK(range("bytes=0-1", 9, {{"if-range", "\"a\""}}) == "whole");
}

TEST_CASE("a part, the whole, or no part at all") {
    auto response = text_response(200, "application/pdf", "0123456789");
    finish(response, get({{"range", "bytes=2-4"}}));
    CHECK(response.status == 206);
    CHECK(*response.body == "234");
    CHECK(header_of(response, "content-range") == "bytes 2-4/10");

    response = text_response(200, "application/pdf", "0123456789");
    finish(response, get({{"range", "bytes=10-"}}));
    CHECK(response.status == 416);
    CHECK(response.body == nullptr);
    CHECK(header_of(response, "content-range") == "bytes */10");

    response = text_response(404, "text/plain", "0123456789");
    finish(response, get({{"range", "bytes=2-4"}}));
    CHECK(response.status == 404);
    CHECK(*response.body == "0123456789");
}

TEST_CASE("what the client has is not sent again") {
    CHECK(entity_tag("abc") == "\"abc\"");
    CHECK(matches_none(get({{"if-none-match", "\"x\", W/\"abc\""}}), "\"abc\""));
    CHECK(matches_none(get({{"if-none-match", "*"}}), "\"abc\""));
    CHECK_FALSE(matches_none(get({{"if-none-match", "\"abcd\""}}), "\"abc\""));
    CHECK_FALSE(matches_none(get(), "\"abc\""));
    auto response = text_response(200, "text/css", "body {}");
    response.headers.push_back({"etag", "\"abc\""});
    finish(response, get({{"if-none-match", "\"abc\""}}));
    CHECK(response.status == 304);
    CHECK(response.body == nullptr);
    CHECK(header_of(response, "etag") == "\"abc\"");
}

TEST_CASE("long text is packed for those who take it") {
    const std::string json = "[" + std::string(5000, '1') + "]";
    auto response = text_response(200, "application/json", json);
    response.headers.push_back({"etag", "\"abc\""});
    finish(response, get({{"accept-encoding", "gzip, br"}}));
    CHECK(header_of(response, "content-encoding") == "gzip");
    CHECK(header_of(response, "vary") == "accept-encoding");
    CHECK(header_of(response, "etag") == "W/\"abc\"");
    CHECK(response.body->size() < 200);
    CHECK(gunzip(*response.body) == json);

    response = text_response(200, "application/json", json);
    finish(response, get());
    CHECK(*response.body == json);
    CHECK(header_of(response, "vary") == "accept-encoding");

    for (const auto& [type, body] : {std::pair{"application/json", std::string("[]")}, {"image/png", json}}) {
        response = text_response(200, type, body);
        finish(response, get({{"accept-encoding", "gzip"}}));
        CHECK(header_of(response, "content-encoding") == "(none)");
        CHECK(header_of(response, "vary") == "(none)");
    }
    CHECK(is_packable("text/html; charset=utf-8"));
    CHECK_FALSE(is_packable("text/event-stream"));
    CHECK(gunzip(gzip("")).empty());
}

TEST_CASE("which codings a client takes") {
    const auto takes = [](std::string value) {
        return get({{"accept-encoding", std::move(value)}}).takes_gzip();
    };
    CHECK(takes("gzip"));
    CHECK(takes("br;q=1.0, gzip;q=0.8, *;q=0.1"));
    CHECK(takes("*"));
    CHECK(takes("gzip; q=0.001"));
    CHECK_FALSE(takes("gzip;q=0.000"));
    CHECK_FALSE(takes("gzip;q=0, *"));
    CHECK_FALSE(takes("*;q=0"));
    CHECK_FALSE(takes("identity"));
    CHECK_FALSE(takes(""));
}

TEST_CASE("names of downloads") {
    CHECK(content_disposition(true, "plan.pdf") == "attachment; filename=\"plan.pdf\"");
    CHECK(content_disposition(false, "") == "inline");
    CHECK(content_disposition(true, "résumé €.pdf") ==
          "attachment; filename=\"r_sum_ _.pdf\"; filename*=UTF-8''r%C3%A9sum%C3%A9%20%E2%82%AC.pdf");
    CHECK(content_disposition(true, "../../etc/passwd") == "attachment; filename=\"passwd\"");
    CHECK(content_disposition(true, "C:\\Users\\x.exe") == "attachment; filename=\"x.exe\"");
    CHECK(content_disposition(true, "a\"; filename=\"b\r\nX: y") ==
          "attachment; filename=\"a; filename=bX y\"");
    CHECK(content_disposition(true, "...htaccess") == "attachment; filename=\"htaccess\"");
    CHECK(content_disposition(true, "50%20.txt") ==
          "attachment; filename=\"50_20.txt\"; filename*=UTF-8''50%2520.txt");
    std::string longest;
    for (int n = 0; n < 200; ++n)
        longest += "é";
    const auto header = content_disposition(true, longest + ".docx");
    CHECK(header.ends_with("%C3%A9.docx"));
    CHECK(header.find("%C3.docx") == std::string::npos);
}

TEST_CASE("security headers yield to what a page says itself") {
    Response response;
    response.headers.push_back({"content-security-policy", "default-src 'self'"});
    add_security_headers(response, true);
    CHECK(header_of(response, "content-security-policy") == "default-src 'self'");
    CHECK(header_of(response, "x-content-type-options") == "nosniff");
    CHECK(header_of(response, "strict-transport-security") == "max-age=31536000");
    Response data;
    add_security_headers(data, false);
    CHECK(header_of(data, "content-security-policy").starts_with("default-src 'none'"));
    CHECK(header_of(data, "strict-transport-security") == "(none)");
}
