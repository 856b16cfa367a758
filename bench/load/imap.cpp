#include "bench/load/imap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace facteur::load {
namespace {

constexpr std::size_t line_end = 2; // octets

bool ends_with(std::string_view line, std::string_view end) {
    return line.size() >= end.size() && line.substr(line.size() - end.size()) == end;
}

} // namespace

Imap::Imap(std::uint16_t port) : client_(port) {
    if (const auto greeting = client_.line(); greeting.rfind("* OK", 0) != 0) stop("IMAP: " + greeting);
}

Imap::Imap(const Login& login) : Imap(login.port) {
    run(fmt::format(R"(LOGIN "{}" "{}")", login.user, login.password));
}

void Imap::send(std::string_view command) {
    client_.send(fmt::format("t{} {}\r\n", ++sent_, command));
}

void Imap::finish() {
    const auto tag = fmt::format("t{} ", ++finished_);
    for (;;) {
        auto line = client_.line();
        octets_ += line.size() + line_end;
        if (line.rfind(tag, 0) == 0) {
            if (line.rfind(tag + "OK", 0) != 0) stop("IMAP: " + line.substr(0, 300));
            return;
        }
        see(line);
        while (!line.empty() && line.back() == '}') {
            const auto size = std::stoull(line.substr(line.rfind('{') + 1));
            octets_ += client_.bytes(size).size();
            line = client_.line();
            octets_ += line.size() + line_end;
        }
    }
}

void Imap::see(const std::string& line) {
    if (ends_with(line, " EXISTS")) exists_ = std::stoull(line.substr(2));
    if (line.rfind("* STATUS ", 0) == 0) status_ = line;
    if (const auto count = line.find(" COUNT ");
        line.rfind("* ESEARCH", 0) == 0 && count != std::string::npos)
        hits_ = std::stoull(line.substr(count + 7));
    if (line.rfind("* SEARCH", 0) == 0)
        hits_ = static_cast<std::uint64_t>(
            std::count_if(line.begin() + 8, line.end(), [](char c) { return c == ' '; }));
}

void Imap::begin_idle() {
    send("IDLE");
    while (client_.line().rfind('+', 0) != 0) {
    }
}

bool Imap::wait_for(std::string_view end, double patience) {
    while (client_.wait(patience))
        if (ends_with(client_.line(), end)) return true;
    return false;
}

std::uint64_t Imap::count_messages(const std::string& mailbox) {
    run(fmt::format("STATUS {} (MESSAGES)", mailbox));
    const auto at = status_.find("MESSAGES ");
    if (at == std::string::npos) stop("IMAP: no STATUS: " + status_);
    return std::stoull(status_.substr(at + 9));
}

} // namespace facteur::load
