// SETACL, DELETEACL, GETACL, LISTRIGHTS, MYRIGHTS (RFC 4314). An identifier is the address of an account,
// which is told by its primary one, or "anyone": every account, as nobody is signed in without one. The owner
// has all rights, whatever is asked for.
#include "actors/accounts/directory.h"
#include "actors/accounts/forwarding.h"
#include "actors/clock.h"
#include "actors/session/imap/imap_session.h"
#include "transport/base/ascii.h"

#include <algorithm>
#include <array>

namespace facteur {
namespace {

constexpr std::string_view anyone_name = "anyone";
// Not even an account of that name is meant.
constexpr std::array<std::string_view, 3> reserved{"anonymous", "authenticated", "owner"};

// The account that an identifier means, or `anyone`; nothing: none, or what is no account.
std::optional<store::AccountId> account_of(const Directory& directory, const std::string& identifier) {
    if (ascii::same_text(identifier, anyone_name)) return anyone;
    if (identifier.empty() || std::any_of(reserved.begin(), reserved.end(), [&](std::string_view name) {
            return ascii::same_text(identifier, name);
        }))
        return std::nullopt;
    if (identifier.front() == '-' || identifier.front() == '$')
        return std::nullopt; // negative rights, groups
    const auto found = directory.find(identifier);
    if (!found || is_alias(*found)) return std::nullopt;
    return found->id;
}

// Those that the owner has, and that can be given.
Rights possible_on(const Place& place) {
    const auto row = place.now().mailbox(place.account(), place.mailbox()); // with its role
    return row ? possible_rights(*row) : all_rights;
}

constexpr std::string_view no_account =
    "Mailboxes are shared with accounts of this server, by their address, or with anyone";

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
    if (*other == owner) {
        const auto all = possible_on(*found);
        const bool keeps_all =
            how == ChangeAcl::How::add || (how == ChangeAcl::How::replace && (rights & all) == all);
        return keeps_all ? ok() : no("CANNOT", "The owner of a mailbox has all rights");
    }
    const bool gives = how != ChangeAcl::How::remove && rights != 0;
    if (*other == anyone && gives && (rights & ~possible_for_anyone) != 0)
        return no("CANNOT", "Not anyone can administer a mailbox");
    ChangeAcl request;
    request.account = owner;
    request.mailbox = found->mailbox();
    request.who = *other;
    request.how = how;
    request.rights = rights;
    for (const auto& [who, granted] : acl_of(found->now(), owner, found->mailbox()))
        if (who != anyone && !services().directory.find(who)) request.departed.push_back(who);
    request.at = seconds_now();
    request.guard = guard(owner, {{request.mailbox, right_administer}});
    const auto grant = [this, request = std::move(request)] {
        world_.change_acl(request, [this](store::Result<EmailsChanged> changed) {
            if (!changed) return failed(changed.error());
            ok();
        });
    };
    if (!gives) return grant();
    if (*other != anyone) return tell_of_sharing(owner, *other, grant);
    if (!shared_->shared_with_anyone.add(owner))
        return no("LIMIT", "Too many accounts share mailboxes with anyone already");
    grant();
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
        if (who == anyone)
            told.emplace_back(anyone_name, letters_of(rights & all));
        else if (const auto other = services().directory.find(who))
            told.emplace_back(other->address, letters_of(rights & all));
    imap::write_acl(out_, found->entry->name, {told.begin(), told.end()}, moment_.wire);
    ok();
}

void ImapSession::run(imap::command::ListRights& c) {
    const auto found = place(c.mailbox, right_administer);
    if (!found) return;
    const auto other = account_of(services().directory, c.identifier);
    if (!other) return no("CANNOT", no_account);
    const auto possible = possible_on(*found);
    const auto letters = letters_of(*other == anyone ? possible & possible_for_anyone : possible);
    std::vector<std::string_view> optional;
    const bool is_owner = *other == found->account();
    for (std::size_t at = 0; !is_owner && at < letters.size(); ++at)
        optional.push_back(std::string_view(letters).substr(at, 1));
    imap::write_list_rights(out_, found->entry->name, c.identifier, // as it was said (RFC 4314 §3.4)
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
