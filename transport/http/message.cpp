#include "transport/http/message.h"

#include "transport/http/syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace facteur::http {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool has_no_body(int status) {
    return status < 200 || status == 204 || status == 304;
}

} // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
    for (const auto& header : headers)
        if (header.name == name) return header.value;
    return std::nullopt;
}

std::string_view Request::cookie(std::string_view name) const {
    for (const auto& header : headers) {
        if (header.name != "cookie") continue;
        std::string_view rest = header.value;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(';'), rest.size());
            const auto pair = trim(rest.substr(0, end));
            if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
                return pair.substr(name.size() + 1);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return {};
}

std::optional<std::string> Request::parameter(std::string_view name) const {
    std::string_view rest = query;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        const auto pair = rest.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        if (pair.substr(0, equals) == name)
            return percent_decode(equals < pair.size() ? pair.substr(equals + 1) : std::string_view(), true);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::nullopt;
}

bool Request::takes_gzip() const {
    std::optional<bool> gzip, any;
    for (const auto& header : headers) {
        if (header.name != "accept-encoding") continue;
        std::string_view rest = header.value;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(','), rest.size());
            const auto coding = rest.substr(0, end);
            const auto semicolon = std::min(coding.find(';'), coding.size());
            const auto name = trim(coding.substr(0, semicolon));
            // A weight of zero refuses (RFC 9110 §12.4.2): "q=0", "q=0.", "q=0.000".
            const auto weight = trim(coding.substr(std::min(semicolon + 1, coding.size())));
            const bool wanted =
                !weight.starts_with("q=0") || weight.find_first_of("123456789") != std::string_view::npos;
            if (name == "gzip") gzip = wanted;
            if (name == "*") any = wanted;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return gzip.value_or(any.value_or(false));
}

Response text_response(int status, std::string type, std::string body) {
    return {
        status, {{"content-type", std::move(type)}}, std::make_shared<const std::string>(std::move(body))};
}

std::string_view reason_of(int status) {
    switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
    }
}

std::string write_head(const Response& response, std::optional<std::uint64_t> length, int minor,
                       bool keep_alive, std::int64_t now) {
    std::string head;
    head.reserve(512);
    const auto line = [&head](std::string_view name, std::string_view value) {
        head.append(name).append(": ");
        // A value that somebody else had a part in must not end its line.
        for (const char c : value)
            if (c != '\r' && c != '\n' && c != '\0') head.push_back(c);
        head.append("\r\n");
    };
    fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", response.status,
                   reason_of(response.status));
    if (response.status >= 200) line("date", http_date(now));
    for (const auto& header : response.headers)
        line(header.name, header.value);
    if (!has_no_body(response.status)) {
        if (length)
            line("content-length", fmt::format_int(*length).c_str());
        else if (minor >= 1)
            line("transfer-encoding", "chunked");
    }
    if (response.status >= 200) {
        if (!keep_alive)
            line("connection", "close");
        else if (minor == 0)
            line("connection", "keep-alive");
    }
    head.append("\r\n");
    return head;
}

std::string write_chunk(std::string_view bytes) {
    auto chunk = fmt::format("{:x}\r\n", bytes.size());
    chunk.append(bytes).append("\r\n");
    return chunk;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus) {
            out.push_back(' ');
        } else if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
            out.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

std::string http_date(std::int64_t seconds) {
    constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    namespace c = std::chrono;
    const auto at = c::sys_seconds(c::seconds(seconds));
    const auto day = c::floor<c::days>(at);
    const c::year_month_day date(day);
    const c::hh_mm_ss time(at - day);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[c::weekday(day).c_encoding()],
                       static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

} // namespace facteur::http
