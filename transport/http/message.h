// What an HTTP/1.1 request and response consist of (RFC 9110, 9112), as plain values.
//
// Names of headers are lower case in both directions: HTTP does not mind and lookups need not fold. The path
// is percent-decoded, normalised (no "." or ".." segments) and starts with "/"; the query is as it came.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facteur::http {

struct Header {
    std::string name, value;
};

struct Request {
    std::string method; // "GET"
    std::string path;   // "/jmap/api"
    std::string query;  // behind the "?", encoded
    int minor = 1;      // HTTP/1.minor
    std::vector<Header> headers;
    std::optional<std::uint64_t> length; // of the body, when announced; chunked bodies have none
    bool chunked = false;
    bool keep_alive = true;
    bool expects_continue = false;

    // The first of that name (in lower case); nothing when absent.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    // A cookie's value, empty when absent (RFC 6265 §4.2).
    [[nodiscard]] std::string_view cookie(std::string_view name) const;
    // The value of a query parameter, percent-decoded; nothing when absent.
    [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
    // The client takes gzip (RFC 9110 §12.5.3).
    [[nodiscard]] bool takes_gzip() const;
};

struct Response {
    int status = 200;
    std::vector<Header> headers;             // without those of framing: the connection writes them
    std::shared_ptr<const std::string> body; // null: none
};

Response text_response(int status, std::string type, std::string body);

// The status line and headers, with an empty line behind. `length` nothing: chunked, or until the connection
// closes when `minor` is 0. 1xx, 204 and 304 have neither length nor body.
std::string write_head(const Response& response, std::optional<std::uint64_t> length, int minor,
                       bool keep_alive, std::int64_t now);
std::string_view reason_of(int status);
// One chunk of a chunked body; an empty one ends it.
std::string write_chunk(std::string_view bytes);

// "%C3%A9" → "é"; nothing when an escape is broken or gives NUL. `plus`: "+" is a space (forms).
std::optional<std::string> percent_decode(std::string_view text, bool plus);
// "Tue, 24 Nov 2026 10:00:00 GMT" (RFC 9110 §5.6.7)
std::string http_date(std::int64_t seconds);

} // namespace facteur::http
