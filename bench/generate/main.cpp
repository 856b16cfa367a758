// facteur-generate: the mail of a demo academy, the same for the same seed.
#include "bench/generate/academy.h"
#include "transport/mime/headers.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

namespace {

std::int64_t today() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

} // namespace

int main(int argc, char** argv) {
    using namespace facteur;
    generate::Plan plan;
    plan.domain = "academie-demo.fr";
    std::string now;
    bool single = false, quiet = false;
    CLI::App app(
        "Writes the mail of a demo academy: for each account ADDRESS.mbox (received) and ADDRESS.sent.mbox, "
        "and accounts.csv for `facteur account import`. The same seed and date give the same files.");
    app.add_option("folder", plan.folder, "Where the files go; made when it is not there")->required();
    app.add_option("--accounts", plan.accounts,
                   "Number of accounts; the first three are always the same people")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    app.add_option("--messages", plan.messages, "Messages of each account, received and sent, about")
        ->capture_default_str()
        ->check(CLI::Range(1, 10000000));
    app.add_option("--domain", plan.domain, "Domain of the academy")->capture_default_str();
    app.add_option("--seed", plan.seed, "Another seed, other mail")->capture_default_str();
    app.add_option(
        "--now", now,
        "Messages are of the year before this date (2026-11-24 or 2026-11-24T10:00:00Z); default: now");
    app.add_option("--password", plan.password,
                   "Password of every account; default: words that the seed gives");
    app.add_flag("--single", single, "One mailbox of small messages only, fast, for benchmarks of lists");
    app.add_flag("-q,--quiet", quiet, "No progress");
    CLI11_PARSE(app, argc, argv);

    plan.now = today();
    if (!now.empty()) {
        const auto date = mime::parse_iso_date(now.size() == 10 ? now + "T18:00:00Z" : now);
        if (!date) {
            fmt::print(stderr, "--now: \"{}\" is no date.\n", now);
            return 2;
        }
        plan.now = date->seconds;
    }
    std::error_code failed;
    std::filesystem::create_directories(plan.folder, failed);
    if (failed) {
        fmt::print(stderr, "{}: {}\n", plan.folder, failed.message());
        return 1;
    }
    const bool shows_progress = !quiet && isatty(fileno(stderr)) != 0;
    if (shows_progress)
        plan.progress = [](std::size_t done, std::size_t total) {
            fmt::print(stderr, "\r{} of {} messages", done, total);
        };
    const auto outcome = single ? generate::generate_single(plan) : generate::generate_academy(plan);
    if (shows_progress) fmt::print(stderr, "\r\x1B[K");
    if (!outcome.error.empty()) {
        fmt::print(stderr, "{}\n", outcome.error);
        return 1;
    }
    if (!quiet)
        fmt::print("{} accounts, {} messages, {:.1f} MB in {}\n", outcome.written.accounts,
                   outcome.written.messages, static_cast<double>(outcome.written.octets) / 1e6, plan.folder);
    return 0;
}
