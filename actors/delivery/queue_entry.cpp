#include "actors/delivery/queue_entry.h"

#include "store/change.h"
#include "transport/jmap/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace facteur {
namespace {

void write_statuses(std::string_view name, const std::vector<DeliveryStatus>& statuses, jmap::Writer& out) {
    out.key(name).begin_array();
    for (const auto& status : statuses) {
        out.begin_object().member("address", status.address).member("reply", status.smtp_reply);
        out.member("delivered", status.delivered).end_object();
    }
    out.end_array();
}

std::string text_of(jmap::Object of, std::string_view name) {
    const auto found = jmap::member(of, name);
    return std::string((found ? jmap::as_string(*found) : std::nullopt).value_or(std::string_view{}));
}
bool is_set(jmap::Object of, std::string_view name) {
    const auto found = jmap::member(of, name);
    return found && jmap::as_boolean(*found) == true;
}
std::vector<DeliveryStatus> read_statuses(jmap::Object of, std::string_view name) {
    std::vector<DeliveryStatus> statuses;
    const auto found = jmap::member(of, name);
    if (const auto list = found ? jmap::as_array(*found) : std::nullopt)
        for (const jmap::Value item : *list)
            if (const auto status = jmap::as_object(item))
                statuses.push_back(
                    {text_of(*status, "address"), text_of(*status, "reply"), text_of(*status, "delivered")});
    return statuses;
}

} // namespace

std::string write_queue_entry(const QueueEntry& entry) {
    std::string value;
    jmap::Writer out(value);
    out.begin_object();
    write(entry.envelope, out.key("envelope"));
    out.member("body", store::to_hex(entry.body)).member("size", entry.size);
    out.member("claimed", entry.claimed).member("attempts", entry.attempts);
    write_statuses("settled", entry.settled, out);
    if (entry.queued != 0 || entry.as_is) {
        out.member("destination", entry.destination).member("queued", entry.queued);
        out.member("bulk", entry.bulk).member("asIs", entry.as_is).member("warned", entry.warned);
        out.member("forwarded", entry.forwarded);
        out.member("held", entry.held).member("dueBeforeHold", entry.due_before_hold);
        out.member("lastReply", entry.last_reply);
        out.member("nextAttempt", entry.next_attempt);
        write_statuses("untold", entry.untold, out);
    }
    out.end_object();
    return value;
}

std::optional<QueueEntry> read_queue_entry(std::string_view value) {
    const auto document = jmap::Document::parse(value);
    const auto object = document ? jmap::as_object(document->root()) : std::nullopt;
    if (!object) return std::nullopt;
    const auto number = [&](std::string_view name) {
        const auto found = jmap::member(*object, name);
        return found ? jmap::as_unsigned(*found).value_or(0) : 0;
    };
    auto envelope = read_envelope(*object);
    const auto body = store::hash_from_hex(text_of(*object, "body"));
    if (!envelope || !body) return std::nullopt;
    QueueEntry entry;
    entry.envelope = std::move(*envelope);
    entry.body = *body;
    entry.size = number("size");
    entry.claimed = is_set(*object, "claimed");
    entry.attempts = static_cast<std::uint32_t>(number("attempts"));
    entry.settled = read_statuses(*object, "settled");
    entry.destination = text_of(*object, "destination");
    entry.queued = static_cast<store::Time>(number("queued"));
    entry.bulk = is_set(*object, "bulk");
    entry.as_is = is_set(*object, "asIs");
    entry.forwarded = is_set(*object, "forwarded");
    entry.warned = is_set(*object, "warned");
    entry.held = is_set(*object, "held");
    entry.due_before_hold = static_cast<store::Time>(number("dueBeforeHold"));
    entry.last_reply = text_of(*object, "lastReply");
    entry.untold = read_statuses(*object, "untold");
    entry.next_attempt = static_cast<store::Time>(number("nextAttempt"));
    return entry;
}

bool is_local_part(std::string_view id) {
    return id.find("//") != std::string_view::npos;
}

std::string_view submission_of(std::string_view id) {
    return id.substr(0, id.find('/'));
}

std::string domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    std::string domain(at == std::string_view::npos ? std::string_view{} : address.substr(at + 1));
    for (char& c : domain)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return domain;
}

std::vector<std::pair<std::string, QueueEntry>> split_off(std::string_view id, QueueEntry& entry,
                                                          std::string_view domain) {
    std::map<std::string, std::vector<EnvelopeAddress>> elsewhere;
    std::vector<EnvelopeAddress> here;
    const bool bulk = entry.envelope.rcpt_to.size() > most_of_a_person;
    for (auto& recipient : entry.envelope.rcpt_to) {
        auto of = domain_of(recipient.email);
        (of.empty() || of == domain ? here : elsewhere[std::move(of)]).push_back(std::move(recipient));
    }
    entry.envelope.rcpt_to.clear();
    std::vector<std::pair<std::string, QueueEntry>> parts;
    const auto cut = [&](const std::string& destination, std::vector<EnvelopeAddress>& recipients,
                         std::size_t most) {
        QueueEntry part = entry;
        part.settled.clear();
        part.untold.clear();
        part.destination = destination;
        part.bulk = bulk;
        for (std::size_t from = 0, n = 1; from < recipients.size(); from += most, ++n) {
            const auto first = recipients.begin() + static_cast<long>(from);
            const auto last =
                recipients.begin() + static_cast<long>(std::min(recipients.size(), from + most));
            part.envelope.rcpt_to.assign(std::move_iterator(first), std::move_iterator(last));
            parts.emplace_back(n == 1 && !destination.empty() ? fmt::format("{}/{}", id, destination)
                                                              : fmt::format("{}/{}/{}", id, destination, n),
                               part);
        }
    };
    for (auto& [destination, recipients] : elsewhere)
        cut(destination, recipients, most_sent_at_once);
    if (here.size() > most_filed_of_entry)
        cut({}, here, most_filed_of_entry);
    else
        entry.envelope.rcpt_to = std::move(here);
    return parts;
}

bool is_settled(const QueueEntry& entry, std::string_view address) {
    return std::any_of(entry.settled.begin(), entry.settled.end(),
                       [&](const auto& status) { return status.address == address; });
}

std::vector<DeliveryStatus> queued_statuses(const Envelope& envelope) {
    std::vector<DeliveryStatus> statuses;
    for (const auto& recipient : envelope.rcpt_to)
        statuses.push_back({recipient.email, "250 2.0.0 Queued for delivery", "queued"});
    return statuses;
}

std::string delivery_key(store::AccountId sender, std::string_view submission) {
    return fmt::format("submission {} {}", sender, submission);
}

} // namespace facteur
