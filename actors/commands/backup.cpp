#include "store/backup/backup.h"

#include "actors/clock.h"
#include "actors/commands/backup_folder.h"
#include "actors/commands/commands.h"
#include "actors/commands/output.h"
#include "actors/commands/progress.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace facteur {
namespace {

namespace bk = store::backup;

struct BackupChoices {
    std::string folder;
    std::size_t keep = 0;
    bool full = false, verify = false, list = false, json = false;
};

// Draws from the first report on.
class Bar {
public:
    Bar(Console& console, std::string title) : console_(console), title_(std::move(title)) {}
    void operator()(std::uint64_t done, std::uint64_t total) {
        if (!progress_) progress_ = std::make_unique<Progress>(console_, title_, total);
        progress_->reach(done);
    }

private:
    Console& console_;
    std::string title_;
    std::unique_ptr<Progress> progress_;
};

int code_of(const store::Error& error) {
    const bool nothing_done = error.code == store::Code::invalid || error.code == store::Code::busy;
    return nothing_done ? exit_usage : exit_findings;
}

// What cannot be made again, of the data folder: the secret of SCRAM and keys that others know the public
// part of.
std::vector<bk::OtherFile> other_files(const std::string& store) {
    namespace fs = std::filesystem;
    std::vector<fs::path> names{"secret"};
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(fs::path(store) / "dkim", ignored))
        if (entry.is_regular_file(ignored)) names.push_back(fs::path("dkim") / entry.path().filename());
    std::sort(names.begin(), names.end());
    std::vector<bk::OtherFile> files;
    for (const auto& name : names)
        if (std::ifstream in(fs::path(store) / name, std::ios::binary); in)
            files.push_back({name.string(), std::string(std::istreambuf_iterator<char>(in), {})});
    return files;
}

int back_up(const BackupChoices& chosen, Environment& environment, Console& console) {
    auto folder = BackupFolder::open(console, chosen.folder, true);
    if (!folder) return refuse(console, folder.error().message, code_of(folder.error()));
    bk::BackupOptions options;
    options.now = seconds_now();
    options.full = chosen.full;
    options.keep = chosen.keep;
    options.others = other_files(environment.config.store.path);
    for (const auto& file : options.others)
        if (file.name == "secret")
            options.store = to_hex(store::hash_of("backup of " + file.bytes)).substr(0, 32);
    store::Result<bk::BackupReport> report;
    {
        Bar bar(console, "Backing up");
        report = bk::back_up(environment.store, *folder, options, std::ref(bar));
    }
    if (!report) return refuse(console, report.error().message, code_of(report.error()));
    for (const auto& finding : report->findings)
        console.complain(fmt::format("facteur: {}\n", finding));
    if (chosen.json)
        write_json(console, {{"backup", report->generation},
                             {"files", report->files},
                             {"octets", report->octets},
                             {"commits", report->commits},
                             {"bodies", report->bodies},
                             {"shardsWhole", report->shards_whole},
                             {"filesRemoved", report->removed_files},
                             {"findings", report->findings}});
    else
        console.write(fmt::format("Backup {}: {} commits and {} bodies, {} in {} files{}.\n",
                                  report->generation, count_text(report->commits), count_text(report->bodies),
                                  size_text(report->octets), count_text(report->files),
                                  report->shards_whole > 0
                                      ? fmt::format(", all rows of {} shards", report->shards_whole)
                                      : std::string()));
    return report->findings.empty() ? exit_ok : exit_findings;
}

std::string joined(const std::vector<std::uint64_t>& numbers) {
    return fmt::format("{}", fmt::join(numbers, ", "));
}

int verify(const BackupChoices& chosen, Console& console) {
    auto folder = BackupFolder::open(console, chosen.folder, false);
    if (!folder) return refuse(console, folder.error().message, code_of(folder.error()));
    store::Result<bk::VerifyReport> report;
    {
        Bar bar(console, "Checking");
        report = bk::verify(*folder, std::ref(bar));
    }
    if (!report) return refuse(console, report.error().message, code_of(report.error()));
    const auto code = report->findings.empty() ? exit_ok : exit_findings;
    if (chosen.json) {
        auto findings = nlohmann::json::array();
        for (const auto& damage : report->findings)
            findings.push_back({{"finding", damage.what}, {"backups", damage.generations}});
        write_json(console, {{"backups", report->generations},
                             {"files", report->files},
                             {"octets", report->octets},
                             {"findings", findings}});
        return code;
    }
    for (const auto& damage : report->findings)
        console.write(damage.generations.empty()
                          ? damage.what + "\n"
                          : fmt::format("{} Needed by: {}\n", damage.what, joined(damage.generations)));
    console.write(
        fmt::format("{} backups, {} files ({}): {}\n", report->generations.size(), count_text(report->files),
                    size_text(report->octets),
                    code == exit_ok ? "all is well." : fmt::format("{} findings.", report->findings.size())));
    return code;
}

int list(const BackupChoices& chosen, Console& console) {
    auto folder = BackupFolder::open(console, chosen.folder, false);
    if (!folder) return refuse(console, folder.error().message, code_of(folder.error()));
    std::vector<std::string> findings;
    const auto manifests = bk::read_manifests(*folder, findings);
    if (!manifests) return refuse(console, manifests.error().message);
    for (const auto& finding : findings)
        console.complain(fmt::format("facteur: {}\n", finding));
    Table table({">backup", "made", ">files", ">size"});
    auto array = nlohmann::json::array();
    for (const auto& manifest : *manifests) {
        std::uint64_t octets = 0;
        for (const auto& file : manifest.files)
            octets += file.size;
        table.add({std::to_string(manifest.generation), time_text(manifest.at),
                   count_text(manifest.files.size()), size_text(octets)});
        array.push_back({{"backup", manifest.generation},
                         {"made", time_text(manifest.at)},
                         {"files", manifest.files.size()},
                         {"octets", octets}});
    }
    if (chosen.json)
        write_json(console, array);
    else
        console.write(table.text());
    return findings.empty() ? exit_ok : exit_findings;
}

} // namespace

void add_backup(CLI::App& parent, Run& chosen) {
    auto options = std::make_shared<BackupChoices>();
    auto* command = parent.add_subcommand(
        "backup",
        "Back up the store to a folder, which holds earlier backups too: only what is new is copied.\n"
        "The folder then holds secrets: it is for nobody else's eyes");
    command->add_option("folder", options->folder, "Where to; made when absent")->required();
    command->add_option("--keep", options->keep, "Keep so many backups (default: all)")
        ->type_name("N")
        ->check(CLI::Range(1u, 1u << 20));
    command->add_flag("--full", options->full, "Copy all rows again; bodies that are there are not copied");
    auto* verifies = command->add_flag("--verify", options->verify, "Only check what is in the folder");
    command->add_flag("--list", options->list, "Only show what is in the folder")->excludes(verifies);
    command->add_flag("--json", options->json, "As JSON");
    command->callback([&chosen, options] {
        if (options->verify || options->list)
            chosen.alone = [options](const Config&, Console& console) {
                return options->verify ? verify(*options, console) : list(*options, console);
            };
        else
            chosen.command = [options](Environment& environment, Console& console) {
                return back_up(*options, environment, console);
            };
    });
}

} // namespace facteur
