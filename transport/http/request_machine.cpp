#include "transport/http/request_machine.h"

#include "transport/http/syntax.h"

#include <algorithm>
#include <utility>

namespace facteur::http {
namespace {

constexpr std::size_t idle_buffer = 2048; // octets that may stay between requests

// RFC 9110 §5.6.2
bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

// Digits alone, at most 18 of them.
std::optional<std::uint64_t> decimal(std::string_view text) {
    if (text.empty() || text.size() > 18) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

// "/a/../b" → "/b", so that no handler sees a way out of its folder.
std::optional<std::string> normalise_path(std::string_view encoded) {
    const auto path = percent_decode(encoded, false);
    if (!path || path->empty() || path->front() != '/') return std::nullopt;
    std::string out;
    for (std::size_t at = 0; at < path->size();) {
        const auto end = std::min(path->find('/', at + 1), path->size());
        const auto segment = std::string_view(*path).substr(at + 1, end - at - 1);
        if (segment == "..")
            out.resize(out.empty() ? 0 : out.rfind('/'));
        else if (segment != ".")
            out.append("/").append(segment);
        at = end;
    }
    return out.empty() ? "/" : out;
}

bool lists(std::string_view value, std::string_view wanted) {
    while (!value.empty()) {
        const auto end = std::min(value.find(','), value.size());
        if (lower(trim(value.substr(0, end))) == wanted) return true;
        value.remove_prefix(std::min(end + 1, value.size()));
    }
    return false;
}

struct Flaw {
    int status = 0; // 0: none
    std::string_view reason;
};

// `host`: of a target in absolute form, else left as it is.
Flaw read_request_line(std::string_view line, Request& request, std::string_view& host) {
    const auto first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return {400, "The request line is malformed."};
    const auto method = line.substr(0, first), target = line.substr(first + 1, last - first - 1),
               version = line.substr(last + 1);
    if (!is_token(method) || method.size() > 32) return {400, "The method is malformed."};
    if (version.size() != 8 || !version.starts_with("HTTP/")) return {400, "The version is malformed."};
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return {505, "Only HTTP/1 is spoken here."};
    const bool is_plain =
        std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!is_plain || target.empty()) return {400, "The target is malformed."};
    request.method = method;
    request.minor = version.back() - '0';
    auto path = target;
    if (target == "*") path = "/*";
    if (const auto scheme = target.find("://"); target.front() != '/' && scheme != std::string_view::npos) {
        // Absolute form (RFC 9112 §3.2.2): its host stands above the header's.
        const auto end = std::min(target.find_first_of("/?", scheme + 3), target.size());
        host = target.substr(scheme + 3, end - scheme - 3);
        path = target.substr(end);
        if (!path.starts_with('/')) return {400, "The target is malformed."};
    }
    const auto question = path.find('?');
    if (question != std::string_view::npos) request.query = path.substr(question + 1);
    auto normalised = normalise_path(path.substr(0, question));
    if (!normalised) return {400, "The path is malformed."};
    request.path = std::move(*normalised);
    return {};
}

Flaw read_header(std::string_view line, Request& request) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return {400, "A header is malformed."};
    const auto value = trim(line.substr(colon + 1));
    for (const char c : value)
        if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7f)
            return {400, "A header is malformed."};
    request.headers.push_back({lower(line.substr(0, colon)), std::string(value)});
    return {};
}

// RFC 3986 §3.2: a name or address and perhaps a port; nothing that could end it when it is put in a URL.
bool is_host(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view(".-_:[]").find(c) != std::string_view::npos;
    });
}

