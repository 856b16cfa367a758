#include "transport/http/websocket_machine.h"

#include <algorithm>
#include <cstring>

namespace facteur::http {
namespace {

constexpr std::size_t control_limit = 125; // §5.5

bool is_control(std::uint8_t kind) {
    return (kind & 8) != 0;
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
    const auto* at = reinterpret_cast<const unsigned char*>(text.data());
    const auto* const end = at + text.size();
    while (at < end) {
        const unsigned lead = *at++;
        if (lead < 0x80) continue;
        const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || end - at < more) return false;
        const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (*at < low || *at > high) return false;
        for (int n = 1; n < more; ++n)
            if ((at[n] & 0xc0) != 0x80) return false;
        at += more;
    }
    return true;
}

// §7.4: codes that may be on the wire.
bool is_code(std::uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
    std::string payload;
    if (code == 1005) return payload; // "no code" is said by no payload
    payload.push_back(static_cast<char>(code >> 8));
    payload.push_back(static_cast<char>(code & 0xff));
    payload.append(reason.substr(0, control_limit - 2));
    return payload;
}

std::uint64_t big_endian(std::string_view octets) {
    std::uint64_t value = 0;
    for (const char c : octets)
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

// The mask is four octets, in the order of memory; `mask` turns so that its first octet is the next to use.
void unmask(char* bytes, std::size_t size, std::uint32_t& mask) {
    std::uint64_t wide = mask;
    wide |= wide << 32;
    std::size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, 8);
        word ^= wide;
        std::memcpy(bytes + at, &word, 8);
    }
    char octets[4];
    std::memcpy(octets, &mask, 4);
    const auto rest = size - at;
    for (std::size_t n = 0; n < rest; ++n)
        bytes[at + n] = static_cast<char>(bytes[at + n] ^ octets[n % 4]);
    std::rotate(octets, octets + rest % 4, octets + 4);
    std::memcpy(&mask, octets, 4);
}

} // namespace

std::string websocket_frame(WebSocketKind kind, std::string_view payload) {
    if (is_control(static_cast<std::uint8_t>(kind))) payload = payload.substr(0, control_limit);
    std::string frame;
    frame.reserve(payload.size() + 10);
    frame.push_back(static_cast<char>(0x80 | static_cast<std::uint8_t>(kind)));
    const auto size = static_cast<std::uint64_t>(payload.size());
    const int octets = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
    frame.push_back(static_cast<char>(octets == 0 ? size : octets == 2 ? 126 : 127));
    for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8)
        frame.push_back(static_cast<char>(size >> shift & 0xff));
    frame.append(payload);
    return frame;
}

void WebSocketMachine::feed(std::string_view bytes) {
    if (state_ == State::over) return;
    if (at_ == buffer_.size()) {
        buffer_.clear();
        at_ = 0;
        if (buffer_.capacity() > 4096 && bytes.size() < 4096) std::string().swap(buffer_);
    } else if (at_ >= buffer_.size() - at_) {
        buffer_.erase(0, at_);
        at_ = 0;
    }
    buffer_.append(bytes);
}

std::string WebSocketMachine::take_output() {
    return std::exchange(output_, {});
}

void WebSocketMachine::close(std::uint16_t code, std::string_view reason) {
    if (closing_ || state_ == State::over) return;
    closing_ = true;
    output_ += websocket_frame(WebSocketKind::close, close_payload(code, reason));
}

void WebSocketMachine::broken(std::uint16_t code, std::string_view reason) {
    close(code, reason);
    state_ = State::over;
    breach_ = WebSocketClosed{code, std::string(reason)};
    std::string().swap(buffer_);
    std::string().swap(message_);
    at_ = 0;
}

std::optional<WebSocketEvent> WebSocketMachine::next() {
    while (state_ != State::over) {
        if (state_ == State::header && !read_header()) break;
        if (state_ == State::over) break;
        take_payload();
        if (left_ > 0) return std::nullopt;
        state_ = State::header;
        if (auto event = end_frame()) return event;
    }
    if (!breach_) return std::nullopt;
    auto event = std::move(*breach_);
    breach_.reset();
    return event;
}

