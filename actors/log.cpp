#include "actors/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <chrono>
#include <ctime>

namespace facteur {
namespace {

constexpr std::array<std::string_view, 5> names{"trace", "debug", "info", "warn", "error"};

// What every thread's log goes through. The sinks behind it are changed under its own lock.
struct Output {
    std::shared_ptr<spdlog::sinks::dist_sink_mt> sinks = std::make_shared<spdlog::sinks::dist_sink_mt>();
    spdlog::logger logger{"facteur", sinks};
    std::atomic<bool> json{false};

    Output() {
        sinks->add_sink(std::make_shared<spdlog::sinks::stderr_sink_st>());
        sinks->set_pattern("%v");
        logger.set_level(spdlog::level::info);
        logger.flush_on(spdlog::level::trace);
    }
};

Output& output() {
    static Output made;
    return made;
}

spdlog::level::level_enum level_of(Severity severity) {
    return static_cast<spdlog::level::level_enum>(severity);
}

void append_escaped(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

// Text that a human or a simple splitter of words cannot misread stays bare.
bool is_plain(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f)
            return false;
    return true;
}

std::string time_of(std::int64_t milliseconds) {
    const std::time_t seconds = milliseconds / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, milliseconds % 1000);
}

} // namespace

std::string log_line(bool json, std::int64_t milliseconds, Severity severity, std::string_view event,
                     const LogField* fields, std::size_t count) {
    const auto name = names[static_cast<std::size_t>(severity)];
    std::string line;
    if (!json) {
        line = fmt::format("{} {:<5} {}", time_of(milliseconds), name, event);
        for (const auto* field = fields; field != fields + count; ++field) {
            line += fmt::format(" {}=", field->key);
            if (is_plain(field->value))
                line += field->value;
            else
                append_escaped(line, field->value);
        }
        return line;
    }
    line = fmt::format(R"({{"time":"{}","level":"{}","event":)", time_of(milliseconds), name);
    append_escaped(line, event);
    for (const auto* field = fields; field != fields + count; ++field) {
        line += fmt::format(R"(,"{}":)", field->key);
        if (field->number)
            line += field->value;
        else
            append_escaped(line, field->value);
    }
    line.push_back('}');
    return line;
}

void log(Severity severity, std::string_view event, std::initializer_list<LogField> fields) {
    auto& to = output();
    if (!to.logger.should_log(level_of(severity))) return;
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const auto line = log_line(to.json.load(std::memory_order_relaxed), now, severity, event, fields.begin(),
                               fields.size());
    to.logger.log(level_of(severity), spdlog::string_view_t(line.data(), line.size()));
}

Result<void> configure_log(const Config::Log& config) {
    std::shared_ptr<spdlog::sinks::sink> sink;
    try {
        if (config.file.empty())
            sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
        else
            sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(config.file);
    } catch (const spdlog::spdlog_ex& error) {
        return fail(Code::io, fmt::format("the log file {} cannot be opened: {}", config.file, error.what()));
    }
    sink->set_pattern("%v");
    auto& to = output();
    to.sinks->set_sinks({sink});
    to.json = config.format == "json";
    for (std::size_t level = 0; level < names.size(); ++level)
        if (names[level] == config.level) to.logger.set_level(static_cast<spdlog::level::level_enum>(level));
    return {};
}

} // namespace facteur
