// QUOTA (RFC 9208) and JMAPACCESS (RFC 9698).
#include "actors/session/imap/imap_session.h"

#include <fmt/format.h>

#include <algorithm>

namespace facteur {
namespace {

// The user's own account has no name, others have their address: what is in a shared mailbox counts for its
// owner.
std::string_view quota_root_of(const AccountView& of) {
    return of.is_own ? std::string_view() : std::string_view(of.owner->address);
}

bool may_see_quota(const AccountView& of) {
    const auto& all = of.names->all();
    return of.is_own || std::any_of(all.begin(), all.end(),
                                    [](const auto& entry) { return (entry.rights & right_read) != 0; });
}

constexpr std::uint64_t octets_of_unit = 1024;

} // namespace

void ImapSession::write_quota(const AccountView& of) {
    std::vector<imap::QuotaResource> resources;
    const auto quota = quota_of(*of.owner);
    if (quota != 0)
        resources.push_back({"STORAGE",
                             (of.now().state(of.account()).size + octets_of_unit - 1) / octets_of_unit,
                             quota / octets_of_unit});
    imap::write_quota(out_, quota_root_of(of), resources);
}

void ImapSession::run(imap::command::GetQuota& c) {
    const auto places = this->places();
    Places::View view;
    if (c.root.empty())
        view = places.own();
    else
        for (auto& other : places.others())
            if (quota_root_of(*other) == c.root) view = std::move(other);
    if (!view || !may_see_quota(*view)) return no("NONEXISTENT", "There is no such quota root");
    write_quota(*view);
    ok();
}

void ImapSession::run(imap::command::GetQuotaRoot& c) {
    const auto found = place(c.mailbox, right_read);
    if (!found) return;
    imap::write_quota_root(out_, found->entry->name, {quota_root_of(*found->view)}, moment_.wire);
    write_quota(*found->view);
    ok();
}

void ImapSession::run(imap::command::GetJmapAccess&) {
    imap::write_jmap_access(out_, fmt::format("https://{}/.well-known/jmap", services().config.domain));
    ok();
}

} // namespace facteur
