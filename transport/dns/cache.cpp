#include "transport/dns/cache.h"

#include <algorithm>

namespace facteur::dns {
namespace {

constexpr std::size_t entry_octets = 256; // of the maps and of one Answer without what it points to

std::size_t size_of(const std::string& name, const Answer& answer) {
    std::size_t octets = entry_octets + 2 * name.size() + answer.canonical_name.size();
    for (const auto& record : answer.records) {
        octets += sizeof(Record);
        if (const auto* address = std::get_if<Address>(&record)) octets += address->text.size();
        if (const auto* alias = std::get_if<Alias>(&record)) octets += alias->target.size();
        if (const auto* mx = std::get_if<Mx>(&record)) octets += mx->exchange.size();
        if (const auto* text = std::get_if<Text>(&record)) octets += text->text.size();
        if (const auto* tlsa = std::get_if<Tlsa>(&record)) octets += tlsa->data.size();
    }
    return octets;
}

} // namespace

std::optional<Answer> Cache::find(const std::string& name, Type type, std::int64_t now) {
    const auto entry = entries_.find({name, type});
    if (entry == entries_.end()) return std::nullopt;
    if (entry->second.until <= now) {
        erase(entry);
        return std::nullopt;
    }
    by_use_.splice(by_use_.end(), by_use_, entry->second.use);
    auto answer = entry->second.answer;
    answer.ttl = static_cast<std::uint32_t>(entry->second.until - now);
    return answer;
}

void Cache::put(const std::string& name, Type type, const Answer& answer, std::int64_t now) {
    std::uint32_t ttl = std::min(answer.ttl, limits_.longest);
    if (answer.outcome != Outcome::found) ttl = std::min(ttl, limits_.longest_negative);
    if (answer.is_temporary()) ttl = limits_.failures;
    const Key key{name, type};
    if (const auto old = entries_.find(key); old != entries_.end()) erase(old);
    const auto octets = size_of(name, answer);
    if (ttl == 0 || limits_.entries == 0 || octets > limits_.octets) return;
    while (entries_.size() >= limits_.entries || octets_ + octets > limits_.octets)
        erase(entries_.find(by_use_.front()));
    by_use_.push_back(key);
    entries_.emplace(key, Entry{answer, now + ttl, octets, std::prev(by_use_.end())});
    octets_ += octets;
}

void Cache::erase(std::map<Key, Entry>::iterator entry) {
    octets_ -= entry->second.octets;
    by_use_.erase(entry->second.use);
    entries_.erase(entry);
}

} // namespace facteur::dns
