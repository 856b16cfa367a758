#include "transport/http/response.h"

#include "transport/http/syntax.h"
#include "transport/http/uri.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace facteur::http {
namespace {

constexpr int gzip_window = 15 + 16;    // zlib's way to say gzip
constexpr int gzip_level = 4;           // JSON: nearly the size of level 6 at half its time
constexpr std::size_t name_limit = 240; // octets; file systems take 255

std::string_view without_weakness(std::string_view tag) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    return tag;
}

std::optional<std::uint64_t> range_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

const std::string* find(const Response& response, std::string_view name) {
    for (const auto& header : response.headers)
        if (header.name == name) return &header.value;
    return nullptr;
}

void drop_body(Response& response, int status) {
    response.status = status;
    response.body.reset();
    std::erase_if(response.headers, [](const Header& header) {
        return header.name == "content-type" || header.name == "content-disposition";
    });
}

// True when the response became a 206 or 416.
bool take_range(Response& response, const Request& request) {
    if (request.method != "GET" || response.status != 200) return false;
    const auto* tag = find(response, "etag");
    const auto size = response.body->size();
    const auto answer = range_of(request, size, tag == nullptr ? std::string_view() : *tag);
    if (answer.kind == RangeAnswer::Kind::whole) return false;
    auto range = content_range(answer, size);
    if (answer.kind == RangeAnswer::Kind::unsatisfiable) {
        drop_body(response, 416);
    } else {
        response.status = 206;
        response.body = std::make_shared<const std::string>(
            response.body->substr(answer.part.first, answer.part.last - answer.part.first + 1));
    }
    response.headers.push_back({"content-range", std::move(range)});
    return true;
}

void pack(Response& response, const Request& request) {
    const auto* type = find(response, "content-type");
    if (type == nullptr || !is_packable(*type) || find(response, "content-encoding") != nullptr) return;
    if (response.body->size() < smallest_packed) return;
    response.headers.push_back({"vary", "accept-encoding"});
    if (!request.takes_gzip()) return;
    auto packed = gzip(*response.body);
    if (packed.empty() || packed.size() >= response.body->size()) return;
    response.body = std::make_shared<const std::string>(std::move(packed));
    response.headers.push_back({"content-encoding", "gzip"});
    // The packed octets are not those that a strong tag names (RFC 9110 §8.8.3.3).
    for (auto& header : response.headers)
        if (header.name == "etag" && header.value.starts_with('"')) header.value.insert(0, "W/");
}

// What a file may be called on any system: no folder, no control character; never empty for lack of a dot.
std::string clean_name(std::string_view name) {
    if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos)
        name.remove_prefix(slash + 1);
    std::string out;
    for (const char c : name)
        if (static_cast<unsigned char>(c) >= ' ' && c != 0x7f && c != '"' && c != ':' && c != '*' &&
            c != '?' && c != '<' && c != '>' && c != '|')
            out.push_back(c);
    while (!out.empty() && (out.front() == '.' || out.front() == ' '))
        out.erase(0, 1);
    if (out.size() > name_limit) {
        // Keep the extension: it says what opens the file.
        const auto dot = out.rfind('.');
        const auto extension =
            dot != std::string::npos && out.size() - dot <= 16 ? out.substr(dot) : std::string();
        auto end = name_limit - extension.size();
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80)
            --end;
        out.resize(end);
        out += extension;
    }
    return out;
}

} // namespace

std::string entity_tag(std::string_view opaque) {
    std::string tag;
    tag.append("\"").append(opaque).append("\"");
    return tag;
}

bool matches_none(const Request& request, std::string_view tag) {
    for (const auto& header : request.headers) {
        if (header.name != "if-none-match") continue;
        std::string_view rest = header.value;
        if (trim(rest) == "*") return true;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(','), rest.size());
            if (without_weakness(trim(rest.substr(0, end))) == without_weakness(tag)) return true;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return false;
}

