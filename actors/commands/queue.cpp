// facteur queue list|show|retry|hold|release|drop
#include "actors/delivery/queue.h"

#include "actors/clock.h"
#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"
#include "actors/delivery/queue_acts.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/services.h"

#include <caf/all.hpp>

#include <algorithm>
#include <charconv>

namespace facteur {
namespace {

// "12:s4/example.org": what an operator calls an entry by.
std::string name_of_entry(const DueEntry& due) {
    return fmt::format("{}:{}", due.account, due.id);
}

std::string state_of(const DueEntry& due, store::Time now) {
    if (due.entry.held) return "held";
    if (!due.entry.claimed) return "scheduled";
    if (due.due <= now) return "due";
    return due.entry.attempts > 0 ? "deferred" : "waiting";
}

nlohmann::json entry_json(const Environment& environment, const DueEntry& due, store::Time now) {
    const auto account = environment.directory.find(due.account);
    nlohmann::json recipients = nlohmann::json::array();
    for (const auto& recipient : due.entry.envelope.rcpt_to) {
        nlohmann::json one{{"address", recipient.email}, {"state", "waiting"}};
        for (const auto& status : due.entry.settled)
            if (status.address == recipient.email) {
                one["state"] = status.delivered == "no" ? "refused" : "sent";
                one["reply"] = status.smtp_reply;
            }
        recipients.push_back(std::move(one));
    }
    return {{"id", name_of_entry(due)},
            {"account", account ? account->address : std::string()},
            {"sender", due.entry.envelope.mail_from.email},
            {"destination", due.entry.destination},
            {"recipients", std::move(recipients)},
            {"size", due.entry.size},
            {"state", state_of(due, now)},
            {"queued", due.entry.queued > 0 ? nlohmann::json(time_text(due.entry.queued)) : nlohmann::json()},
            {"due", due.entry.held ? nlohmann::json() : nlohmann::json(time_text(due.due))},
            {"attempts", due.entry.attempts},
            {"bulk", due.entry.bulk},
            {"lastReply", due.entry.last_reply}};
}

struct QueueChoice {
    std::vector<std::string> ids;
    std::string destination;
    bool all = false, json = false;

