#include "store/backup/restore.h"

#include "actors/clock.h"
#include "actors/commands/backup_folder.h"
#include "actors/commands/commands.h"
#include "actors/commands/output.h"
#include "actors/commands/progress.h"
#include "actors/ground.h"

namespace facteur {
namespace {

namespace bk = store::backup;

struct RestoreChoices {
    std::string folder;
    std::uint64_t backup = 0;
    bool json = false;
};

int restore(const RestoreChoices& chosen, const Config& config, Console& console) {
    auto folder = BackupFolder::open(console, chosen.folder, false);
    if (!folder) return refuse(console, folder.error().message, exit_usage);
    bk::RestoreOptions options{store_options(config), seconds_now(), {}};
    if (chosen.backup != 0) options.generation = chosen.backup;
    store::Result<bk::RestoreReport> report;
    {
        std::unique_ptr<Progress> bar;
        report = bk::restore(*folder, options, [&](std::uint64_t done, std::uint64_t total) {
            if (!bar) bar = std::make_unique<Progress>(console, "Restoring", total);
            bar->reach(done);
        });
    }
    if (!report) {
        const auto code = report.error().code;
        const bool nothing_done =
            code == store::Code::exists || code == store::Code::not_found || code == store::Code::busy;
        return refuse(console, report.error().message, nothing_done ? exit_usage : exit_findings);
    }
    for (const auto& finding : report->findings)
        console.complain(fmt::format("facteur: {}\n", finding));
    if (chosen.json)
        write_json(console, {{"backup", report->generation},
                             {"made", time_text(report->at)},
                             {"accounts", report->accounts},
                             {"commits", report->commits},
                             {"bodies", report->bodies},
                             {"octets", report->octets},
                             {"findings", report->findings}});
    else
        console.write(fmt::format("Backup {} of {} restored to {}: {} accounts, {} bodies ({}).\n",
                                  report->generation, time_text(report->at), config.store.path,
                                  count_text(report->accounts), count_text(report->bodies),
                                  size_text(report->octets)));
    return report->findings.empty() ? exit_ok : exit_findings;
}

} // namespace

void add_restore(CLI::App& parent, Run& chosen) {
    auto options = std::make_shared<RestoreChoices>();
    auto* command = parent.add_subcommand(
        "restore", "Make the store again of a backup, in the configured data folder, which must be empty");
    command->add_option("folder", options->folder, "That `facteur backup` wrote to")->required();
    command->add_option("--backup", options->backup, "Its number (backup --list); default: the newest")
        ->type_name("N");
    command->add_flag("--json", options->json, "As JSON");
    command->callback([&chosen, options] {
        chosen.alone = [options](const Config& config, Console& console) {
            return restore(*options, config, console);
        };
    });
}

} // namespace facteur