RangeAnswer range_of(const Request& request, std::uint64_t size, std::string_view tag) {
    const RangeAnswer whole;
    const auto header = request.header("range");
    if (!header || !header->starts_with("bytes=")) return whole;
    // If-Range wants the strong comparison (§13.1.5).
    if (const auto condition = request.header("if-range");
        condition && (tag.empty() || tag.starts_with("W/") || *condition != tag))
        return whole;
    const auto spec = trim(header->substr(6));
    const auto dash = spec.find('-');
    if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return whole;
    const auto first_text = trim(spec.substr(0, dash)), last_text = trim(spec.substr(dash + 1));
    const auto first = range_number(first_text), last = range_number(last_text);
    const RangeAnswer unsatisfiable{RangeAnswer::Kind::unsatisfiable, {}};
    if (first_text.empty()) {
        if (!last) return whole;
        if (*last == 0 || size == 0) return unsatisfiable;
        return {RangeAnswer::Kind::part, {size - std::min(*last, size), size - 1}};
    }
    if (!first || (!last_text.empty() && (!last || *last < *first))) return whole;
    if (*first >= size) return unsatisfiable;
    return {RangeAnswer::Kind::part, {*first, std::min(last.value_or(size - 1), size - 1)}};
}

std::string content_range(const RangeAnswer& answer, std::uint64_t size) {
    if (answer.kind == RangeAnswer::Kind::part)
        return fmt::format("bytes {}-{}/{}", answer.part.first, answer.part.last, size);
    return fmt::format("bytes */{}", size);
}

bool is_packable(std::string_view content_type) {
    const auto type = trim(content_type.substr(0, content_type.find(';')));
    // An event stream must arrive event by event.
    if (type == "text/event-stream") return false;
    return type.starts_with("text/") || type.ends_with("json") || type.ends_with("+xml") ||
           type == "application/javascript" || type == "application/xml" || type == "image/svg+xml" ||
           type == "application/wasm" || type == "application/manifest+json";
}

std::string gzip(std::string_view bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, gzip_level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int code = deflate(&stream, Z_FINISH);
    out.resize(code == Z_STREAM_END ? stream.total_out : 0);
    deflateEnd(&stream);
    return out;
}

void finish(Response& response, const Request& request) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (const auto* tag = find(response, "etag");
        reads && response.status == 200 && tag != nullptr && matches_none(request, *tag))
        return drop_body(response, 304);
    if (!response.body || response.body->empty()) return;
    if (!take_range(response, request)) pack(response, request);
}

std::string content_disposition(bool attachment, std::string_view name) {
    std::string out = attachment ? "attachment" : "inline";
    const auto clean = clean_name(name);
    if (clean.empty()) return out;
    std::string ascii;
    bool is_ascii = true;
    for (const char c : clean) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80) {
            // Some clients decode "%" and "\" within quotes: those names go in the extended form alone.
            const bool is_plain = c != '%' && c != '\\';
            ascii.push_back(is_plain ? c : '_');
            is_ascii = is_ascii && is_plain;
        } else {
            is_ascii = false;
            if (octet >= 0xc0) ascii.push_back('_'); // one for a character
        }
    }
    out.append("; filename=\"").append(ascii).append("\"");
    if (!is_ascii) out.append("; filename*=UTF-8''").append(percent_encode(clean));
    return out;
}

void add_security_headers(Response& response, bool secure, std::string_view content_security_policy) {
    constexpr std::string_view nothing = "default-src 'none'; frame-ancestors 'none'; sandbox";
    const auto add = [&response](std::string_view name, std::string_view value) {
        if (find(response, name) == nullptr)
            response.headers.push_back({std::string(name), std::string(value)});
    };
    add("content-security-policy", content_security_policy.empty() ? nothing : content_security_policy);
    add("x-content-type-options", "nosniff");
    add("x-frame-options", "DENY");
    add("referrer-policy", "no-referrer");
    add("cross-origin-opener-policy", "same-origin");
    add("cross-origin-resource-policy", "same-origin");
    add("permissions-policy", "camera=(), microphone=(), geolocation=()");
    if (secure) add("strict-transport-security", "max-age=31536000");
}

} // namespace facteur::http
