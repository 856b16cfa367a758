// What the subcommands about accounts share.
#pragma once

#include "actors/accounts/directory.h"
#include "actors/commands/command.h"
#include "actors/commands/output.h"

#include <functional>
#include <optional>
#include <string>

namespace facteur {

// Complains when there is none.
std::optional<store::AccountRow> find_account(const Environment& environment, Console& console,
                                              const std::string& address);

// Every account in the order of ids, in pages, so that no snapshot waits for a slow reader; `each` returns
// false to stop.
void for_each_account(const Environment& environment,
                      const std::function<bool(const store::AccountRow&)>& each);

// The first line of standard input, or asked for twice on the terminal. Never from the command line, which
// every user of the machine can read. Errors are sentences.
Result<std::string> read_password(Console& console, bool from_standard_input);

[[nodiscard]] std::string_view status_text(store::AccountStatus status);
// Without secrets: whether there is a password, a NUMEN, an INA code, but not which.
nlohmann::json account_json(const Environment& environment, const store::AccountRow& account);
[[nodiscard]] std::uint64_t quota_of(const Environment& environment, const store::AccountRow& account);

} // namespace facteur
