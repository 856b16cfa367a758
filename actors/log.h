// The log: one line an event, as text (key=value) or JSON, to standard error or a file.
//
//     log(Severity::info, "listening", {{"door", "smtp"}, {"address", address}});
//
// An event is a fixed phrase in English, what varies goes into fields. No password, no subject or text of
// mail, no cookie is ever logged. Any thread may call; a severity below the level costs one comparison.
// Before `configure_log` everything from `info` on goes to standard error as text.
#pragma once

#include "actors/config.h"
#include "transport/base/result.h"

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace facteur {

enum class Severity : std::uint8_t { trace, debug, info, warn, error };

struct LogField {
    std::string_view key;
    std::string value;
    bool number = false; // JSON: not in quotes

    LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
    LogField(std::string_view name, const char* text) : key(name), value(text) {}
    LogField(std::string_view name, const std::string& text) : key(name), value(text) {}
    template <typename Number, typename = std::enable_if_t<std::is_arithmetic_v<Number>>>
    LogField(std::string_view name, Number of) : key(name), value(fmt::format("{}", of)), number(true) {}
};

void log(Severity severity, std::string_view event, std::initializer_list<LogField> fields = {});

// At start and at SIGHUP: level and format, and the file opened anew (so that it may have been rotated away).
// When it cannot be opened the log stays as it was.
Result<void> configure_log(const Config::Log& config);

// One line without its end, as `log` writes it. `milliseconds` since 1970 UTC.
std::string log_line(bool json, std::int64_t milliseconds, Severity severity, std::string_view event,
                     const LogField* fields, std::size_t count);

} // namespace facteur
