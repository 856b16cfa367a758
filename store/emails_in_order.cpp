#include "store/emails_in_order.h"

#include "store/keys.h"
#include "store/shard.h"

#include <array>

namespace facteur::store {
namespace {

template <typename Integer>
char* put_big(char* to, Integer value) {
    for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8)
        *to++ = static_cast<char>(value >> shift);
    return to;
}

} // namespace

std::optional<std::string_view> EmailsInOrder::find(std::optional<Cursor>& cursor, std::size_t database,
                                                    EmailId email) {
    if (!cursor) cursor.emplace(now_.raw().rows, now_.raw().database(database));
    std::array<char, sizeof(AccountId) + sizeof(EmailId)> key{};
    put_big(put_big(key.data(), account_), email);
    const auto stored = cursor->find({key.data(), key.size()});
    if (!stored || !is_packed_row(*stored)) return stored;
    const auto& raw = now_.raw();
    return unpacked_row(raw.rows, raw.database(database), {key.data(), key.size()}, *stored, raw.room);
}

std::optional<EmailView> EmailsInOrder::any_email(EmailId email) {
    const auto bytes = find(emails_, db_emails, email);
    const auto view = bytes ? EmailView::over(*bytes) : fail(Code::not_found, {});
    return view ? std::optional(*view) : std::nullopt;
}

std::optional<std::string_view> EmailsInOrder::structure(EmailId email) {
    return find(structures_, db_structures, email);
}

} // namespace facteur::store
