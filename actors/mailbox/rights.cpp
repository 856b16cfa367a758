#include "actors/mailbox/rights.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace facteur {
namespace {

struct RightLetter {
    char letter;
    Rights rights;
};
// In the order in which they are told.
constexpr std::array<RightLetter, 13> letters{{{'l', right_lookup},
                                               {'r', right_read},
                                               {'s', right_seen},
                                               {'w', right_write},
                                               {'i', right_insert},
                                               {'p', right_post},
                                               {'k', right_create},
                                               {'x', right_remove},
                                               {'t', right_delete},
                                               {'e', right_expunge},
                                               {'c', right_create | right_remove},
                                               {'d', right_delete | right_expunge},
                                               {'a', right_administer}}};

// Takes "N" and what follows it from the front; false: there is no number.
template <typename Number>
bool take_number(std::string_view& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

Rights granted(const Acl& acl, store::AccountId who) {
    unsigned rights = 0;
    for (const auto identifier : {who, anyone})
        if (const auto found = acl.find(identifier); found != acl.end()) rights |= found->second;
    return static_cast<Rights>(rights);
}

// Each list of the account's mailboxes, until `each` gives false.
template <typename Each>
void each_acl(const store::Snapshot& now, store::AccountId owner, Each each) {
    now.objects(owner, store::ObjectType::acl, [&](std::string_view id, std::string_view value) {
        store::MailboxId mailbox = 0;
        if (!take_number(id, mailbox) || !id.empty()) return true;
        return each(mailbox, read_acl(value));
    });
}

} // namespace

std::string letters_of(Rights rights) {
    std::string text;
    for (const auto& each : letters)
        if ((rights & each.rights) != 0) text += each.letter;
    return text;
}

std::optional<Rights> read_rights(std::string_view text) {
    unsigned rights = 0;
    for (const char c : text) {
        const auto found = std::find_if(letters.begin(), letters.end(),
                                        [&](const RightLetter& each) { return each.letter == c; });
        if (found == letters.end()) return std::nullopt;
        rights |= found->rights;
    }
    return static_cast<Rights>(rights);
}

// "17:3 42:1027": accounts and their rights as numbers; "0:3" is anyone.
Acl read_acl(std::string_view value) {
    Acl acl;
    while (!value.empty()) {
        store::AccountId who = 0;
        Rights rights = 0;
        if (!take_number(value, who) || !take(value, ':') || !take_number(value, rights)) return {};
        if (!value.empty() && !take(value, ' ')) return {};
        rights &= who == anyone ? possible_for_anyone : all_rights;
        if (rights != 0) acl[who] = rights;
    }
    return acl;
}

std::string write_acl(const Acl& acl) {
    std::string value;
    for (const auto& [who, rights] : acl) {
        if (!value.empty()) value += ' ';
        value += std::to_string(who) + ':' + std::to_string(rights);
    }
    return value;
}

std::string acl_id(store::MailboxId mailbox) {
    return std::to_string(mailbox);
}

Acl acl_of(const store::Snapshot& now, store::AccountId owner, store::MailboxId mailbox) {
    const auto value = now.object(owner, store::ObjectType::acl, acl_id(mailbox));
    return value ? read_acl(*value) : Acl{};
}

Rights rights_of(const store::Snapshot& now, store::AccountId owner, store::MailboxId mailbox,
                 store::AccountId who) {
    const auto row = now.mailbox(owner, mailbox);
    if (!row) return 0;
    return static_cast<Rights>(granted(acl_of(now, owner, mailbox), who) & possible_rights(*row));
}

bool shares_with_anyone(const store::Snapshot& now, store::AccountId owner) {
    bool found = false;
    each_acl(now, owner, [&](store::MailboxId, const Acl& acl) { return !(found = acl.contains(anyone)); });
    return found;
}

std::map<store::MailboxId, Rights> all_rights_of(const store::Snapshot& now, store::AccountId owner,
                                                 store::AccountId who) {
    std::map<store::MailboxId, Rights> all;
    each_acl(now, owner, [&](store::MailboxId mailbox, const Acl& acl) {
        if (const auto rights = granted(acl, who); rights != 0) all[mailbox] = rights;
        return true;
    });
    return all;
}

store::Plan guarded(const Permission& guard, store::Plan plan) {
    if (guard.who == 0) return plan;
    return [guard, plan = std::move(plan)](store::Draft& draft) -> store::Result<void> {
        for (const auto& need : guard.needs) {
            const auto has = rights_of(draft.now(), draft.account(), need.mailbox, guard.who);
            if ((has & right_lookup) == 0)
                return store::fail(store::Code::not_found, "The mailbox does not exist.");
            if ((has & need.rights) != need.rights)
                return store::fail(store::Code::forbidden, "You may not do this here.");
        }
        return plan(draft);
    };
}

std::string shared_id(store::AccountId owner) {
    return std::to_string(owner);
}

std::vector<store::MailboxId> read_subscriptions(std::string_view value) {
    std::vector<store::MailboxId> mailboxes;
    while (!value.empty()) {
        store::MailboxId mailbox = 0;
        if (!take_number(value, mailbox) || (!value.empty() && !take(value, ' '))) return {};
        mailboxes.push_back(mailbox);
    }
    std::sort(mailboxes.begin(), mailboxes.end());
    return mailboxes;
}

std::string write_subscriptions(const std::vector<store::MailboxId>& mailboxes) {
    std::string value;
    for (const auto mailbox : mailboxes) {
        if (!value.empty()) value += ' ';
        value += std::to_string(mailbox);
    }
    return value;
}

std::vector<Sharing> sharings_of(const store::Snapshot& now, store::AccountId who) {
    std::vector<Sharing> all;
    now.objects(who, store::ObjectType::shared, [&](std::string_view id, std::string_view value) {
        Sharing one;
        if (take_number(id, one.owner) && id.empty() && one.owner != who) {
            one.subscribed = read_subscriptions(value);
            all.push_back(std::move(one));
        }
        return true;
    });
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.owner < b.owner; });
    return all;
}

} // namespace facteur
