#include "actors/clock.h"
#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"
#include "actors/commands/filing.h"
#include "actors/commands/mailbox_paths.h"
#include "actors/commands/progress.h"

#include <map>

namespace facteur {
namespace {

constexpr std::size_t largest_message = 256u << 20;

struct ImportOptions {
    std::vector<std::string> paths;
    std::string account, mailbox = "inbox";
    bool json = false;
};

class Import {
public:
    Import(const ImportOptions& options, const store::AccountRow& account, std::uint64_t total,
           Environment& environment, Console& console)
        : options_(options), account_(account), environment_(environment), console_(console),
          progress_(console, "Importing", total),
          filing_(environment, account.id, [this](const std::string& what) { pass_over(what); }) {}

    // False: it cannot go on.
    bool read(const mailfiles::Source& source) {
        const auto mailbox = target(source);
        if (!mailbox) return false;
        mailfiles::Reading reading;
        reading.largest = largest_message;
        reading.now = seconds_now();
        reading.each = [&](mailfiles::FoundMessage message) {
            if (console_.is_cancelled()) return false;
            filing_.add(std::move(message), *mailbox);
            return true;
        };
        reading.complain = [&](const std::string& what) { pass_over(what); };
        reading.progress = [&](std::uint64_t done) {
            const auto totals = filing_.totals();
            progress_.reach(before_ + done,
                            fmt::format("{} messages", count_text(totals.filed + totals.there_already)));
        };
        const auto done = mailfiles::read_source(console_, source, reading);
        before_ += source.weight;
        if (!done) pass_over(done.error().message);
        return !console_.is_cancelled();
    }

    Filing::Totals finish() {
        filing_.finish();
        return filing_.totals();
    }
    [[nodiscard]] std::uint64_t passed_over() const { return passed_over_; }

private:
    std::optional<store::MailboxId> target(const mailfiles::Source& source) {
        // Without --mailbox the folders of a Maildir are those of the account; what lies at the top is inbox.
        auto names = source.mailbox.empty() || options_.mailbox != "inbox" ? split_path(options_.mailbox)
                                                                           : std::vector<std::string>{};
        names.insert(names.end(), source.mailbox.begin(), source.mailbox.end());
        const auto path = join_path(names);
        if (const auto known = mailboxes_.find(path); known != mailboxes_.end()) return known->second;
        const auto made = find_or_make_mailbox(environment_.store, account_.id, names, seconds_now());
        if (!made) {
            pass_over(fmt::format("{}: the mailbox {}: {}", source.path, path, made.error().message));
            return std::nullopt;
        }
        mailboxes_.emplace(path, *made);
        return *made;
    }
    void pass_over(const std::string& what) {
        ++passed_over_;
        progress_.complain("facteur: " + what);
    }

    const ImportOptions& options_;
    const store::AccountRow& account_;
    Environment& environment_;
    Console& console_;
    std::atomic<std::uint64_t> passed_over_{0};
    std::uint64_t before_ = 0;
    std::map<std::string, store::MailboxId> mailboxes_;
    Progress progress_;
    Filing filing_;
};

int import_mail(const ImportOptions& options, Environment& environment, Console& console) {
    const auto account = find_account(environment, console, options.account);
    if (!account) return exit_findings;
    std::vector<mailfiles::Source> sources;
    std::uint64_t total = 0;
    for (const auto& path : options.paths) {
        auto found = mailfiles::find_sources(console, path);
        if (!found) return refuse(console, found.error().message);
        if (found->empty()) return refuse(console, fmt::format("there is no mail in {}", path));
        for (auto& source : *found) {
            total += source.weight;
            sources.push_back(std::move(source));
        }
    }
    Filing::Totals totals;
    std::uint64_t passed_over = 0;
    bool whole = true;
    {
        Import import(options, *account, total, environment, console);
        for (const auto& source : sources)
            if (whole) whole = import.read(source);
        totals = import.finish();
        passed_over = import.passed_over();
    }
    if (options.json) {
        write_json(console, {{"imported", totals.filed},
                             {"thereAlready", totals.there_already},
                             {"passedOver", passed_over},
                             {"octets", totals.octets},
                             {"complete", whole}});
    } else {
        console.write(fmt::format("{} messages ({}) imported into {}", count_text(totals.filed),
                                  size_text(totals.octets), account->address));
        if (totals.there_already > 0)
            console.write(fmt::format(", {} there already", count_text(totals.there_already)));
        if (passed_over > 0) console.write(fmt::format(", {} passed over", count_text(passed_over)));
        console.write(whole ? ".\n" : "; the rest was not read.\n");
    }
    return whole && passed_over == 0 ? exit_ok : exit_findings;
}

} // namespace

void add_import(CLI::App& parent, Run& chosen) {
    auto options = std::make_shared<ImportOptions>();
    auto* command = parent.add_subcommand(
        "import",
        "Import mail into an account: mbox files, Maildirs, .eml files, or folders of these.\n"
        "Folders become mailboxes; flags and times are kept. A message that the account has already, octet\n"
        "for octet, is skipped, so that an import can be repeated.");
    command->add_option("path", options->paths, "Files and folders; - is an mbox on standard input")
        ->required();
    command->add_option("--account", options->account, "Whose mail it becomes")
        ->required()
        ->type_name("ADDRESS");
    command
        ->add_option("--mailbox", options->mailbox,
                     "Where it goes, such as \"Projets/2026\"; made when absent")
        ->type_name("PATH")
        ->capture_default_str();
    command->add_flag("--json", options->json, "Say the result as a JSON object");
    command->callback([&chosen, options] {
        chosen.command = [options](Environment& environment, Console& console) {
            return import_mail(*options, environment, console);
        };
    });
}

} // namespace facteur
