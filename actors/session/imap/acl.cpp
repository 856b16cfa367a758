// SETACL, DELETEACL, GETACL, LISTRIGHTS, MYRIGHTS (RFC 4314). An identifier is the address of an account; it
// is told by its primary one. The owner has all rights, whatever is asked for.
#include "actors/accounts/directory.h"
#include "actors/accounts/forwarding.h"
#include "actors/clock.h"
#include "actors/session/imap/imap_session.h"

#include <algorithm>
#include <array>

namespace facteur {
namespace {

// Of RFC 4314 §2: not even an account of that name is meant.
constexpr std::array<std::string_view, 4> reserved{"anyone", "anonymous", "authenticated", "owner"};

// The account that an identifier means; nothing: none, or what is no account.
std::optional<store::AccountRow> account_of(const Directory& directory, const std::string& identifier) {
    if (identifier.empty() || std::find(reserved.begin(), reserved.end(), identifier) != reserved.end())
        return std::nullopt;
    if (identifier.front() == '-' || identifier.front() == '$')
        return std::nullopt; // negative rights, groups
    auto found = directory.find(identifier);
    if (!found || is_alias(*found)) return std::nullopt;
    return found;
}

// Those that the owner has, and that can be given.
Rights possible_on(const Place& place) {
    const auto row = place.now().mailbox(place.account(), place.mailbox()); // with its role
    return row ? possible_rights(*row) : all_rights;
}

constexpr std::string_view no_account = "Mailboxes are shared with accounts of this server, by their address";

} // namespace

void ImapSession::run(imap::command::SetAcl& c) {
    const auto rights = read_rights(c.rights);
    if (!rights) return bad("There is no such right");
    using How = imap::command::SetAcl::How;
    change_acl(c.mailbox, c.identifier,
               c.how == How::add      ? ChangeAcl::How::add
               : c.how == How::remove ? ChangeAcl::How::remove
                                      : ChangeAcl::How::replace,
               *rights);
}

void ImapSession::run(imap::command::DeleteAcl& c) {
    change_acl(c.mailbox, c.identifier, ChangeAcl::How::replace, 0);
}

void ImapSession::change_acl(const std::string& mailbox, const std::string& identifier, ChangeAcl::How how,
                             Rights rights) {
    const auto found = place(mailbox, right_administer);
    if (!found) return;
    const auto other = account_of(services().directory, identifier);
    if (!other) return no("CANNOT", no_account);
    const auto owner = found->account();
    if (other->id == owner) {
        const auto all = possible_on(*found);
        const bool keeps_all =
            how == ChangeAcl::How::add || (how == ChangeAcl::How::replace && (rights & all) == all);
        return keeps_all ? ok() : no("CANNOT", "The owner of a mailbox has all rights");
    }
    ChangeAcl request;
    request.account = owner;
    request.mailbox = found->mailbox();
    request.who = other->id;
    request.how = how;
    request.rights = rights;
    for (const auto& [who, granted] : acl_of(found->now(), owner, found->mailbox()))
        if (!services().directory.find(who)) request.departed.push_back(who);
    request.at = seconds_now();
    request.guard = guard(owner, {{request.mailbox, right_administer}});
    const auto grant = [this, request = std::move(request)] {
        world_.change_acl(request, [this](store::Result<EmailsChanged> changed) {
            if (!changed) return failed(changed.error());
            ok();
        });
    };
    if (how == ChangeAcl::How::remove || rights == 0) return grant();
    tell_of_sharing(owner, other->id, grant);
}

// First the account of `who` knows where to look, then there is something to be seen: what is shared is never
// lost from view by a crash between the two. The hint stays when the rights go; it gives none.
void ImapSession::tell_of_sharing(store::AccountId owner, store::AccountId who,
                                  const std::function<void()>& next) {
    const auto known = sharings_of(services().store.read(who), who);
    if (std::any_of(known.begin(), known.end(), [&](const Sharing& one) { return one.owner == owner; }))
        return next();
    ChangeShared request;
    request.account = who;
    request.owner = owner;
    request.at = seconds_now();
    if (known.size() >= most_sharings)
        for (const auto& [other, subscribed] : known)
            if (!services().directory.find(other) ||
                all_rights_of(services().store.read(other), other, who).empty())
                request.forgotten.push_back(other);
    world_.change_shared(std::move(request), [this, next](store::Result<EmailsChanged> changed) {
        if (changed) return next();
        if (changed.error().code == store::Code::over_quota)
            return no("LIMIT", "Too many accounts share mailboxes with this one already");
        failed(changed.error());
    });
}

void ImapSession::run(imap::command::GetAcl& c) {
    const auto found = place(c.mailbox, right_administer);
    if (!found) return;
    const auto all = possible_on(*found);
    std::vector<std::pair<std::string, std::string>> told{{found->view->owner->address, letters_of(all)}};
    for (const auto& [who, rights] : acl_of(found->now(), found->account(), found->mailbox()))
        if (const auto other = services().directory.find(who))
            told.emplace_back(other->address, letters_of(rights & all));
    imap::write_acl(out_, found->entry->name, {told.begin(), told.end()}, moment_.wire);
    ok();
}

void ImapSession::run(imap::command::ListRights& c) {
    const auto found = place(c.mailbox, right_administer);
    if (!found) return;
    const auto other = account_of(services().directory, c.identifier);
    if (!other) return no("CANNOT", no_account);
    const auto letters = letters_of(possible_on(*found));
    std::vector<std::string_view> optional;
    const bool is_owner = other->id == found->account();
    for (std::size_t at = 0; !is_owner && at < letters.size(); ++at)
        optional.push_back(std::string_view(letters).substr(at, 1));
    imap::write_list_rights(out_, found->entry->name, other->address,
                            is_owner ? std::string_view(letters) : std::string_view(), optional,
                            moment_.wire);
    ok();
}

void ImapSession::run(imap::command::MyRights& c) {
    const auto found = place(c.mailbox, 0);
    if (!found) return;
    imap::write_my_rights(out_, found->entry->name, letters_of(found->entry->rights), moment_.wire);
    ok();
}

} // namespace facteur
