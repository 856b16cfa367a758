#include "actors/delivery/queue_entry.h"

#include "store/change.h"
#include "transport/jmap/value.h"

#include <fmt/format.h>

namespace facteur {

std::string write_queue_entry(const QueueEntry& entry) {
    std::string value;
    jmap::Writer out(value);
    out.begin_object();
    write(entry.envelope, out.key("envelope"));
    out.member("body", store::to_hex(entry.body)).member("size", entry.size);
    out.member("claimed", entry.claimed).member("attempts", entry.attempts);
    out.key("settled").begin_array();
    for (const auto& status : entry.settled) {
        out.begin_object().member("address", status.address).member("reply", status.smtp_reply);
        out.member("delivered", status.delivered).end_object();
    }
    out.end_array().end_object();
    return value;
}

std::optional<QueueEntry> read_queue_entry(std::string_view value) {
    const auto document = jmap::Document::parse(value);
    const auto object = document ? jmap::as_object(document->root()) : std::nullopt;
    if (!object) return std::nullopt;
    const auto text = [](jmap::Object of, std::string_view name) {
        const auto found = jmap::member(of, name);
        return std::string((found ? jmap::as_string(*found) : std::nullopt).value_or(std::string_view{}));
    };
    const auto number = [&](std::string_view name) {
        const auto found = jmap::member(*object, name);
        return found ? jmap::as_unsigned(*found).value_or(0) : 0;
    };
    auto envelope = read_envelope(*object);
    const auto body = store::hash_from_hex(text(*object, "body"));
    if (!envelope || !body) return std::nullopt;
    QueueEntry entry;
    entry.envelope = std::move(*envelope);
    entry.body = *body;
    entry.size = number("size");
    const auto claimed = jmap::member(*object, "claimed");
    entry.claimed = claimed && jmap::as_boolean(*claimed) == true;
    entry.attempts = static_cast<std::uint32_t>(number("attempts"));
    const auto settled = jmap::member(*object, "settled");
    if (const auto list = settled ? jmap::as_array(*settled) : std::nullopt)
        for (const jmap::Value item : *list)
            if (const auto status = jmap::as_object(item))
                entry.settled.push_back(
                    {text(*status, "address"), text(*status, "reply"), text(*status, "delivered")});
    return entry;
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
