// QUOTA (RFC 9208) and JMAPACCESS (RFC 9698).
#include "actors/session/imap/imap_session.h"

#include <fmt/format.h>

namespace facteur {
namespace {

constexpr std::string_view quota_root; // the account's own, which has no name
constexpr std::uint64_t octets_of_unit = 1024;

} // namespace

void ImapSession::write_quota(const store::Snapshot& now) {
    std::vector<imap::QuotaResource> resources;
    if (quota() != 0)
        resources.push_back({"STORAGE", (now.state(id()).size + octets_of_unit - 1) / octets_of_unit,
                             quota() / octets_of_unit});
    imap::write_quota(out_, quota_root, resources);
}

void ImapSession::run(imap::command::GetQuota& c) {
    if (c.root != quota_root) return no("NONEXISTENT", "There is no such quota root");
    write_quota(read());
    ok();
}

void ImapSession::run(imap::command::GetQuotaRoot& c) {
    const auto now = read();
    const MailboxNames names(now, id());
    const auto* entry = names.find(c.mailbox);
    if (entry == nullptr) return no("NONEXISTENT", "There is no such mailbox");
    imap::write_quota_root(out_, entry->name, {quota_root}, moment_.wire);
    write_quota(now);
    ok();
}

void ImapSession::run(imap::command::GetJmapAccess&) {
    imap::write_jmap_access(out_, fmt::format("https://{}/.well-known/jmap", services().config.domain));
    ok();
}

} // namespace facteur
