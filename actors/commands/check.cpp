#include "actors/commands/commands.h"
#include "actors/commands/output.h"
#include "actors/commands/progress.h"
#include "actors/indexing/indexing.h"
#include "actors/services.h"
#include "store/store.h"

#include <chrono>
#include <future>

namespace facteur {
namespace {

struct CheckOptions {
    bool quick = false, json = false;
};

constexpr auto look_again = std::chrono::milliseconds(200);

std::uint64_t documents_in(const Indexing& indexing) {
    std::uint64_t documents = 0;
    for (const auto& shard : indexing.statistics())
        documents += shard.documents;
    return documents;
}

store::Result<void> bring_up_to_date(Indexing& indexing, std::uint64_t emails, Console& console) {
    auto done = std::async(std::launch::async, [&] { return indexing.wait_until_current(); });
    if (done.wait_for(look_again) == std::future_status::ready) return done.get();
    Progress progress(console, "Indexing", emails);
    do
        progress.reach(documents_in(indexing));
    while (done.wait_for(look_again) != std::future_status::ready);
    return done.get();
}

store::Result<std::vector<store::Finding>> search_findings(Indexing& indexing, bool quick,
                                                           std::uint64_t emails, Console& console) {
    if (auto done = bring_up_to_date(indexing, emails, console); !done) return tl::unexpected(done.error());
    Progress progress(console, "Checking the search index", emails);
    std::uint64_t seen = 0;
    return check_search(indexing, quick, [&] { progress.reach(++seen); });
}

// The index of a running server, or one that is opened for the check and first reads what the log has.
store::Result<std::vector<store::Finding>> search_findings(Environment& environment, bool quick,
                                                           std::uint64_t emails, Console& console) {
    if (environment.server != nullptr)
        return search_findings(environment.server->indexing, quick, emails, console);
    const auto indexing = Indexing::start(environment.store);
    if (!indexing) return tl::unexpected(indexing.error());
    return search_findings(**indexing, quick, emails, console);
}

nlohmann::json json_of(const store::CheckReport& report) {
    auto findings = nlohmann::json::array();
    for (const auto& finding : report.findings)
        findings.push_back(
            {{"shard", finding.shard}, {"account", finding.account}, {"finding", finding.what}});
    return {{"accounts", report.accounts}, {"mailboxes", report.mailboxes}, {"emails", report.emails},
            {"bodies", report.bodies},     {"octets", report.octets},       {"findings", findings}};
}

int check_store(const CheckOptions& options, Environment& environment, Console& console) {
    store::Result<store::CheckReport> report;
    {
        std::unique_ptr<Progress> progress;
        report = store::check(environment.store, options.quick, [&](std::uint64_t done, std::uint64_t total) {
            if (!progress) progress = std::make_unique<Progress>(console, "Checking", total);
            progress->reach(done);
        });
    }
    if (!report) return refuse(console, report.error().message, exit_unreachable);
    auto search = search_findings(environment, options.quick, report->emails, console);
    if (!search) return refuse(console, fmt::format("search: {}", search.error().message), exit_unreachable);
    for (auto& finding : *search)
        report->findings.push_back({finding.shard, finding.account, "search: " + finding.what});

    const auto code = report->findings.empty() ? exit_ok : exit_findings;
    if (options.json) {
        write_json(console, json_of(*report));
        return code;
    }
    for (const auto& finding : report->findings)
        console.write(
            fmt::format("shard {}, account {}: {}\n", finding.shard, finding.account, finding.what));
    console.write(
        fmt::format("{} accounts, {} mailboxes, {} emails, {} bodies ({}): {}\n",
                    count_text(report->accounts), count_text(report->mailboxes), count_text(report->emails),
                    count_text(report->bodies), size_text(report->octets),
                    code == exit_ok ? "all is well." : fmt::format("{} findings.", report->findings.size())));
    return code;
}

} // namespace

void add_check(CLI::App& parent, Run& chosen) {
    auto options = std::make_shared<CheckOptions>();
    auto* command = parent.add_subcommand(
        "check", "Walk the whole store and verify every index, counter, reference count, body hash\n"
                 "and the search index; changes nothing but bringing the search index up to date");
    command->add_flag("--quick", options->quick, "Without reading bodies");
    command->add_flag("--json", options->json, "As a JSON object");
    command->callback([&chosen, options] {
        chosen.command = [options](Environment& environment, Console& console) {
            return check_store(*options, environment, console);
        };
    });
}

} // namespace facteur
