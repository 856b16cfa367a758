// A record: an octet for its form (fields.h), then shard, sequence, account, modseq, time, and the changes,
// each with the number of its kind (its place in the variant, which is stored: new kinds go to the end)
// before its fields.
#include "store/change.h"

#include "store/fields_of_rows.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <utility>

namespace facteur::store {

template <typename Archive>
void fields(Archive& a, EmailAdded& x) {
    a(x.row, x.structure, x.delivered);
}
template <typename Archive>
void fields(Archive& a, EmailUpdated& x) {
    a(x.id, x.keywords, x.mailboxes);
}
template <typename Archive>
void fields(Archive& a, EmailRemoved& x) {
    a(x.id);
}
template <typename Archive>
void fields(Archive& a, MailboxPut& x) {
    a(x.row);
}
template <typename Archive>
void fields(Archive& a, MailboxRemoved& x) {
    a(x.id);
}
template <typename Archive>
void fields(Archive& a, ObjectPut& x) {
    a(x.type, x.id, x.value);
}
template <typename Archive>
void fields(Archive& a, ObjectRemoved& x) {
    a(x.type, x.id);
}
template <typename Archive>
void fields(Archive& a, UploadPut& x) {
    a(x.row);
}
template <typename Archive>
void fields(Archive& a, UploadRemoved& x) {
    a(x.body);
}
template <typename Archive>
void fields(Archive& a, DeliveryNoted& x) {
    a(x.key, x.at);
}
template <typename Archive>
void fields(Archive& a, QueuePut& x) {
    a(x.due, x.id, x.value);
}
template <typename Archive>
void fields(Archive& a, QueueRemoved& x) {
    a(x.due, x.id);
}
template <typename Archive>
void fields(Archive& a, AccountPut& x) {
    a(x.row);
}
template <typename Archive>
void fields(Archive& a, AccountRemoved& x) {
    a(x.id);
}

namespace {

// Makes the alternative with this number and reads its fields into it.
template <std::size_t... Numbers>
void read_change(Decoder& decoder, std::size_t kind, Change& change, std::index_sequence<Numbers...>) {
    const bool known = ((kind == Numbers && (decoder(change.emplace<Numbers>()), true)) || ...);
    if (!known) decoder.refuse();
}

} // namespace

std::string encode(const Commit& commit) {
    std::string out(1, static_cast<char>(newest_form));
    Encoder encoder(out);
    encoder(commit.shard, commit.sequence, commit.account, commit.modseq, commit.at,
            static_cast<std::uint64_t>(commit.changes.size()));
    for (const auto& change : commit.changes) {
        out.push_back(static_cast<char>(change.index()));
        std::visit([&](const auto& of_kind) { encoder(of_kind); }, change);
    }
    return out;
}

Result<Commit> decode_commit(std::string_view bytes) {
    const auto bad = [] { return fail(Code::corrupt, "A commit record is damaged."); };
    if (bytes.empty()) return bad();
    if (static_cast<std::uint8_t>(bytes.front()) > newest_form)
        return fail(Code::newer_schema, "A commit record was written by a newer Facteur.");
    if (!is_form(bytes.front())) return bad();
    Decoder decoder(bytes.substr(1), static_cast<std::uint8_t>(bytes.front()));
    Commit commit;
    decoder(commit.shard, commit.sequence, commit.account, commit.modseq, commit.at);
    for (auto left = decoder.reader().count(2); left > 0 && !decoder.reader().failed(); --left) {
        const std::size_t kind = decoder.reader().byte();
        read_change(decoder, kind, commit.changes.emplace_back(),
                    std::make_index_sequence<std::variant_size_v<Change>>());
    }
    if (!decoder.done()) return bad();
    return commit;
}

Result<AccountId> account_of_commit(std::string_view bytes) {
    Decoder decoder(bytes.substr(std::min<std::size_t>(1, bytes.size())));
    Commit head;
    decoder(head.shard, head.sequence, head.account);
    if (bytes.empty() || !is_form(bytes.front()) || decoder.reader().failed())
        return fail(Code::corrupt, "A commit record is damaged.");
    return head.account;
}

Hash hash_of(std::string_view bytes) {
    // SHA256() of OpenSSL 3 looks the algorithm up each time.
    static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    Hash hash;
    EVP_Digest(bytes.data(), bytes.size(), hash.bytes.data(), nullptr, sha256, nullptr);
    return hash;
}

std::string to_hex(const Hash& hash) {
    std::string hex;
    hex.reserve(2 * hash.bytes.size());
    for (const auto byte : hash.bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex.push_back(digits[byte >> 4]);
        hex.push_back(digits[byte & 15]);
    }
    return hex;
}

Result<Hash> hash_from_hex(std::string_view hex) {
    Hash hash;
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    if (hex.size() != 2 * hash.bytes.size()) return fail(Code::invalid, "A hash has 64 hexadecimal digits.");
    for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
        const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return fail(Code::invalid, "A hash has 64 hexadecimal digits in lower case.");
        hash.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return hash;
}

} // namespace facteur::store
