#include "transport/http/request_machine.h"
#include "transport/http/websocket_machine.h"

#include <catch2/catch.hpp>

using namespace facteur::http;

namespace {

// A client's frame: masked, with this first octet.
std::string frame(int first, std::string_view payload) {
    std::string out;
    out.push_back(static_cast<char>(first));
    if (payload.size() < 126) {
        out.push_back(static_cast<char>(0x80 | payload.size()));
    } else if (payload.size() <= 0xffff) {
        out.push_back(static_cast<char>(0x80 | 126));
        out.push_back(static_cast<char>(payload.size() >> 8));
        out.push_back(static_cast<char>(payload.size()));
    } else {
        out.push_back(static_cast<char>(0x80 | 127));
        for (int shift = 56; shift >= 0; shift -= 8)
            out.push_back(static_cast<char>(payload.size() >> shift));
    }
    const std::string mask = "\x11\x22\x33\x44";
    out += mask;
    for (std::size_t n = 0; n < payload.size(); ++n)
        out.push_back(static_cast<char>(payload[n] ^ mask[n % 4]));
    return out;
}
constexpr int text = 0x81, binary = 0x82, closing = 0x88, ping = 0x89, pong = 0x8a;

// All events of these bytes as text, then "|" and the output, fed `step` octets at a time.
std::string run(std::string_view bytes, std::size_t step = 1u << 20, WebSocketLimits limits = {}) {
    WebSocketMachine machine(limits);
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        machine.feed(bytes.substr(at, step));
        while (const auto event = machine.next()) {
            if (const auto* message = std::get_if<WebSocketMessage>(&*event))
                out += (message->is_text ? "text:" : "binary:") + message->bytes + ";";
            else if (const auto* closed = std::get_if<WebSocketClosed>(&*event))
                out += "closed:" + std::to_string(closed->code) + (machine.is_over() ? ";" : "?");
            else
                out += "pong;";
        }
    }
    return out + "|" + machine.take_output();
}

// The code of the one event that ends it.
std::string code_of(std::string_view bytes, WebSocketLimits limits = {}) {
    const auto whole = run(bytes, 1u << 20, limits);
    CHECK(whole == run(bytes, 1, limits));
    return whole.substr(0, whole.find('|'));
}

Request handshake(std::vector<Header> more = {}) {
    Request request;
    request.method = "GET";
    request.headers = {{"upgrade", "WebSocket"},
                       {"connection", "keep-alive, Upgrade"},
                       {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
                       {"sec-websocket-version", "13"}};
    for (auto& header : more)
        request.headers.push_back(std::move(header));
    return request;
}

std::string header_of(const Response& response, std::string_view name) {
    for (const auto& header : response.headers)
        if (header.name == name) return header.value;
    return "(none)";
}

} // namespace

