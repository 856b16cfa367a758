// What an HTTP response is finished with: packing, ranges, validators, names of downloads, security headers.
//
// Plain functions over `Response` and `Request` (message.h), without I/O or clock; thread-safe. A response
// with its whole body in memory goes through `finish`, which does everything that the request asks for; a
// streamed one uses the single functions. Header names are lower case. RFC 9110, 6266, 8187, 1952.
#pragma once

#include "transport/http/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::http {

// ---- validators (RFC 9110 §8.8, §13)

// `"opaque"`: `opaque` must hold neither quotes nor blanks, as a hash or a number does not.
std::string entity_tag(std::string_view opaque);
// If-None-Match names this tag (weak comparison) or "*": a GET is answered 304.
bool matches_none(const Request& request, std::string_view tag);

// ---- ranges (RFC 9110 §14)

struct ByteRange {
    std::uint64_t first = 0, last = 0; // both within the body, in octets
};
struct RangeAnswer {
    enum class Kind { whole, part, unsatisfiable } kind = Kind::whole;
    ByteRange part;
};
// What a GET of a body of `size` octets asks for. Several ranges, other units, broken syntax and an If-Range
// that names another tag mean the whole, as §14.2 allows. `tag` empty: the body has none.
RangeAnswer range_of(const Request& request, std::uint64_t size, std::string_view tag = {});
// "bytes 0-4/10", or "bytes */10" for a 416.
std::string content_range(const RangeAnswer& answer, std::uint64_t size);

// ---- packing

constexpr std::size_t smallest_packed = 1024; // octets; below, the frame costs more than is won
// JSON, JavaScript, XML and text; not what is compressed already.
bool is_packable(std::string_view content_type);
// A gzip member (RFC 1952); empty when zlib has no memory.
std::string gzip(std::string_view bytes);

// ---- the whole

// Of a response to a GET, HEAD or POST whose body is complete: 304 when "etag" matches, 206 or 416 when a
// range is asked for and the status is 200, else gzip when the client takes it and it is smaller. Adds "vary"
// where the answer depends on Accept-Encoding. A response that has "content-encoding" already is not packed.
void finish(Response& response, const Request& request);

// ---- downloads

// `attachment; filename="resume.pdf"; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf` (RFC 6266 §5, RFC 8187 §3.2).
// `name` is UTF-8 from a stranger: folders, control characters and quotes are taken out, and it is cut to
// 240 octets on a character's boundary. An empty one gives the disposition alone.
std::string content_disposition(bool attachment, std::string_view name);

// ---- security

// For pages and answers of an application: nosniff, no framing, no referrer, own origin only; HSTS (RFC 6797)
// when `secure`. `content_security_policy` empty: one that allows nothing, right for data and downloads.
void add_security_headers(Response& response, bool secure, std::string_view content_security_policy = {});

} // namespace facteur::http
