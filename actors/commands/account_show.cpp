#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"

namespace facteur {
namespace {

std::string described(const nlohmann::json& account) {
    std::string out;
    const auto line = [&](std::string_view key, std::string_view value) {
        if (!value.empty()) out += fmt::format("{:<16}{}\n", key, value);
    };
    line("address", account["address"].get<std::string>());
    for (const auto& alias : account["aliases"])
        line("alias", alias.get<std::string>());
    line("name", account["name"].get<std::string>());
    line("id", std::to_string(account["id"].get<store::AccountId>()));
    line("status", account["status"].get<std::string>());
    line("password", account["password"].get<bool>() ? "set" : "none: nobody can sign in");
    line("locale", account["locale"].get<std::string>());
    line("created", account["created"].get<std::string>());
    line("emails", count_text(account["emails"].get<std::uint64_t>()));
    line("size", fmt::format("{} of {}", size_text(account["size"].get<std::uint64_t>()),
                             size_text(account["quota"].get<std::uint64_t>())));
    for (const auto& [column, value] : account["profile"].items())
        line(column, value.is_boolean() ? "set" : value.get<std::string>());
    return out;
}

} // namespace

void add_account_show(CLI::App& parent, Run& chosen) {
    struct Options {
        std::string address;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("show", "Show one account, without its secrets");
    command->add_option("address", options->address, "Its address or an alias")->required();
    command->add_flag("--json", options->json, "As a JSON object");
    command->callback([&chosen, options] {
        chosen.command = [options](Environment& environment, Console& console) -> int {
            const auto account = find_account(environment, console, options->address);
            if (!account) return exit_findings;
            const auto json = account_json(environment, *account);
            if (options->json)
                write_json(console, json);
            else
                console.write(described(json));
            return exit_ok;
        };
    });
}

} // namespace facteur
