#include "transport/http/response_reader.h"

#include "transport/http/syntax.h"

#include <algorithm>
#include <charconv>

namespace facteur::http {
namespace {

constexpr std::size_t most_chunk_line = 256;

// Digits to the last octet; nothing else.
std::optional<std::uint64_t> whole_number(std::string_view text, int base) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// "HTTP/1.1 200 OK" as 200; 0: it is no such line.
int status_in(std::string_view text) {
    if (text.size() < 12 || (!text.starts_with("HTTP/1.1 ") && !text.starts_with("HTTP/1.0 "))) return 0;
    if (text.size() > 12 && text[12] != ' ') return 0;
    const auto status = whole_number(text.substr(9, 3), 10);
    return status && *status >= 100 && *status < 600 ? static_cast<int>(*status) : 0;
}

std::optional<Header> header_in(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
    const auto name = text.substr(0, colon);
    if (name.find_first_of(" \t") != std::string_view::npos) return std::nullopt; // RFC 9112 §5.1, §5.2
    return Header{lower(name), std::string(trim(text.substr(colon + 1)))};
}

} // namespace

std::optional<std::string_view> ReadResponse::header(std::string_view name) const {
    for (const auto& header : headers)
        if (header.name == name) return header.value;
    return std::nullopt;
}

void ResponseReader::feed(std::string_view bytes) {
    if (state_ != State::reading) return;
    buffer_ += bytes;
    while (state_ == State::reading && step())
        ;
    // What was read is not kept twice.
    buffer_.erase(0, at_);
    at_ = 0;
}

void ResponseReader::closed() {
    if (state_ != State::reading) return;
    if (part_ == Part::until_close)
        finish();
    else
        fail("The server closed the connection within its answer");
}

bool ResponseReader::step() {
    switch (part_) {
    case Part::head: return read_head();
    case Part::length: return take_body(Part::length);
    case Part::until_close: return take_body(Part::until_close);
    case Part::chunk_size: return read_chunk_size();
    case Part::chunk: return take_body(Part::chunk_end);
    case Part::chunk_end: return read_line_end(Part::chunk_size);
    case Part::trailers: return read_trailer();
    }
    return false;
}

bool ResponseReader::read_head() {
    const auto rest = std::string_view(buffer_).substr(at_);
    const auto end = rest.find("\r\n\r\n");
    // However it is cut, the same is too long: an end may be there in part.
    const bool is_whole = end != std::string_view::npos;
    if (is_whole ? end > limits_.head : rest.size() > limits_.head + 3)
        return fail("The head of the answer is too large");
    if (!is_whole) return false;
    response_ = {};
    response_.status = status_in(*line());
    if (response_.status == 0) return fail("The answer is not HTTP/1.1");
    while (true) {
        const auto text = *line();
        if (text.empty()) break;
        auto header = header_in(text);
        if (!header || response_.headers.size() == limits_.headers)
            return fail("The answer has malformed headers, or too many");
        response_.headers.push_back(std::move(*header));
    }
    if (response_.status == 101) return fail("The server changes the protocol");
    if (response_.status < 200) return true; // an interim response: the next head follows
    return read_framing();
}

// RFC 9112 §6.3
bool ResponseReader::read_framing() {
    if (response_.status == 204 || response_.status == 304) return finish();
    if (const auto coding = response_.header("transfer-encoding")) {
        if (lower(*coding) != "chunked") return fail("The answer comes in an unknown transfer coding");
        part_ = Part::chunk_size;
        return true;
    }
    const auto length = response_.header("content-length");
    part_ = length ? Part::length : Part::until_close;
    if (!length) return true;
    const auto number = whole_number(*length, 10);
    if (!number) return fail("The answer's length is malformed");
    if (*number > limits_.body) return fail("The answer is too large");
    left_ = *number;
    return left_ > 0 || finish();
}

bool ResponseReader::take_body(Part then) {
    const auto there = buffer_.size() - at_;
    const auto size = part_ == Part::until_close ? there : std::min<std::uint64_t>(left_, there);
    if (response_.body.size() + size > limits_.body) return fail("The answer is too large");
    response_.body.append(buffer_, at_, size);
    at_ += size;
    if (part_ == Part::until_close) return false;
    left_ -= size;
    if (left_ > 0) return false;
    if (then == Part::length) return finish();
    part_ = then;
    return true;
}

bool ResponseReader::read_chunk_size() {
    const auto text = line();
    if (text ? text->size() > most_chunk_line : buffer_.size() - at_ > most_chunk_line + 1)
        return fail("A chunk of the answer is malformed");
    if (!text) return false;
    const auto size = whole_number(trim(text->substr(0, text->find(';'))), 16);
    if (!size) return fail("A chunk of the answer is malformed");
    if (*size > limits_.body) return fail("The answer is too large");
    left_ = *size;
    part_ = left_ > 0 ? Part::chunk : Part::trailers;
    return true;
}

bool ResponseReader::read_line_end(Part then) {
    const auto rest = std::string_view(buffer_).substr(at_);
    if (rest.size() < 2) return false;
    if (!rest.starts_with("\r\n")) return fail("A chunk of the answer is malformed");
    at_ += 2;
    part_ = then;
    return true;
}

bool ResponseReader::read_trailer() {
    const auto text = line();
    if (text ? text->size() > limits_.head : buffer_.size() - at_ > limits_.head + 1)
        return fail("The answer's trailers are too long");
    if (!text) return false;
    if (text->empty()) return finish();
    return ++trailers_ <= limits_.headers || fail("The answer has too many trailers");
}

// The next line, without its CRLF; nothing when it has not ended yet.
std::optional<std::string_view> ResponseReader::line() {
    const auto rest = std::string_view(buffer_).substr(at_);
    const auto end = rest.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    at_ += end + 2;
    return rest.substr(0, end);
}

bool ResponseReader::fail(std::string_view why) {
    state_ = State::broken;
    problem_ = why;
    response_.body.clear();
    return false;
}

bool ResponseReader::finish() {
    state_ = State::done;
    return false;
}

} // namespace facteur::http
