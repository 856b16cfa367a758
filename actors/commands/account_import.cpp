#include "actors/clock.h"
#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"
#include "actors/commands/progress.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

namespace facteur {
namespace {

constexpr std::size_t largest_file = 256u << 20;
constexpr std::size_t accounts_at_once = 512; // between two looks at whether it was cancelled

struct AccountImportOptions {
    std::string file;
    bool skip_existing = false, json = false;
};

struct Lines { // what became of them
    std::vector<NewAccount> accounts;
    std::vector<std::uint64_t> numbers;           // the line of each account
    std::map<std::uint64_t, std::string> refused; // and of those that are none
    std::size_t added = 0, skipped = 0;
};

Result<std::string> read_whole(Console& console, const std::string& file) {
    const auto in = console.open(file, OpenFor::reading);
    if (!in) return tl::unexpected(in.error());
    std::string text, piece(1u << 16, '\0');
    for (ssize_t got = 0; (got = ::read(in->get(), piece.data(), piece.size())) > 0;) {
        if (text.size() + static_cast<std::size_t>(got) > largest_file)
            return fail(Code::too_large, fmt::format("{} is larger than {}", file, size_text(largest_file)));
        text.append(piece, 0, static_cast<std::size_t>(got));
    }
    return text;
}

void add_in_groups(Lines& lines, const AccountImportOptions& options, Environment& environment,
                   Console& console) {
    const auto configured = environment.config.auth.hashing_threads;
    const auto threads = configured > 0 ? configured : std::max(1u, std::thread::hardware_concurrency());
    Progress progress(console, "Adding accounts", lines.accounts.size());
    std::atomic<std::size_t> done{0};
    std::mutex mutex;
    for (std::size_t from = 0; from < lines.accounts.size() && !console.is_cancelled();
         from += accounts_at_once) {
        const auto end = std::min(from + accounts_at_once, lines.accounts.size());
        std::vector<NewAccount> group(
            std::make_move_iterator(lines.accounts.begin() + static_cast<long>(from)),
            std::make_move_iterator(lines.accounts.begin() + static_cast<long>(end)));
        environment.directory.add_all(
            std::move(group), threads, seconds_now(),
            [&](std::size_t index, const store::Result<store::AccountRow>& added) {
                const auto count = ++done;
                progress.reach(count, count_text(count));
                const std::lock_guard lock(mutex);
                if (added)
                    ++lines.added;
                else if (options.skip_existing && added.error().code == store::Code::exists)
                    ++lines.skipped;
                else
                    lines.refused.emplace(lines.numbers[from + index], added.error().message);
            });
    }
    for (auto left = done.load(); left < lines.accounts.size(); ++left)
        lines.refused.emplace(lines.numbers[left], "the import was stopped before this line");
}

int import_accounts(const AccountImportOptions& options, Environment& environment, Console& console) {
    const auto text = read_whole(console, options.file);
    if (!text) return refuse(console, text.error().message);
    Lines lines;
    const auto read =
        read_accounts(*text, environment.config.domain, [&](std::uint64_t line, Result<NewAccount> account) {
            if (!account) {
                lines.refused.emplace(line, account.error().message);
            } else if (options.skip_existing && environment.directory.find(account->address)) {
                ++lines.skipped; // not even hashed
            } else {
                lines.accounts.push_back(std::move(*account));
                lines.numbers.push_back(line);
            }
        });
    if (!read) return refuse(console, fmt::format("{}: {}", options.file, read.error().message));
    add_in_groups(lines, options, environment, console);

    for (const auto& [line, why] : lines.refused)
        console.complain(fmt::format("{}:{}: {}\n", options.file, line, why));
    if (options.json) {
        auto refused = nlohmann::json::array();
        for (const auto& [line, why] : lines.refused)
            refused.push_back({{"line", line}, {"reason", why}});
        write_json(console, {{"added", lines.added}, {"skipped", lines.skipped}, {"refused", refused}});
    } else {
        console.write(fmt::format("{} accounts added", count_text(lines.added)));
        if (lines.skipped > 0) console.write(fmt::format(", {} there already", count_text(lines.skipped)));
        if (!lines.refused.empty())
            console.write(fmt::format(", {} lines refused", count_text(lines.refused.size())));
        console.write(".\n");
    }
    return lines.refused.empty() ? exit_ok : exit_findings;
}

} // namespace

void add_account_import(CLI::App& parent, Run& chosen) {
    auto options = std::make_shared<AccountImportOptions>();
    auto* command = parent.add_subcommand(
        "import", "Add accounts from a CSV file with the header address,name,password and optionally\n"
                  "aliases,quota,locale,profile,school,department,subject,role,numen,ina,recovery_email,"
                  "recovery_phone");
    command->add_option("file", options->file, "The file; - is standard input")->required();
    command->add_flag("--skip-existing", options->skip_existing, "Pass over addresses that are taken");
    command->add_flag("--json", options->json, "Say the result as a JSON object");
    command->callback([&chosen, options] {
        chosen.makes_store = true;
        chosen.command = [options](Environment& environment, Console& console) {
            return import_accounts(*options, environment, console);
        };
    });
}

} // namespace facteur
