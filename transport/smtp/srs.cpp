#include "transport/smtp/srs.h"

#include "transport/base/ascii.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

namespace facteur::smtp {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648 §6
constexpr int days_round = 1024;                                         // two letters
constexpr std::size_t tag_octets = 5;                                    // "SRS0=", "SRS1="
constexpr std::string_view separators = "=+-";                           // that follow the tag

bool has_tag(std::string_view local, char number) {
    return local.size() >= tag_octets && ascii::same_text(local.substr(0, 3), "srs") && local[3] == number &&
           separators.find(local[4]) != std::string_view::npos;
}

std::string hash(const std::string& secret, std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const auto part : parts) {
        text += ascii::lowered(part);
        text += '\0';
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (std::size_t i = 0; out.size() < srs_hash_letters; ++i) {
        bits = bits << 8 | digest.at(i);
        for (count += 8; count >= 5 && out.size() < srs_hash_letters; count -= 5)
            out += letters[bits >> (count - 5) & 31];
    }
    return out;
}

bool is_signed(std::string_view given, const SrsKeys& keys, std::initializer_list<std::string_view> parts) {
    if (given.size() != srs_hash_letters) return false;
    const auto wanted = ascii::lowered(given);
    return std::any_of(keys.secrets.begin(), keys.secrets.end(), [&](const std::string& secret) {
        const auto right = ascii::lowered(hash(secret, parts));
        return !secret.empty() && CRYPTO_memcmp(right.data(), wanted.data(), right.size()) == 0;
    });
}

std::int64_t day_of(std::int64_t seconds) {
    constexpr std::int64_t day = 86'400;
    return ((seconds >= 0 ? seconds : seconds - (day - 1)) / day % days_round + days_round) % days_round;
}
std::string stamp(std::int64_t now) {
    const auto day = static_cast<std::size_t>(day_of(now));
    return {letters[day >> 5], letters[day & 31]};
}
std::optional<std::int64_t> read_stamp(std::string_view text) {
    if (text.size() != 2) return std::nullopt;
    std::int64_t day = 0;
    for (const char c : text) {
        const auto place = letters.find(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
        if (place == std::string_view::npos) return std::nullopt;
        day = day << 5 | static_cast<std::int64_t>(place);
    }
    return day;
}

// Takes what stands before the next "=" off `text`; nothing when there is none.
std::optional<std::string_view> take(std::string_view& text) {
    const auto end = text.find('=');
    if (end == std::string_view::npos) return std::nullopt;
    const auto piece = text.substr(0, end);
    text.remove_prefix(end + 1);
    return piece;
}

struct First { // SRS0
    std::string_view hash, day, domain, local;
};
std::optional<First> read_first(std::string_view local) {
    local.remove_prefix(tag_octets);
    const auto hash_text = take(local), day = take(local), domain = take(local);
    if (!domain || !is_domain_or_literal(*domain) || local.empty()) return std::nullopt;
    return First{*hash_text, *day, *domain, local};
}

struct Second { // SRS1: `rest` is what follows the "SRS0" of the first forwarder's address, separator
                // included
    std::string_view hash, domain, rest;
};
std::optional<Second> read_second(std::string_view local) {
    local.remove_prefix(tag_octets);
    const auto hash_text = take(local), domain = take(local);
    if (!domain || !is_domain_or_literal(*domain) || local.size() < 2) return std::nullopt;
    if (separators.find(local.front()) == std::string_view::npos) return std::nullopt;
    return Second{*hash_text, *domain, local};
}

Mailbox at_domain(std::string local, std::string_view domain) {
    auto lower = ascii::lowered(domain);
    if (lower.starts_with("[ipv6:")) lower.replace(1, 4, "IPv6"); // as `parse_path` gives it
    return {std::move(local), std::move(lower)};
}

tl::expected<Mailbox, SrsFailure> bounded(Mailbox mailbox) {
    if (mailbox.local.size() > max_local_octets) return tl::unexpected(SrsFailure::too_long);
    return mailbox;
}

std::string second(const std::string& secret, std::string_view domain, std::string_view rest) {
    std::string out = "SRS1=" + hash(secret, {"srs1", domain, rest});
    return out.append("=").append(domain).append("=").append(rest);
}

} // namespace

bool is_srs(std::string_view local) {
    return has_tag(local, '0') || has_tag(local, '1');
}

tl::expected<Mailbox, SrsFailure> srs_forward(const Mailbox& sender, const SrsKeys& keys, std::int64_t now) {
    if (keys.secrets.empty() || keys.secrets.front().empty()) return tl::unexpected(SrsFailure::too_long);
    const auto& secret = keys.secrets.front();
    // Our own rewritten addresses come back to us when a circle of forwards has brought them.
    if (has_tag(sender.local, '1'))
        if (const auto read = read_second(sender.local))
            return bounded(at_domain(second(secret, read->domain, read->rest), keys.domain));
    if (sender.domain == keys.domain) return sender;
    if (has_tag(sender.local, '0') && sender.local.size() > tag_octets)
        return bounded(
            at_domain(second(secret, sender.domain, std::string_view(sender.local).substr(tag_octets - 1)),
                      keys.domain));
    const auto day = stamp(now);
    auto local = "SRS0=" + hash(secret, {"srs0", day, sender.domain, sender.local});
    local.append("=").append(day).append("=").append(sender.domain).append("=").append(sender.local);
    return bounded(at_domain(std::move(local), keys.domain));
}

tl::expected<Mailbox, SrsFailure> srs_reverse(const Mailbox& rewritten, const SrsKeys& keys,
                                              std::int64_t now) {
    if (rewritten.domain != keys.domain || !is_srs(rewritten.local))
        return tl::unexpected(SrsFailure::not_rewritten);
    if (has_tag(rewritten.local, '1')) {
        const auto read = read_second(rewritten.local);
        if (!read) return tl::unexpected(SrsFailure::malformed);
        if (!is_signed(read->hash, keys, {"srs1", read->domain, read->rest}))
            return tl::unexpected(SrsFailure::forged);
        return at_domain("SRS0" + std::string(read->rest), read->domain);
    }
    const auto read = read_first(rewritten.local);
    const auto day = read ? read_stamp(read->day) : std::nullopt;
    if (!day) return tl::unexpected(SrsFailure::malformed);
    if (!is_signed(read->hash, keys, {"srs0", read->day, read->domain, read->local}))
        return tl::unexpected(SrsFailure::forged);
    // From tomorrow: the clocks of two servers of ours may stand on two sides of midnight.
    const auto age = (day_of(now) - *day + days_round) % days_round;
    if (age > srs_days && age != days_round - 1) return tl::unexpected(SrsFailure::too_old);
    return at_domain(std::string(read->local), read->domain);
}

} // namespace facteur::smtp
