#include "actors/session/jmap/ids.h"

#include <charconv>
#include <limits>

namespace facteur {
namespace {

// Plain decimal: digits alone, no leading zero.
std::optional<std::uint64_t> read_number(std::string_view text) {
    if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

template <typename Number>
std::optional<Number> read_narrow(char letter, std::string_view id) {
    const auto number = read_id(letter, id);
    if (!number || *number == 0 || *number > std::numeric_limits<Number>::max()) return std::nullopt;
    return static_cast<Number>(*number);
}

// Takes the text up to the next '-' (or all of it).
std::optional<std::uint64_t> take_number(std::string_view& text) {
    const auto end = std::min(text.find('-'), text.size());
    const auto number = read_number(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return number;
}

} // namespace

std::string write_id(char letter, std::uint64_t number) {
    char text[21] = {letter};
    return {text, std::to_chars(text + 1, text + sizeof text, number).ptr};
}

std::optional<std::uint64_t> read_id(char letter, std::string_view id) {
    if (id.empty() || id.front() != letter) return std::nullopt;
    return read_number(id.substr(1));
}

std::string account_id(store::AccountId account) {
    return write_id(account_letter, account);
}
std::string mailbox_id(store::MailboxId mailbox) {
    return write_id(mailbox_letter, mailbox);
}
std::string email_id(store::EmailId email) {
    return write_id(email_letter, email);
}
std::string thread_id(store::ThreadId thread) {
    return write_id(thread_letter, thread);
}
std::optional<store::AccountId> read_account_id(std::string_view id) {
    return read_narrow<store::AccountId>(account_letter, id);
}
std::optional<store::MailboxId> read_mailbox_id(std::string_view id) {
    return read_narrow<store::MailboxId>(mailbox_letter, id);
}
std::optional<store::EmailId> read_email_id(std::string_view id) {
    return read_narrow<store::EmailId>(email_letter, id);
}
std::optional<store::ThreadId> read_thread_id(std::string_view id) {
    return read_narrow<store::ThreadId>(thread_letter, id);
}

std::string blob_id(const store::Hash& body) {
    return "b" + store::to_hex(body);
}

std::string blob_id(const store::Hash& body, const store::PartRow& part) {
    return "p" + store::to_hex(body) + "-" + std::to_string(part.body_offset) + "-" +
           std::to_string(part.body_size) + "-" + std::to_string(part.encoding);
}

std::optional<BlobId> read_blob_id(std::string_view id) {
    constexpr std::size_t hex = 64;
    if (id.size() < 1 + hex || (id.front() != 'b' && id.front() != 'p')) return std::nullopt;
    const auto hash = store::hash_from_hex(id.substr(1, hex));
    if (!hash) return std::nullopt;
    BlobId blob{*hash, std::nullopt};
    std::string_view rest = id.substr(1 + hex);
    if (id.front() == 'b') return rest.empty() ? std::optional(blob) : std::nullopt;
    if (rest.empty() || rest.front() != '-') return std::nullopt;
    rest.remove_prefix(1);
    const auto offset = take_number(rest);
    const auto size = take_number(rest);
    const auto encoding = read_number(rest);
    if (!offset || !size || !encoding || *encoding > 255) return std::nullopt;
    blob.part = BlobId::Part{*offset, *size, static_cast<std::uint8_t>(*encoding)};
    return blob;
}

std::string state_of(const store::AccountState& state, store::StateType type) {
    return std::to_string(state.changed[static_cast<std::size_t>(type)]);
}

std::optional<store::Modseq> read_state(std::string_view text) {
    return read_number(text);
}

} // namespace facteur
