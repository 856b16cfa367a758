#include "transport/base/base64.h"
#include "transport/http/websocket_machine.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace facteur::http {
namespace {

std::string folded(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// The elements of a comma-separated header, of all its lines.
std::vector<std::string> elements(const Request& request, std::string_view name) {
    std::vector<std::string> out;
    for (const auto& header : request.headers) {
        if (header.name != name) continue;
        std::string_view rest = header.value;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(','), rest.size());
            auto element = rest.substr(0, end);
            while (!element.empty() && (element.front() == ' ' || element.front() == '\t'))
                element.remove_prefix(1);
            while (!element.empty() && (element.back() == ' ' || element.back() == '\t'))
                element.remove_suffix(1);
            if (!element.empty()) out.emplace_back(element);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return out;
}

bool lists(const Request& request, std::string_view name, std::string_view wanted) {
    const auto all = elements(request, name);
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& element) { return folded(element) == wanted; });
}

// §4.2.2: proves that the server has read the handshake.
std::string accept_key(std::string_view key) {
    std::string text(key);
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return encode_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

} // namespace

bool asks_for_websocket(const Request& request) {
    return lists(request, "upgrade", "websocket") && lists(request, "connection", "upgrade");
}

Response accept_websocket(const Request& request, const std::vector<std::string_view>& subprotocols) {
    if (request.method != "GET") return text_response(405, "text/plain", "WebSocket begins with GET.\n");
    if (request.minor < 1 || !asks_for_websocket(request)) {
        auto response = text_response(426, "text/plain", "This address speaks WebSocket.\n");
        response.headers.push_back({"upgrade", "websocket"});
        return response;
    }
    if (request.header("sec-websocket-version") != "13") {
        auto response = text_response(426, "text/plain", "WebSocket version 13 is spoken here.\n");
        response.headers.push_back({"sec-websocket-version", "13"});
        return response;
    }
    const auto key = request.header("sec-websocket-key");
    const auto nonce = key ? decode_base64(*key) : std::nullopt;
    if (!nonce || nonce->size() != 16)
        return text_response(400, "text/plain", "Sec-WebSocket-Key is malformed.\n");
    Response response{
        101,
        {{"upgrade", "websocket"}, {"connection", "Upgrade"}, {"sec-websocket-accept", accept_key(*key)}},
        nullptr};
    const auto offered = elements(request, "sec-websocket-protocol");
    if (offered.empty()) return response;
    for (const auto ours : subprotocols)
        if (std::find(offered.begin(), offered.end(), ours) != offered.end()) {
            response.headers.push_back({"sec-websocket-protocol", std::string(ours)});
            return response;
        }
    return text_response(400, "text/plain", "None of these subprotocols is spoken here.\n");
}

} // namespace facteur::http
