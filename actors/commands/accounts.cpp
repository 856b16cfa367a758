#include "actors/commands/accounts.h"

namespace facteur {
namespace {

constexpr std::size_t rows_read_at_once = 500;
constexpr std::size_t longest_password = 1024;

bool is_secret(std::string_view column) {
    return column == "numen" || column == "ina";
}

} // namespace

std::optional<store::AccountRow> find_account(const Environment& environment, Console& console,
                                              const std::string& address) {
    auto account = environment.directory.find(address);
    if (!account) refuse(console, fmt::format("there is no account {}", address));
    return account;
}

void for_each_account(const Environment& environment,
                      const std::function<bool(const store::AccountRow&)>& each) {
    for (store::AccountId from = 1;;) {
        std::vector<store::AccountRow> rows;
        environment.store.directory().accounts(from, [&](const store::AccountRow& row) {
            rows.push_back(row);
            return rows.size() < rows_read_at_once;
        });
        for (const auto& row : rows)
            if (!each(row)) return;
        if (rows.size() < rows_read_at_once) return;
        from = rows.back().id + 1;
    }
}

Result<std::string> read_password(Console& console, bool from_standard_input) {
    std::string password;
    if (from_standard_input) {
        const auto in = console.open("-", OpenFor::reading);
        if (!in) return tl::unexpected(in.error());
        for (char c = 0; password.size() <= longest_password && ::read(in->get(), &c, 1) == 1 && c != '\n';)
            password.push_back(c);
        if (password.ends_with('\r')) password.pop_back();
    } else {
        auto first = console.ask_secret("Password: ");
        if (!first) return first;
        const auto second = console.ask_secret("The same again: ");
        if (!second) return second;
        if (*first != *second) return fail(Code::malformed, "the two passwords differ");
        password = std::move(*first);
    }
    if (password.empty()) return fail(Code::malformed, "the password is empty");
    if (password.size() > longest_password)
        return fail(Code::too_large, fmt::format("the password is longer than {} octets", longest_password));
    return password;
}

std::string_view status_text(store::AccountStatus status) {
    return status == store::AccountStatus::suspended ? "suspended" : "active";
}

std::uint64_t quota_of(const Environment& environment, const store::AccountRow& account) {
    return account.quota > 0 ? account.quota : environment.config.limits.quota;
}

nlohmann::json account_json(const Environment& environment, const store::AccountRow& account) {
    const auto state = environment.store.read(account.id).state(account.id);
    nlohmann::json profile = nlohmann::json::object();
    for (const auto& [column, value] : account.profile)
        if (is_secret(column))
            profile[column] = !value.empty();
        else
            profile[column] = value;
    return {{"id", account.id},
            {"address", account.address},
            {"name", account.name},
            {"aliases", account.aliases},
            {"status", status_text(account.status)},
            {"locale", account.locale},
            {"created", time_text(account.created)},
            {"password", !account.password_hash.empty()},
            {"emails", state.emails},
            {"size", state.size},
            {"quota", quota_of(environment, account)},
            {"profile", profile}};
}

} // namespace facteur
