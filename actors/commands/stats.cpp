#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"
#include "actors/indexing/indexing.h"
#include "actors/limits.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/process.h"
#include "actors/services.h"

#include <filesystem>

namespace facteur {
namespace {

struct StatsOptions {
    bool limits = false, json = false;
};

std::uint64_t octets_on_disk(const std::string& folder) {
    std::uint64_t octets = 0;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        std::error_code unreadable;
        const auto size = at->is_regular_file(unreadable) ? at->file_size(unreadable) : 0;
        if (!unreadable) octets += size;
    }
    return octets;
}

nlohmann::json lane_json(const store::LaneStatistics& lane) {
    const auto each = [](double total, std::uint64_t count) {
        return count > 0 ? total / static_cast<double>(count) : 0.0;
    };
    return {{"commits", lane.commits},
            {"batches", lane.batches},
            {"commitsPerBatch", each(static_cast<double>(lane.commits), lane.batches)},
            {"syncMilliseconds", each(lane.sync_seconds * 1000, lane.batches)},
            {"bodiesWritten", lane.bodies_written},
            {"waiting", lane.waiting},
            {"waitingOctets", lane.waiting_bytes}};
}

nlohmann::json gather(Environment& environment) {
    std::uint64_t accounts = 0, suspended = 0, emails = 0, octets = 0;
    for_each_account(environment, [&](const store::AccountRow& account) {
        const auto state = environment.store.read(account.id).state(account.id);
        ++accounts;
        if (account.status == store::AccountStatus::suspended) ++suspended;
        emails += state.emails;
        octets += state.size;
        return true;
    });
    nlohmann::json all{{"version", program_version()},
                       {"running", environment.server != nullptr},
                       {"accounts", accounts},
                       {"suspended", suspended},
                       {"emails", emails},
                       {"octets", octets},
                       {"shards", environment.store.shards()},
                       {"octetsOnDisk", octets_on_disk(environment.config.store.path)}};
    if (environment.server == nullptr) return all;
    const auto process = process_statistics();
    all["residentOctets"] = process.resident_octets;
    all["openFiles"] = process.open_files;
    all["mailboxActors"] = environment.mailboxes.active();
    all["lanes"] = nlohmann::json::array();
    for (const auto& lane : environment.store.statistics())
        all["lanes"].push_back(lane_json(lane));
    std::uint64_t documents = 0, behind = 0;
    for (const auto& shard : environment.server->indexing.statistics()) {
        documents += shard.documents;
        behind += shard.last - shard.indexed;
    }
    all["search"] = {{"documents", documents}, {"commitsBehind", behind}};
    return all;
}

std::string described_store(const nlohmann::json& all) {
    std::string out;
    const auto line = [&](std::string_view key, const std::string& value) {
        out += fmt::format("{:<16}{}\n", key, value);
    };
    const auto number = [&](const char* key) { return all[key].get<std::uint64_t>(); };
    line("version", all["version"].get<std::string>());
    line("server", all["running"].get<bool>() ? "running" : "stopped");
    line("accounts",
         fmt::format("{} ({} suspended)", count_text(number("accounts")), count_text(number("suspended"))));
    line("emails", fmt::format("{} ({})", count_text(number("emails")), size_text(number("octets"))));
    line("on disk", fmt::format("{} in {} shards", size_text(number("octetsOnDisk")), number("shards")));
    if (!all["running"].get<bool>()) return out;
    line("memory", size_text(number("residentOctets")));
    line("open files", count_text(number("openFiles")));
    line("mailboxes", fmt::format("{} in use", count_text(number("mailboxActors"))));
    line("search", fmt::format("{} documents, {} commits behind",
                               count_text(all["search"]["documents"].get<std::uint64_t>()),
                               count_text(all["search"]["commitsBehind"].get<std::uint64_t>())));
    Table lanes({"LANE", ">COMMITS", ">BATCHES", ">COMMITS/BATCH", ">SYNC MS", ">WAITING"});
    std::size_t index = 0;
    for (const auto& lane : all["lanes"])
        lanes.add({++index == all["lanes"].size() ? "directory" : std::to_string(index - 1),
                   count_text(lane["commits"].get<std::uint64_t>()),
                   count_text(lane["batches"].get<std::uint64_t>()),
                   fmt::format("{:.1f}", lane["commitsPerBatch"].get<double>()),
                   fmt::format("{:.2f}", lane["syncMilliseconds"].get<double>()),
                   count_text(lane["waiting"].get<std::uint64_t>())});
    return out + "\n" + lanes.text();
}

void show_limits(const StatsOptions& options, const Config& config, Console& console) {
    auto array = nlohmann::json::array();
    Table table({"LIMIT", ">VALUE", "UNIT", "SET BY"});
    for (const auto& limit : all_limits(config)) {
        array.push_back({{"name", limit.name},
                         {"value", limit.value},
                         {"unit", limit.unit},
                         {"configured", limit.configured}});
        table.add({std::string(limit.name), count_text(limit.value), std::string(limit.unit),
                   limit.configured ? "configuration" : "fixed"});
    }
    if (options.json)
        write_json(console, array);
    else
        console.write(table.text());
}

} // namespace

void add_stats(CLI::App& parent, Run& chosen) {
    auto options = std::make_shared<StatsOptions>();
    auto* command =
        parent.add_subcommand("stats", "Show what the store holds and, of a running server, how it fares");
    command->add_flag("--limits", options->limits, "Show every limit instead");
    command->add_flag("--json", options->json, "As JSON");
    command->callback([&chosen, options] {
        chosen.command = [options](Environment& environment, Console& console) -> int {
            if (options->limits) {
                show_limits(*options, environment.config, console);
                return exit_ok;
            }
            const auto all = gather(environment);
            if (options->json)
                write_json(console, all);
            else
                console.write(described_store(all));
            return exit_ok;
        };
    });
}

} // namespace facteur
