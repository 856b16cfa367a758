#include "store/search/documents.h"

#include "store/codec.h"

#include <bit>

namespace facteur::store::search {
namespace {

constexpr unsigned part_bits = 12; // ids of one value
constexpr EmailId part_mask = (1u << part_bits) - 1;

std::uint8_t bit_of(EmailId email) {
    return static_cast<std::uint8_t>(1u << (email & 7));
}
std::size_t octet_of(EmailId email) {
    return static_cast<std::size_t>((email & part_mask) >> 3);
}

} // namespace

std::string set_prefix(AccountId account, Set set) {
    std::string key;
    append_big(key, account);
    key.push_back(static_cast<char>(set));
    return key;
}

IdSet IdSet::read(MDB_txn* transaction, MDB_dbi documents, AccountId account, Set set) {
    IdSet ids;
    const auto prefix = set_prefix(account, set);
    scan(transaction, documents, prefix, [&](std::string_view key, std::string_view value) {
        if (key.size() == prefix.size() + 8)
            ids.parts_.emplace(read_big<std::uint64_t>(key.substr(prefix.size())), value);
        return true;
    });
    return ids;
}

bool IdSet::contains(EmailId email) const {
    const auto part = parts_.find(email >> part_bits);
    return part != parts_.end() && octet_of(email) < part->second.size() &&
           (static_cast<std::uint8_t>(part->second[octet_of(email)]) & bit_of(email)) != 0;
}

std::vector<EmailId> IdSet::ids() const {
    std::vector<EmailId> all;
    for (const auto& [number, octets] : parts_)
        for (std::size_t i = 0; i < octets.size(); ++i)
            for (auto left = static_cast<std::uint8_t>(octets[i]); left != 0;
                 left = static_cast<std::uint8_t>(left & (left - 1)))
                all.push_back((number << part_bits) + 8 * i + static_cast<unsigned>(std::countr_zero(left)));
    return all;
}

std::uint64_t IdSet::size() const {
    std::uint64_t size = 0;
    for (const auto& [number, octets] : parts_)
        for (const char octet : octets)
            size += static_cast<unsigned>(std::popcount(static_cast<std::uint8_t>(octet)));
    return size;
}

std::string& SetWriter::part(AccountId account, Set set, EmailId email) {
    auto key = set_prefix(account, set);
    append_big(key, email >> part_bits);
    const auto [entry, is_new] = parts_.try_emplace(std::move(key));
    if (is_new) entry->second = transaction_.get(db_documents, entry->first).value_or("");
    return entry->second;
}

bool SetWriter::add(AccountId account, Set set, EmailId email) {
    auto& octets = part(account, set, email);
    if (octets.size() <= octet_of(email)) octets.resize(octet_of(email) + 1, '\0');
    auto& octet = octets[octet_of(email)];
    const auto before = static_cast<std::uint8_t>(octet);
    octet = static_cast<char>(before | bit_of(email));
    return (before & bit_of(email)) == 0;
}

bool SetWriter::remove(AccountId account, Set set, EmailId email) {
    auto& octets = part(account, set, email);
    if (octets.size() <= octet_of(email)) return false;
    auto& octet = octets[octet_of(email)];
    const auto before = static_cast<std::uint8_t>(octet);
    octet = static_cast<char>(before & ~bit_of(email));
    octets.resize(octets.find_last_not_of('\0') + 1);
    return (before & bit_of(email)) != 0;
}

void SetWriter::write() {
    for (const auto& [key, octets] : parts_)
        if (octets.empty())
            transaction_.remove(db_documents, key);
        else
            transaction_.put(db_documents, key, octets);
    parts_.clear();
}

std::string encode_account(const AccountRecord& record) {
    std::string bytes;
    Writer writer(bytes);
    for (const auto number : {record.modseq, record.below, record.live, record.dead, record.leaving})
        writer.number(number);
    writer.byte(record.clearing ? 1 : 0);
    writer.string(record.pass);
    return bytes;
}

std::optional<AccountRecord> decode_account_record(std::string_view bytes) {
    Reader reader(bytes);
    AccountRecord record;
    for (auto* number : {&record.modseq, &record.below, &record.live, &record.dead, &record.leaving})
        *number = reader.number();
    record.clearing = reader.boolean();
    record.pass = reader.string();
    return reader.done() ? std::optional(std::move(record)) : std::nullopt;
}

std::optional<AccountRecord> read_account(MDB_txn* transaction, MDB_dbi accounts, AccountId account) {
    std::string key;
    append_big(key, account);
    const auto bytes = get(transaction, accounts, key);
    return bytes ? decode_account_record(*bytes) : std::nullopt;
}

} // namespace facteur::store::search
