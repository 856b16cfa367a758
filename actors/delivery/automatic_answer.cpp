#include "actors/delivery/automatic_answer.h"

#include "actors/accounts/directory.h"
#include "actors/delivery/outbound/route.h"
#include "actors/delivery/queue_entry.h"
#include "actors/delivery/reverse_path.h"
#include "actors/log.h"
#include "actors/session/jmap/write_call.h"
#include "transport/mime/headers.h"
#include "transport/smtp/trace.h"

#include <fmt/format.h>

namespace facteur {
namespace {

vacation::Owner owner_of(const store::AccountRow& account) {
    vacation::Owner owner{account.name, {account.address}, account.locale};
    owner.addresses.insert(owner.addresses.end(), account.aliases.begin(), account.aliases.end());
    return owner;
}

bool was_answered(const store::Snapshot& now, store::AccountId account, const store::Hash& once,
                  store::Time at) {
    const auto last = now.delivered_at(account, once);
    return last && at - *last < vacation::once_period;
}

std::string write_entry(const smtp::Mailbox& to, const store::Body& body, std::string_view destination,
                        store::Time now) {
    QueueEntry entry;
    entry.envelope.rcpt_to.push_back({to.text(), {}});
    entry.body = body.hash;
    entry.size = body.bytes->size();
    entry.claimed = entry.as_is = true;
    entry.queued = now;
    entry.destination = destination;
    return write_queue_entry(entry);
}

} // namespace

std::optional<AutomaticAnswer> automatic_answer(const Services& services, const store::AccountRow& account,
                                                std::string_view message, store::Time now) {
    const auto snapshot = services.store.read(account.id);
    const auto row = snapshot.object(account.id, store::ObjectType::vacation_response, vacation_id);
    const auto response = row ? read_vacation_response(*row) : std::nullopt;
    if (!response || !response->vacation.is_enabled) return std::nullopt;

    const auto owner = owner_of(account);
    const auto header = mime::header_of(message);
    const auto sender = reverse_path(message);
    const auto verdict = vacation::decide(response->vacation, owner, header, sender, now);
    if (verdict != vacation::Verdict::answer) {
        log(Severity::debug, "no automatic answer",
            {{"account", account.address}, {"why", vacation::name_of(verdict)}});
        return std::nullopt;
    }
    const bool here = services.directory.is_local_domain(sender->domain);
    if (!here && !can_be_sent_to(*sender)) return std::nullopt;
    AutomaticAnswer answer;
    const auto once = store::hash_of(
        fmt::format("vacation {} {}", response->round, vacation::once_key(response->vacation, *sender)));
    if (was_answered(snapshot, account.id, once, now)) return std::nullopt;

    vacation::Answer wanted;
    wanted.vacation = &response->vacation;
    wanted.owner = &owner;
    wanted.header = header;
    wanted.to = *sender;
    wanted.domain = services.directory.domain();
    wanted.at = now;
    wanted.smtputf8 = !sender->is_ascii();
    wanted.random = random_number;
    auto text = vacation::write_answer(wanted);
    if (!text) {
        log(Severity::warn, "no automatic answer",
            {{"account", account.address}, {"why", text.error().message}});
        return std::nullopt;
    }
    text->insert(0, smtp::return_path_field(std::nullopt));
    answer.body.body = store::make_body(std::make_shared<const std::string>(std::move(*text)));
    if (!here) answer.destination = sender->domain;
    answer.entry = write_entry(*sender, answer.body.body, answer.destination, now);
    answer.once = once.bytes;
    return answer;
}

} // namespace facteur