// False: more octets are needed, or the frame is not allowed (§5.2 to §5.5).
bool WebSocketMachine::read_header() {
    const auto rest = std::string_view(buffer_).substr(at_);
    if (rest.size() < 2) return false;
    const auto first = static_cast<unsigned char>(rest[0]), second = static_cast<unsigned char>(rest[1]);
    const auto refuse = [this](std::uint16_t code, std::string_view reason) {
        broken(code, reason);
        return false;
    };
    if ((first & 0x70) != 0) return refuse(1002, "No extension was negotiated.");
    if ((second & 0x80) == 0) return refuse(1002, "A client's frame must be masked.");
    const std::uint8_t kind = first & 15, announced = second & 0x7f;
    const bool last = (first & 0x80) != 0;
    if ((kind > 2 && kind < 8) || kind > 10) return refuse(1002, "The opcode is unknown.");
    if (is_control(kind) && (!last || announced > control_limit))
        return refuse(1002, "A control frame is short and whole.");
    if (kind == 0 && message_kind_ == 0) return refuse(1002, "There is no message to continue.");
    if ((kind == 1 || kind == 2) && message_kind_ != 0)
        return refuse(1002, "The last message has not ended.");
    const std::size_t octets = announced < 126 ? 0 : announced == 126 ? 2 : 8;
    if (rest.size() < 2 + octets + 4) return false;
    const auto size = octets == 0 ? announced : big_endian(rest.substr(2, octets));
    if ((octets == 2 && size < 126) || (octets == 8 && size <= 0xffff))
        return refuse(1002, "The length takes too many octets.");
    if (!is_control(kind)) {
        if (size > limits_.message - message_.size()) return refuse(1009, "The message is too large.");
        if (++fragments_ > limits_.fragments) return refuse(1009, "There are too many fragments.");
        if (kind != 0) message_kind_ = kind;
    }
    std::memcpy(&mask_, rest.data() + 2 + octets, 4);
    at_ += 2 + octets + 4;
    kind_ = kind;
    last_ = last;
    left_ = size;
    state_ = State::payload;
    return true;
}

void WebSocketMachine::take_payload() {
    auto& into = is_control(kind_) ? control_ : message_;
    const auto size = std::min<std::uint64_t>(left_, buffer_.size() - at_);
    const auto start = into.size();
    into.append(buffer_, at_, size);
    unmask(into.data() + start, size, mask_);
    at_ += size;
    left_ -= size;
}

std::optional<WebSocketEvent> WebSocketMachine::end_frame() {
    if (!is_control(kind_)) return last_ ? end_message() : std::nullopt;
    if (kind_ == static_cast<std::uint8_t>(WebSocketKind::close)) return take_close();
    const auto payload = std::exchange(control_, {});
    if (kind_ == static_cast<std::uint8_t>(WebSocketKind::pong)) return WebSocketPong{};
    if (!closing_) output_ += websocket_frame(WebSocketKind::pong, payload);
    return std::nullopt;
}

std::optional<WebSocketEvent> WebSocketMachine::end_message() {
    const bool is_text = message_kind_ == static_cast<std::uint8_t>(WebSocketKind::text);
    auto bytes = std::exchange(message_, {});
    message_kind_ = 0;
    fragments_ = 0;
    if (closing_) return std::nullopt;
    if (is_text && !is_utf8(bytes)) {
        broken(1007, "The text is not UTF-8.");
        return std::nullopt;
    }
    return WebSocketMessage{is_text, std::move(bytes)};
}

// §5.5.1: two octets of code, then a reason; or nothing at all.
std::optional<WebSocketEvent> WebSocketMachine::take_close() {
    const auto payload = std::exchange(control_, {});
    WebSocketClosed closed;
    if (!payload.empty()) {
        closed.code = static_cast<std::uint16_t>(big_endian(std::string_view(payload).substr(0, 2)));
        closed.reason = payload.substr(std::min<std::size_t>(2, payload.size()));
        if (payload.size() < 2 || !is_code(closed.code)) {
            broken(1002, "The close code is malformed.");
            return std::nullopt;
        }
        if (!is_utf8(closed.reason)) {
            broken(1007, "The reason is not UTF-8.");
            return std::nullopt;
        }
    }
    close(closed.code, {}); // the echo, unless we began
    state_ = State::over;
    return closed;
}

} // namespace facteur::http