// RFC 9112 §6: how long the body is, and what happens after it.
Flaw read_framing(Request& request, std::string_view host) {
    std::size_t lengths = 0, codings = 0, hosts = 0;
    bool closes = false, keeps = false;
    for (auto& header : request.headers) {
        if (header.name == "content-length") {
            ++lengths;
            request.length = decimal(header.value);
            if (!request.length) return {400, "Content-Length is malformed."};
        } else if (header.name == "transfer-encoding") {
            ++codings;
            if (lower(header.value) != "chunked") return {501, "Only chunked is known as Transfer-Encoding."};
            request.chunked = true;
        } else if (header.name == "host") {
            ++hosts;
            if (!host.empty()) header.value = host;
            if (!is_host(header.value)) return {400, "Host is malformed."};
        } else if (header.name == "connection") {
            closes = closes || lists(header.value, "close");
            keeps = keeps || lists(header.value, "keep-alive");
        } else if (header.name == "expect") {
            if (lower(header.value) != "100-continue") return {417, "Only 100-continue is known as Expect."};
            request.expects_continue = request.minor >= 1;
        }
    }
    if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0))
        return {400, "The length of the body is said more than once."};
    if (request.chunked && request.minor == 0) return {400, "HTTP/1.0 has no chunked bodies."};
    if (hosts > 1 || (hosts == 0 && request.minor >= 1)) return {400, "There must be one Host."};
    request.keep_alive = request.minor >= 1 ? !closes : keeps && !closes;
    return {};
}

} // namespace

std::optional<Event> RequestMachine::broken(int status, std::string_view reason) {
    state_ = State::broken;
    buffer_.clear();
    at_ = 0;
    return Broken{status, reason};
}

void RequestMachine::feed(std::string_view bytes) {
    // Only what outweighs what stays is moved, so that a body in tiny chunks costs no more than its size.
    if (at_ >= buffer_.size() - at_) {
        buffer_.erase(0, at_);
        at_ = 0;
    }
    buffer_.append(bytes);
}

std::optional<std::string_view> RequestMachine::line(std::size_t& at, std::size_t longest) {
    line_error_ = 0;
    const auto view = std::string_view(buffer_).substr(at);
    const auto end = view.find('\n');
    if (end == std::string_view::npos ? view.size() > longest : end > longest) {
        line_error_ = 431;
        return std::nullopt;
    }
    if (end == std::string_view::npos) return std::nullopt;
    const auto found = end == 0 ? std::string_view() : view.substr(0, end - 1);
    if (end == 0 || view[end - 1] != '\r' || found.find('\r') != std::string_view::npos) {
        line_error_ = 400;
        return std::nullopt;
    }
    at += end + 1;
    return found;
}

