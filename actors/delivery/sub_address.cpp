#include "actors/delivery/sub_address.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <map>

namespace facteur {
namespace {

constexpr std::size_t deepest = 32; // of a path of mailboxes

std::string folded(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const auto* fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
    const auto source =
        icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
    std::string out;
    if (U_SUCCESS(status)) fold->normalize(source, status).toUTF8String(out);
    return U_SUCCESS(status) ? out : std::string(text);
}

bool is_for_others(const store::MailboxRow& mailbox) {
    constexpr std::array<std::string_view, 3> own{"drafts", "sent", "trash"};
    return std::find(own.begin(), own.end(), mailbox.role) == own.end();
}

std::string path_of(const store::MailboxRow& mailbox,
                    const std::map<store::MailboxId, const store::MailboxRow*>& by_id) {
    auto path = mailbox.name;
    auto parent = mailbox.parent;
    for (std::size_t depth = 0; parent != 0 && depth < deepest; ++depth) {
        const auto found = by_id.find(parent);
        if (found == by_id.end()) break;
        path = found->second->name + "/" + path;
        parent = found->second->parent;
    }
    return path;
}

} // namespace

std::string detail_of(std::string_view address) {
    const auto local = address.substr(0, std::min(address.rfind('@'), address.size()));
    const auto plus = local.find('+');
    return plus == std::string_view::npos || plus == 0 ? std::string() : std::string(local.substr(plus + 1));
}

std::optional<store::MailboxId> mailbox_of_detail(const store::Snapshot& now, store::AccountId account,
                                                  std::string_view detail) {
    if (detail.empty()) return std::nullopt;
    const auto wanted = folded(detail);
    const auto mailboxes = now.mailboxes(account);
    std::map<store::MailboxId, const store::MailboxRow*> by_id;
    for (const auto& mailbox : mailboxes)
        by_id.emplace(mailbox.id, &mailbox);
    for (const auto& mailbox : mailboxes)
        if (is_for_others(mailbox) && folded(path_of(mailbox, by_id)) == wanted) return mailbox.id;
    return std::nullopt;
}

} // namespace facteur
