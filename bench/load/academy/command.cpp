#include "bench/load/academy/command.h"

#include "bench/load/academy/fill.h"
#include "bench/load/academy/simulation.h"

#include <sys/resource.h>

#include <csignal>
#include <iostream>
#include <memory>

namespace facteur::load::academy {
namespace {

struct CommandOptions {
    Plan plan;
    std::string mbox;
};

void raise_limits() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    std::signal(SIGPIPE, SIG_IGN);
}

} // namespace

void add_commands(CLI::App& app) {
    const auto options = std::make_shared<CommandOptions>();
    auto& plan = options->plan;
    const auto common = [&](CLI::App* command) {
        command->add_option("--imap-port", plan.ports.imap)->required();
        command->add_option("--accounts", plan.academy.accounts, "u1@DOMAIN to uN@DOMAIN")
            ->check(CLI::Range(10, 1'000'000));
        command->add_option("--largest", plan.academy.largest,
                            "messages of u1's mailbox; that of uN has an Nth of them, but at least 10");
        command->add_option("--domain", plan.academy.domain);
        command->add_option("--password", plan.academy.password);
        return command;
    };
    auto* filling = common(app.add_subcommand("academy-fill", "the mailboxes of the simulated academy"));
    filling->add_option("mbox", options->mbox)->required();
    filling->callback([options] {
        std::cout << fill(options->plan.academy, options->plan.ports.imap, options->mbox).dump() << std::endl;
    });

    auto* day = common(app.add_subcommand("academy", "the day of a school district, open loop"));
    day->add_option("--http-port", plan.ports.http)->required();
    day->add_option("--smtp-port", plan.ports.smtp)->required();
    const auto time_of_day = CLI::Range(day_begins, day_begins + day_lasts);
    day->add_option("--from", plan.from, "seconds since midnight: a part of the day")->check(time_of_day);
    day->add_option("--to", plan.to)->check(time_of_day);
    day->add_option("--seconds", plan.seconds, "that the day, or the part of it, takes")
        ->check(CLI::Range(1.0, 86'400.0));
    day->add_option("--faster", plan.faster, "real seconds in one; default: what the seconds say");
    day->add_option(
        "--sessions-per-second", plan.sessions_per_second,
        "web sessions begun each second, and all else in proportion, instead of the day's course");
    day->add_option("--web-sessions", plan.web_sessions, "of a person and day")->check(CLI::PositiveNumber);
    day->add_option("--mail-programs", plan.mail_programs, "sessions of them, of a person and day");
    day->add_option("--letters", plan.letters, "that come from outside, of a person and day");
    day->add_option("--week", plan.week)->check(CLI::IsMember({"plain", "report-cards"}));
    day->add_option("--patience", plan.patience, "seconds after the end for what is under way");
    day->add_option("--seed", plan.seed);
    day->add_option("--cpu", plan.cpu, "of the server: ids of processes, or files of control groups")
        ->delimiter(',');
    day->callback([options] {
        if (options->plan.from >= options->plan.to) stop("--to is after --from");
        raise_limits();
        std::cout << simulate(options->plan).dump() << std::endl;
    });
}

} // namespace facteur::load::academy