    [[nodiscard]] bool is_chosen(const DueEntry& due) const {
        if (all) return true;
        if (!destination.empty()) return due.entry.destination == destination;
        return std::find(ids.begin(), ids.end(), name_of_entry(due)) != ids.end();
    }
};

int list(Environment& environment, Console& console, const QueueChoice& choice) {
    const auto now = seconds_now();
    std::size_t count = 0;
    Table table({"ID", "STATE", "DUE", ">TRIED", ">SIZE", "SENDER", "TO", "LAST REPLY"});
    JsonList json(console);
    each_queued(environment.store, [&](const DueEntry& due) {
        if (!choice.destination.empty() && due.entry.destination != choice.destination) return true;
        ++count;
        if (choice.json) {
            json.add(entry_json(environment, due, now));
            return !console.is_cancelled();
        }
        const auto& recipients = due.entry.envelope.rcpt_to;
        auto to = recipients.empty() ? std::string() : recipients.front().email;
        if (recipients.size() > 1) to += fmt::format(" +{}", recipients.size() - 1);
        table.add({name_of_entry(due), state_of(due, now), due.entry.held ? "" : time_text(due.due),
                   std::to_string(due.entry.attempts), size_text(due.entry.size),
                   due.entry.envelope.mail_from.email, std::move(to), due.entry.last_reply});
        return !console.is_cancelled();
    });
    if (choice.json)
        json.finish();
    else
        console.write(count > 0 ? table.text() : "The queue is empty.\n");
    return exit_ok;
}

int show(Environment& environment, Console& console, const QueueChoice& choice) {
    std::optional<DueEntry> found;
    each_queued(environment.store, [&](const DueEntry& due) {
        if (choice.is_chosen(due)) found = due;
        return !found;
    });
    if (!found) return refuse(console, fmt::format("There is no entry {} in the queue.", choice.ids.front()));
    const auto json = entry_json(environment, *found, seconds_now());
    if (choice.json) {
        write_json(console, json);
        return exit_ok;
    }
    for (const auto* key : {"id", "account", "sender", "destination", "state", "queued", "due", "lastReply"})
        if (json[key].is_string() && !json[key].get<std::string>().empty())
            console.write(fmt::format("{:<12}{}\n", key, json[key].get<std::string>()));
    console.write(fmt::format("{:<12}{}\n{:<12}{}\n", "size", size_text(found->entry.size), "attempts",
                              found->entry.attempts));
    for (const auto& recipient : json["recipients"])
        console.write(fmt::format("{:<12}{} {} {}\n", "to", recipient["address"].get<std::string>(),
                                  recipient["state"].get<std::string>(), recipient.value("reply", "")));
    return exit_ok;
}

int act(Environment& environment, Console& console, const QueueChoice& choice, QueueAct act) {
    std::vector<DueEntry> chosen;
    each_queued(environment.store, [&](const DueEntry& due) {
        if (choice.is_chosen(due) && !due.entry.destination.empty()) chosen.push_back(due);
        return true;
    });
    // First the hops, or what is due again would meet one that is left alone.
    if (act == QueueAct::retry && environment.server != nullptr) environment.server->queue.retry_hops();
    std::size_t changed = 0;
    int code = exit_ok;
    caf::scoped_actor self(environment.system);
    for (const auto& due : chosen)
        self->request(environment.mailboxes.of(due.account), caf::infinite, act_call(act, due, seconds_now()))
            .receive(
                [&](const MethodAnswered& answered) { changed += answered.answers == "changed" ? 1 : 0; },
                [&](const caf::error& error) {
                    code =
                        refuse(console, fmt::format("{}: {}", name_of_entry(due), to_store(error).message));
                });
    for (const auto& id : choice.ids)
        if (std::none_of(chosen.begin(), chosen.end(),
                         [&](const auto& due) { return name_of_entry(due) == id; }))
            code = refuse(console, fmt::format("There is no entry {} that goes elsewhere.", id));
    if (choice.json)
        write_json(console, {{"found", chosen.size()}, {"changed", changed}});
    else
        console.write(fmt::format("{} of {} changed.\n", changed, chosen.size()));
    return code;
}

void add_act(CLI::App& parent, Run& chosen, const char* name, const char* about, QueueAct of) {
    auto choice = std::make_shared<QueueChoice>();
    auto* command = parent.add_subcommand(name, about);
    auto* ids = command->add_option("id", choice->ids, "Entries, as `queue list` names them");
    auto* destination = command->add_option("--to", choice->destination, "All of this domain");
    auto* all = command->add_flag("--all", choice->all, "All that go elsewhere");
    ids->excludes(destination)->excludes(all);
    destination->excludes(all);
    command->add_flag("--json", choice->json, "As a JSON object");
    command->callback([&chosen, choice, of] {
        if (choice->ids.empty() && choice->destination.empty() && !choice->all)
            throw CLI::RequiredError("an id, --to or --all");
        chosen.command = [choice, of](Environment& environment, Console& console) {
            return act(environment, console, *choice, of);
        };
    });
}

} // namespace

void add_queue(CLI::App& parent, Run& chosen) {
    auto choice = std::make_shared<QueueChoice>();
    auto* listing = parent.add_subcommand("list", "Show what waits to be sent");
    listing->add_option("--to", choice->destination, "Only what goes to this domain");
    listing->add_flag("--json", choice->json, "As a JSON array");
    listing->callback([&chosen, choice] {
        chosen.command = [choice](Environment& environment, Console& console) {
            return list(environment, console, *choice);
        };
    });
    auto one = std::make_shared<QueueChoice>();
    auto* showing = parent.add_subcommand("show", "Show one entry with its recipients");
    showing->add_option("id", one->ids, "As `queue list` names it")->required()->expected(1);
    showing->add_flag("--json", one->json, "As a JSON object");
    showing->callback([&chosen, one] {
        chosen.command = [one](Environment& environment, Console& console) {
            return show(environment, console, *one);
        };
    });
    add_act(parent, chosen, "retry", "Try again now what was put off", QueueAct::retry);
    add_act(parent, chosen, "hold", "Send it no more until it is released", QueueAct::hold);
    add_act(parent, chosen, "release", "Send again what is on hold", QueueAct::release);
    add_act(parent, chosen, "drop", "Take it out of the queue; its sender gets no report", QueueAct::drop);
}

} // namespace facteur