std::optional<Event> RequestMachine::next() {
    switch (state_) {
    case State::head: return read_head();
    case State::length: return read_length();
    case State::chunk_size: return read_chunk_size();
    case State::chunk: return take_body(State::chunk_end);
    case State::chunk_end:
    case State::trailers: return read_trailers();
    case State::end: state_ = State::answering; return RequestEnd{};
    case State::answering:
    case State::broken: return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Event> RequestMachine::read_head() {
    // RFC 9112 §2.2: an empty line before a request is skipped.
    while (std::string_view(buffer_).substr(at_).starts_with("\r\n"))
        at_ += 2;
    const auto rest = std::string_view(buffer_).substr(at_);
    // What was looked at before is not looked at again but for an end that was cut.
    const auto end =
        rest.find("\r\n\r\n", std::min(rest.size(), scanned_ - std::min<std::size_t>(scanned_, 3)));
    scanned_ = end == std::string_view::npos ? rest.size() : 0;
    if (end == std::string_view::npos ? rest.size() > limits_.head : end > limits_.head)
        return broken(431, "The head is too large.");
    if (end == std::string_view::npos) {
        // A client that never ends its lines is told so at once.
        const auto newline = rest.find('\n');
        if (newline != std::string_view::npos && (newline == 0 || rest[newline - 1] != '\r'))
            return broken(400, "Lines end with CRLF.");
        if (newline == std::string_view::npos && rest.size() > limits_.line)
            return broken(414, "The request line is too long.");
        return std::nullopt;
    }
    Request request;
    std::string_view host;
    auto at = at_;
    auto text = line(at, limits_.line);
    if (!text) return broken(line_error_ == 431 ? 414 : 400, "The request line is malformed or too long.");
    if (const auto flaw = read_request_line(*text, request, host); flaw.status != 0)
        return broken(flaw.status, flaw.reason);
    while (true) {
        text = line(at, limits_.line);
        if (!text) return broken(line_error_ == 0 ? 400 : line_error_, "A header is malformed or too long.");
        if (text->empty()) break;
        if (request.headers.size() == limits_.headers) return broken(431, "There are too many headers.");
        if (const auto flaw = read_header(*text, request); flaw.status != 0)
            return broken(flaw.status, flaw.reason);
    }
    if (const auto flaw = read_framing(request, host); flaw.status != 0)
        return broken(flaw.status, flaw.reason);
    at_ = at;
    body_ = 0;
    body_limit_ = limits_.body;
    left_ = request.length.value_or(0);
    state_ = request.chunked ? State::chunk_size : left_ > 0 ? State::length : State::end;
    return RequestHead{std::move(request)};
}

std::optional<Event> RequestMachine::take_body(State then) {
    if (buffered() == 0) return std::nullopt;
    const auto size = std::min<std::uint64_t>(left_, buffered());
    const auto bytes = std::string_view(buffer_).substr(at_, size);
    at_ += size;
    left_ -= size;
    body_ += size;
    if (left_ == 0) state_ = then;
    return BodyBytes{bytes};
}

std::optional<Event> RequestMachine::read_length() {
    if (left_ > body_limit_ - std::min(body_, body_limit_)) return broken(413, "The body is too large.");
    return take_body(State::end);
}

std::optional<Event> RequestMachine::read_chunk_size() {
    const auto text = line(at_, 256);
    if (!text) {
        if (line_error_ != 0) return broken(400, "A chunk's size is malformed.");
        return std::nullopt;
    }
    const auto digits = text->substr(0, text->find(';'));
    if (digits.empty() || digits.size() > 15) return broken(400, "A chunk's size is malformed.");
    left_ = 0;
    for (const char c : digits) {
        const char folded = lower(c);
        const bool is_letter = folded >= 'a' && folded <= 'f';
        if (!is_letter && (c < '0' || c > '9')) return broken(400, "A chunk's size is malformed.");
        left_ = left_ * 16 + static_cast<std::uint64_t>(is_letter ? folded - 'a' + 10 : c - '0');
    }
    if (left_ > body_limit_ - std::min(body_, body_limit_)) return broken(413, "The body is too large.");
    trailers_ = 0;
    state_ = left_ == 0 ? State::trailers : State::chunk;
    return next();
}

// The CRLF behind a chunk, or the trailers behind the last one, which are read and dropped.
std::optional<Event> RequestMachine::read_trailers() {
    while (true) {
        const auto text = line(at_, limits_.line);
        if (!text) {
            if (line_error_ != 0) return broken(400, "The chunked body is malformed.");
            return std::nullopt;
        }
        if (state_ == State::chunk_end) {
            if (!text->empty()) return broken(400, "The chunked body is malformed.");
            state_ = State::chunk_size;
            return next();
        }
        if (text->empty()) {
            state_ = State::end;
            return next();
        }
        if (++trailers_ > limits_.headers) return broken(431, "There are too many trailers.");
    }
}

void RequestMachine::proceed() {
    if (state_ == State::answering) state_ = State::head;
    // A connection that idles between requests holds next to nothing.
    if (buffered() == 0 && buffer_.capacity() > idle_buffer) {
        std::string().swap(buffer_);
        at_ = 0;
    }
}

std::string RequestMachine::take_rest() {
    auto rest = buffer_.substr(at_);
    buffer_.clear();
    at_ = 0;
    return rest;
}

} // namespace facteur::http
