#include "transport/smtp/trace.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace facteur::smtp {
namespace {

constexpr std::size_t max_name = 255; // of a host name that goes into a field

// What the client called itself, free of what could end or fold a field or open a comment.
std::string harmless(std::string_view text) {
    std::string out(text.substr(0, max_name));
    for (char& c : out)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f ||
            std::string_view("()<>\\;,\"").find(c) != std::string_view::npos)
            c = '?';
    return out.empty() ? "unknown" : out;
}

// RFC 5321 §4.1.3: "[192.0.2.1]", "[IPv6:…]".
std::string literal(std::string_view client) {
    const bool v6 = client.find(':') != std::string_view::npos;
    return std::string(v6 ? "[IPv6:" : "[") + harmless(client) + "]";
}

bool is_received(std::string_view line) {
    constexpr std::string_view name = "received";
    if (line.size() <= name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i)
        if ((line[i] | 0x20) != name[i]) return false;
    const auto after = line.find_first_not_of(" \t", name.size());
    return after != std::string_view::npos && line[after] == ':';
}

} // namespace

// RFC 3848, RFC 6531 §4.3: UTF8 in front says that the extension was used.
std::string with_protocol(const Received& received) {
    std::string out;
    if (received.lmtp)
        out = received.utf8 ? "UTF8LMTP" : "LMTP";
    else if (received.utf8)
        out = "UTF8SMTP";
    else
        out = received.extended ? "ESMTP" : "SMTP";
    if (!received.extended && !received.lmtp) return out; // "SMTP" has no S and no A
    if (!received.tls_version.empty()) out += 'S';
    if (received.authenticated) out += 'A';
    return out;
}

std::string received_field(const Received& received) {
    std::string out = "Received: from " + harmless(received.helo);
    if (!received.client.empty()) out += " (" + literal(received.client) + ")";
    if (!received.tls_version.empty())
        out += "\r\n\t(using " + harmless(received.tls_version) + " with cipher " +
               harmless(received.tls_cipher) + ")";
    out += "\r\n\tby " + harmless(received.by) + " with " + with_protocol(received);
    if (!received.id.empty()) out += " id " + harmless(received.id);
    if (received.recipient) out += "\r\n\tfor <" + received.recipient->text() + ">";
    return out + ";\r\n\t" + date_time(received.at) + "\r\n";
}

std::string return_path_field(const std::optional<Mailbox>& sender) {
    return "Return-Path: <" + (sender ? sender->text() : std::string()) + ">\r\n";
}

std::string date_time(std::int64_t seconds) {
    constexpr const char* weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto days =
        std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
    const std::chrono::year_month_day date(days);
    const auto rest =
        static_cast<int>(seconds - static_cast<std::int64_t>(days.time_since_epoch().count()) * 86400);
    char out[64];
    std::snprintf(out, sizeof out, "%s, %02u %s %04d %02d:%02d:%02d +0000",
                  weekdays[std::chrono::weekday(days).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()), rest / 3600,
                  rest / 60 % 60, rest % 60);
    return out;
}

std::uint32_t count_hops(std::string_view message) {
    std::uint32_t hops = 0;
    while (!message.empty()) {
        const auto end = std::min(message.find('\n'), message.size());
        const auto line = message.substr(0, end);
        if (line.empty() || line == "\r") break;
        if (is_received(line)) ++hops;
        message.remove_prefix(std::min(end + 1, message.size()));
    }
    return hops;
}

} // namespace facteur::smtp
