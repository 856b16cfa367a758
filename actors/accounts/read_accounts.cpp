#include "actors/accounts/address.h"
#include "actors/accounts/csv.h"
#include "actors/accounts/directory.h"
#include "actors/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace facteur {
namespace {

constexpr std::array<std::string_view, 6> own_columns{"address", "name",  "password",
                                                      "aliases", "quota", "locale"};
constexpr std::array<std::string_view, 9> profile_columns{
    "profile", "school", "department", "subject", "role", "numen", "ina", "recovery_email", "recovery_phone"};

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& columns, std::string_view name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
}

Result<void> check_header(const std::vector<std::string>& header) {
    for (const auto& column : header)
        if (!contains(own_columns, column) && !contains(profile_columns, column))
            return fail(Code::malformed, fmt::format("line 1: the column \"{}\" is not known", column));
    for (const auto* needed : {"address", "name", "password"})
        if (std::find(header.begin(), header.end(), needed) == header.end())
            return fail(Code::malformed, fmt::format("line 1: the column \"{}\" is missing", needed));
    return {};
}

Result<NewAccount> to_account(const std::vector<std::string>& header, const std::vector<std::string>& fields,
                              const std::string& domain) {
    if (fields.size() != header.size())
        return fail(Code::malformed,
                    fmt::format("it has {} fields, the header has {}", fields.size(), header.size()));
    NewAccount account;
    for (std::size_t i = 0; i < header.size(); ++i) {
        const auto& column = header[i];
        const auto& value = fields[i];
        if (column == "address")
            account.address =
                value.find('@') == std::string::npos ? fmt::format("{}@{}", value, domain) : value;
        if (column == "name") account.name = value;
        if (column == "password") account.password = value;
        if (column == "locale" && !value.empty()) account.locale = value;
        if (column == "quota" && !value.empty()) {
            const auto quota = parse_size(value);
            if (!quota) return fail(Code::malformed, fmt::format("the quota \"{}\" is no size", value));
            account.quota = *quota;
        }
        if (column == "aliases")
            for (std::size_t at = 0; at < value.size();) {
                const auto end = std::min(value.find(' ', at), value.size());
                if (end > at) account.aliases.push_back(value.substr(at, end - at));
                at = end + 1;
            }
        if (contains(profile_columns, column) && !value.empty()) account.profile[column] = value;
    }
    if (!normalise_address(account.address))
        return fail(Code::malformed, fmt::format("\"{}\" is not an address", account.address));
    if (account.password.empty()) return fail(Code::malformed, "the password is empty");
    if (account.locale != "fr" && account.locale != "en")
        return fail(Code::malformed, fmt::format("the locale \"{}\" is neither fr nor en", account.locale));
    return account;
}

} // namespace

Result<void> read_accounts(std::string_view csv, const std::string& domain,
                           const std::function<void(std::uint64_t, Result<NewAccount>)>& each) {
    std::vector<std::string> header;
    Result<void> checked;
    auto read = read_csv(csv, [&](CsvRecord record) {
        if (!checked) return;
        if (header.empty()) {
            header = std::move(record.fields);
            checked = check_header(header);
            return;
        }
        each(record.line, to_account(header, record.fields, domain));
    });
    if (!checked) return checked;
    if (header.empty()) return fail(Code::malformed, "the file is empty: it needs a header line");
    return read;
}

} // namespace facteur