TEST_CASE("the handshake of RFC 6455 §1.3") {
    const auto response = accept_websocket(handshake({{"sec-websocket-protocol", "chat, jmap"}}), {"jmap"});
    CHECK(response.status == 101);
    CHECK(header_of(response, "sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(header_of(response, "sec-websocket-protocol") == "jmap");
    CHECK(write_head(response, std::nullopt, 1, true, 0) ==
          "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
          "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nsec-websocket-protocol: jmap\r\n\r\n");
    CHECK(header_of(accept_websocket(handshake(), {"jmap"}), "sec-websocket-protocol") == "(none)");
}

TEST_CASE("what is no handshake is refused") {
    CHECK(accept_websocket(handshake({{"sec-websocket-protocol", "chat"}}), {"jmap"}).status == 400);
    auto request = handshake();
    request.method = "POST";
    CHECK(accept_websocket(request, {}).status == 405);
    request = handshake();
    request.headers[0].value = "h2c";
    CHECK_FALSE(asks_for_websocket(request));
    CHECK(accept_websocket(request, {}).status == 426);
    request = handshake();
    request.headers[2].value = "c2hvcnQ=";
    CHECK(accept_websocket(request, {}).status == 400);
    request = handshake();
    request.headers[3].value = "8";
    CHECK(header_of(accept_websocket(request, {}), "sec-websocket-version") == "13");
}

TEST_CASE("messages come whole, in any pieces") {
    const std::string long_text(300, 'x'), longer(70'000, 'y');
    const auto bytes = frame(text, "Hello") + frame(0x01, "Hel") + frame(ping, "now?") + frame(0x00, "") +
                       frame(0x80, "lo") + frame(binary, std::string("\0\xff", 2)) + frame(pong, "") +
                       frame(text, long_text) + frame(text, longer) +
                       frame(closing, "\x03\xe8"
                                      "bye");
    const auto expected = "text:Hello;text:Hello;binary:" + std::string("\0\xff", 2) +
                          ";pong;text:" + long_text + ";text:" + longer + ";closed:1000;|" + "\x8a\x04now?" +
                          "\x88\x02\x03\xe8";
    for (const std::size_t step : {1u, 2u, 3u, 5u, 64u, 1000u, 1u << 20})
        CHECK((run(bytes, step) == expected));
}

TEST_CASE("a client that closes without a code is answered without one") {
    CHECK(run(frame(closing, "")) == "closed:1005;|" + std::string("\x88\0", 2));
    CHECK(run(frame(closing, "") + frame(text, "late")) == "closed:1005;|" + std::string("\x88\0", 2));
}

TEST_CASE("breaches end the connection with the code that says why") {
    CHECK(code_of("\x81\x05Hello") == "closed:1002;");                                  // not masked
    CHECK(code_of(frame(0xc1, "x")) == "closed:1002;");                                 // RSV1
    CHECK(code_of(frame(0x83, "x")) == "closed:1002;");                                 // opcode 3
    CHECK(code_of(frame(0x8b, "x")) == "closed:1002;");                                 // opcode 11
    CHECK(code_of(frame(0x80, "x")) == "closed:1002;");                                 // continues nothing
    CHECK(code_of(frame(0x01, "x") + frame(text, "y")) == "closed:1002;");              // two at once
    CHECK(code_of(frame(0x09, "x")) == "closed:1002;");                                 // fragmented ping
    CHECK(code_of(frame(ping, std::string(126, 'x'))) == "closed:1002;");               // long ping
    CHECK(code_of(std::string("\x81\xfe\x00\x05", 4) + "mask12345") == "closed:1002;"); // 16 bits for 5
    CHECK(code_of(frame(closing, "x")) == "closed:1002;");
    CHECK(code_of(frame(closing, std::string("\x03\xed", 2))) == "closed:1002;"); // 1005 is not sent
    CHECK(code_of(frame(closing, std::string("\x03\xe8\xff", 3))) == "closed:1007;");
    CHECK(code_of(frame(text, "\xc3")) == "closed:1007;");
    CHECK(code_of(frame(text, "\xed\xa0\x80")) == "closed:1007;"); // a surrogate
    CHECK(code_of(frame(text, "\xc0\xaf")) == "closed:1007;");     // overlong
    CHECK(code_of(frame(text, "\xf4\x90\x80\x80")) == "closed:1007;");
}

TEST_CASE("text may be cut within a character") {
    CHECK(run(frame(0x01, "\xf0\x9f") + frame(0x80, "\x93\xae")) == "text:\xf0\x9f\x93\xae;|");
}

TEST_CASE("a message and its fragments have a limit") {
    WebSocketLimits limits;
    limits.message = 10;
    limits.fragments = 3;
    CHECK(code_of(frame(text, "0123456789"), limits) == "text:0123456789;");
    CHECK(code_of(frame(text, "0123456789a"), limits) == "closed:1009;");
    CHECK(code_of(frame(0x01, "0123456789") + frame(0x80, "a"), limits) == "closed:1009;");
    CHECK(code_of(frame(0x01, "") + frame(0, "") + frame(0, "") + frame(0, ""), limits) == "closed:1009;");
    // The length alone is enough.
    CHECK(code_of(std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10) + "mask", limits) ==
          "closed:1009;");
}

TEST_CASE("a close of ours waits for the client's") {
    WebSocketMachine machine;
    machine.close(1001, "restart");
    CHECK(machine.take_output() == "\x88\x09\x03\xe9restart");
    CHECK_FALSE(machine.is_over());
    machine.feed(frame(text, "late") + frame(ping, "p") + frame(closing, "\x03\xe9"));
    const auto event = machine.next();
    REQUIRE(event);
    CHECK(std::get<WebSocketClosed>(*event).code == 1001);
    CHECK(machine.is_over());
    CHECK(machine.take_output().empty());
}

TEST_CASE("frames of the server take the fewest octets") {
    CHECK(websocket_frame(WebSocketKind::text, "Hello") == "\x81\x05Hello");
    CHECK(websocket_frame(WebSocketKind::binary, std::string(126, 'x')).substr(0, 4) ==
          std::string("\x82\x7e\x00\x7e", 4));
    CHECK(websocket_frame(WebSocketKind::text, std::string(65536, 'x')).substr(0, 10) ==
          std::string("\x81\x7f\0\0\0\0\0\x01\0\0", 10));
    CHECK(websocket_frame(WebSocketKind::ping, std::string(200, 'x')).size() == 127);
}
