#include "actors/config.h"

#include "actors/session/smtp/networks.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>

namespace facteur {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

Result<std::uint64_t> with_unit(std::string_view text, const std::vector<Unit>& units) {
    std::uint64_t value = 0;
    std::size_t at = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
        if (value > 1'000'000'000'000'000) return fail(Code::too_large, "the number is too large");
        value = value * 10 + static_cast<std::uint64_t>(text[at] - '0');
    }
    if (at == 0) return fail(Code::malformed, "a number is missing");
    while (at < text.size() && text[at] == ' ')
        ++at;
    for (const auto& unit : units)
        if (unit.name == text.substr(at)) return value * unit.factor;
    return fail(Code::malformed, fmt::format("the unit \"{}\" is not known", text.substr(at)));
}

std::optional<std::string> assign(bool& to, const toml::node& node) {
    const auto value = node.value_exact<bool>();
    if (!value) return "must be true or false";
    to = *value;
    return {};
}
std::optional<std::string> assign(std::string& to, const toml::node& node) {
    const auto value = node.value_exact<std::string>();
    if (!value) return "must be a text in quotes";
    to = *value;
    return {};
}
std::optional<std::string> assign(std::vector<std::string>& to, const toml::node& node) {
    const auto* array = node.as_array();
    if (array == nullptr) return "must be a list of texts: [\"…\"]";
    to.clear();
    for (const auto& element : *array) {
        const auto value = element.value_exact<std::string>();
        if (!value) return "must be a list of texts: [\"…\"]";
        to.push_back(*value);
    }
    return {};
}
template <typename Integer>
std::optional<std::string> assign_number(Integer& to, const toml::node& node) {
    std::int64_t value = 0;
    if (const auto number = node.value_exact<std::int64_t>()) {
        value = *number;
    } else if (const auto text = node.value_exact<std::string>()) {
        const auto size = parse_size(*text);
        if (!size)
            return fmt::format("must be a number or a size such as \"50 MB\" ({})", size.error().message);
        value = static_cast<std::int64_t>(*size);
    } else {
        return "must be a number or a size such as \"50 MB\"";
    }
    if (value < 0 || static_cast<std::uint64_t>(value) > std::numeric_limits<Integer>::max())
        return fmt::format("must be between 0 and {}", std::numeric_limits<Integer>::max());
    to = static_cast<Integer>(value);
    return {};
}
std::optional<std::string> assign(std::uint16_t& to, const toml::node& node) {
    return assign_number(to, node);
}
std::optional<std::string> assign(std::uint32_t& to, const toml::node& node) {
    return assign_number(to, node);
}
std::optional<std::string> assign(std::uint64_t& to, const toml::node& node) {
    return assign_number(to, node);
}
std::optional<std::string> assign(std::chrono::seconds& to, const toml::node& node) {
    if (const auto number = node.value_exact<std::int64_t>(); number && *number >= 0) {
        to = std::chrono::seconds(*number);
        return {};
    }
    const auto text = node.value_exact<std::string>();
    const auto duration = text ? parse_duration(*text) : fail(Code::malformed, "no number");
    if (!duration) return fmt::format("must be a duration such as \"10 min\" ({})", duration.error().message);
    to = *duration;
    return {};
}

std::optional<std::string> assign(Config::Route::Tls& to, const toml::node& node) {
    using Tls = Config::Route::Tls;
    constexpr std::array<std::pair<std::string_view, Tls>, 4> names{{{"opportunistic", Tls::opportunistic},
                                                                     {"required", Tls::required},
                                                                     {"implicit", Tls::implicit},
                                                                     {"none", Tls::none}}};
    const auto text = node.value_exact<std::string>();
    for (const auto& [name, tls] : names)
        if (text == name) {
            to = tls;
            return {};
        }
    return "must be \"opportunistic\", \"required\", \"implicit\" or \"none\"";
}

// "host:port", "[::1]:port", or a host alone.
std::optional<std::string> assign_host(Config::Route& route, const toml::node& node) {
    const auto text = node.value_exact<std::string>();
    if (!text || text->empty()) return "must be \"host:port\"";
    route.host = *text;
    const auto colon = text->rfind(':');
    const auto bracket = text->rfind(']');
    if (colon != std::string::npos && (bracket == std::string::npos || bracket < colon)) {
        std::uint32_t port = 0;
        for (const char c : text->substr(colon + 1)) {
            if (c < '0' || c > '9' || port > 65535) return "its port is no number";
            port = port * 10 + static_cast<std::uint32_t>(c - '0');
        }
        if (port == 0 || port > 65535) return "its port must be between 1 and 65535";
        route.port = static_cast<std::uint16_t>(port);
        route.host.resize(colon);
    }
    if (route.host.size() > 2 && route.host.front() == '[' && route.host.back() == ']')
        route.host = route.host.substr(1, route.host.size() - 2);
    return {};
}

// One entry of [routes]: "host:port", or a table.
std::optional<std::string> assign(Config::Route& route, const toml::node& node) {
    const auto* table = node.as_table();
    if (table == nullptr) return assign_host(route, node);
    for (const auto& [key, value] : *table) {
        std::optional<std::string> wrong;
        if (key == "host")
            wrong = assign_host(route, value);
        else if (key == "tls")
            wrong = assign(route.tls, value);
        else if (key == "verify")
            wrong = assign(route.verify, value);
        else if (key == "user")
            wrong = assign(route.user, value);
        else if (key == "password_file")
            wrong = assign(route.password_file, value);
        else
            wrong = "this key is not known";
        if (wrong) return fmt::format("{}: {}", key.str(), *wrong);
    }
    if (route.user.empty() != route.password_file.empty())
        return "user and password_file must both be given, or neither";
    if (route.host.empty() && (!route.user.empty() || route.tls == Config::Route::Tls::implicit))
        return "this needs a host";
    return {};
}

using Setter = std::function<std::optional<std::string>(const toml::node&)>;
template <typename T>
Setter set(T& to) {
    return [&to](const toml::node& node) { return assign(to, node); };
}

std::map<std::string, Setter> keys_of(Config& c) {
    return {
        {"domain", set(c.domain)},
        {"store.path", set(c.store.path)},
        {"store.shards", set(c.store.shards)},
        {"store.lanes", set(c.store.lanes)},
        {"store.lane_queue", set(c.store.lane_queue)},
        {"store.keep_history", set(c.store.keep_history)},
        {"listen.smtp", set(c.listen.smtp)},
        {"listen.submission", set(c.listen.submission)},
        {"listen.submissions", set(c.listen.submissions)},
        {"listen.lmtp", set(c.listen.lmtp)},
        {"listen.imap", set(c.listen.imap)},
        {"listen.imaps", set(c.listen.imaps)},
        {"listen.http", set(c.listen.http)},
        {"listen.https", set(c.listen.https)},
        {"listen.admin", set(c.listen.admin)},
        {"tls.certificate", set(c.tls.certificate)},
        {"tls.key", set(c.tls.key)},
        {"smtp.hostname", set(c.smtp.hostname)},
        {"smtp.message_size", set(c.smtp.message_size)},
        {"smtp.recipients", set(c.smtp.recipients)},
        {"smtp.connections", set(c.smtp.connections)},
        {"smtp.connections_per_address", set(c.smtp.connections_per_address)},
        {"smtp.errors", set(c.smtp.errors)},
        {"smtp.idle", set(c.smtp.idle)},
        {"smtp.relay_networks", set(c.smtp.relay_networks)},
        {"smtp.postmaster", set(c.smtp.postmaster)},
        {"smtp.memory", set(c.smtp.memory)},
        {"imap.connections", set(c.imap.connections)},
        {"imap.connections_per_address", set(c.imap.connections_per_address)},
        {"imap.connections_per_user", set(c.imap.connections_per_user)},
        {"imap.memory", set(c.imap.memory)},
        {"imap.progress_every", set(c.imap.progress_every)},
        {"queue.resolver", set(c.queue.resolver)},
        {"queue.trusted_resolver", set(c.queue.trusted_resolver)},
        {"queue.authorities", set(c.queue.authorities)},
        {"queue.port", set(c.queue.port)},
        {"queue.https_port", set(c.queue.https_port)},
        {"queue.connections", set(c.queue.connections)},
        {"queue.connections_per_domain", set(c.queue.connections_per_domain)},
        {"queue.memory", set(c.queue.memory)},
        {"queue.expire", set(c.queue.expire)},
        {"queue.warn_after", set(c.queue.warn_after)},
        {"mass_mail.senders", set(c.mass_mail.senders)},
        {"mass_mail.recipients", set(c.mass_mail.recipients)},
        {"dkim.folder", set(c.dkim.folder)},
        {"dkim.selectors", set(c.dkim.selectors)},
        {"auth.plaintext_on_loopback", set(c.auth.plaintext_on_loopback)},
        {"auth.session", set(c.auth.session)},
        {"auth.remembered_session", set(c.auth.remembered_session)},
        {"auth.failures", set(c.auth.failures)},
        {"auth.failure_wait", set(c.auth.failure_wait)},
        {"auth.hashing_threads", set(c.auth.hashing_threads)},
        {"log.level", set(c.log.level)},
        {"log.format", set(c.log.format)},
        {"log.file", set(c.log.file)},
        {"limits.quota", set(c.limits.quota)},
        {"limits.upload", set(c.limits.upload)},
        {"limits.request", set(c.limits.request)},
        {"limits.http_connections", set(c.limits.http_connections)},
        {"limits.http_connections_per_address", set(c.limits.http_connections_per_address)},
        {"limits.loops", set(c.limits.loops)},
        {"limits.workers", set(c.limits.workers)},
    };
}

std::optional<std::string> contradiction(const Config& config) {
    constexpr std::array<std::string_view, 5> levels{"trace", "debug", "info", "warn", "error"};
    if (std::find(levels.begin(), levels.end(), config.log.level) == levels.end())
        return "log.level must be trace, debug, info, warn or error";
    if (config.log.format != "text" && config.log.format != "json") return "log.format must be text or json";
    if (config.domain.empty()) return "domain must not be empty";
    if (config.tls.certificate.empty() != config.tls.key.empty())
        return "tls.certificate and tls.key must both be given, or neither";
    if (const auto networks = Networks::parse(config.smtp.relay_networks); !networks)
        return fmt::format("smtp.relay_networks: {}", networks.error().message);
    if (config.imap.memory < config.smtp.message_size)
        return "imap.memory must hold one message of smtp.message_size";
    if (config.smtp.memory < config.smtp.message_size)
        return "smtp.memory must hold one message of smtp.message_size";
    if (config.queue.connections == 0 || config.queue.connections_per_domain == 0)
        return "queue.connections and queue.connections_per_domain must be at least 1";
    if ((config.store.shards & (config.store.shards - 1)) != 0 || config.store.shards > 1024)
        return "store.shards must be a power of two, at most 1024, or 0";
    return {};
}

} // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
    return with_unit(text, {{"", 1},
                            {"B", 1},
                            {"kB", 1000},
                            {"KB", 1000},
                            {"MB", 1000'000},
                            {"GB", 1000'000'000},
                            {"TB", 1000'000'000'000},
                            {"KiB", 1024},
                            {"MiB", 1024 * 1024},
                            {"GiB", 1024ull * 1024 * 1024},
                            {"TiB", 1024ull * 1024 * 1024 * 1024}});
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
    const auto seconds = with_unit(text, {{"", 1}, {"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}});
    if (!seconds) return tl::unexpected(seconds.error());
    return std::chrono::seconds(*seconds);
}

Result<Config> parse_config(std::string_view text, const std::string& file) {
    Config config;
    config.file = file;
    const auto keys = keys_of(config);
    std::optional<std::string> wrong;
    const auto complain = [&](const toml::node& node, std::string_view key, std::string_view what) {
        if (!wrong) wrong = fmt::format("{}:{}: {}: {}", file, node.source().begin.line, key, what);
    };
    const auto read_key = [&](const std::string& key, const toml::node& node) {
        constexpr std::string_view routes = "routes.";
        if (key.starts_with(routes)) {
            Config::Route route;
            if (const auto bad = assign(route, node)) return complain(node, key, *bad);
            auto domain = key.substr(routes.size());
            for (char& c : domain)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            config.routes[domain] = std::move(route);
            return;
        }
        const auto found = keys.find(key);
        if (found == keys.end())
            complain(node, key, "this key is not known");
        else if (const auto bad = found->second(node))
            complain(node, key, *bad);
    };
    try {
        const auto table = toml::parse(text, file);
        for (const auto& [key, node] : table) {
            if (const auto* section = node.as_table();
                section != nullptr && !keys.contains(std::string(key.str())))
                for (const auto& [inner, value] : *section)
                    read_key(fmt::format("{}.{}", key.str(), inner.str()), value);
            else
                read_key(std::string(key.str()), node);
        }
    } catch (const toml::parse_error& error) {
        return fail(Code::malformed,
                    fmt::format("{}:{}: {}", file, error.source().begin.line, error.description()));
    }
    if (wrong) return fail(Code::malformed, *wrong);
    if (const auto bad = contradiction(config))
        return fail(Code::malformed, fmt::format("{}: {}", file, *bad));
    return config;
}

Result<Config> read_config(const std::string& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error) return fail(Code::io, fmt::format("Cannot read {}: {}", file, error.message()));
    if (size > 1'000'000)
        return fail(Code::too_large, fmt::format("{} is too large for a configuration", file));
    std::string text(size, '\0');
    if (auto* in = std::fopen(file.c_str(), "rb")) {
        text.resize(std::fread(text.data(), 1, text.size(), in));
        std::fclose(in);
    }
    auto config = parse_config(text, file);
    if (!config) return config;
    // Paths in the file are relative to its folder, wherever the program was started.
    const auto folder = std::filesystem::absolute(file).parent_path();
    for (auto* path : {&config->store.path, &config->tls.certificate, &config->tls.key, &config->log.file,
                       &config->queue.authorities, &config->dkim.folder})
        if (!path->empty()) *path = (folder / *path).lexically_normal().string();
    for (auto& [domain, route] : config->routes)
        if (!route.password_file.empty())
            route.password_file = (folder / route.password_file).lexically_normal().string();
    return config;
}

} // namespace facteur
