// Mailbox/get and Mailbox/changes (RFC 8621 §2.1, §2.2).
#include "actors/session/jmap/changes.h"
#include "actors/session/jmap/get_answer.h"
#include "actors/session/jmap/mailbox_rights.h"
#include "actors/session/jmap/read_methods.h"

#include <algorithm>

namespace facteur {
namespace {

class MailboxWriter {
public:
    MailboxWriter(const store::Snapshot& now, store::AccountId account, const jmap::GetArguments& get,
                  jmap::Writer& out)
        : now_(now), account_(account), get_(get), out_(out),
          counters_(wants("totalEmails") || wants("unreadEmails") || wants("totalThreads") ||
                    wants("unreadThreads")) {}

    void write(const store::MailboxRow& row) {
        out_.begin_object().member("id", mailbox_id(row.id));
        if (wants("name")) out_.member("name", row.name);
        if (wants("parentId")) out_.member_or_null("parentId", row.parent != 0 ? mailbox_id(row.parent) : "");
        if (wants("role")) out_.member_or_null("role", row.role);
        if (wants("sortOrder")) out_.member("sortOrder", row.sort_order);
        if (counters_) write(now_.counters(account_, row.id));
        if (wants("myRights")) write_rights(row, out_.key("myRights"));
        if (wants("isSubscribed")) out_.member("isSubscribed", row.subscribed);
        out_.end_object();
    }

private:
    [[nodiscard]] bool wants(std::string_view property) const { return get_.wants(property); }
    void write(const store::MailboxCounters& counters) {
        if (wants("totalEmails")) out_.member("totalEmails", counters.emails);
        if (wants("unreadEmails")) out_.member("unreadEmails", counters.unread);
        if (wants("totalThreads")) out_.member("totalThreads", counters.threads);
        if (wants("unreadThreads")) out_.member("unreadThreads", counters.unread_threads);
    }

    const store::Snapshot& now_;
    store::AccountId account_;
    const jmap::GetArguments& get_;
    jmap::Writer& out_;
    bool counters_;
};

} // namespace

jmap::MethodResult mailbox_get(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    const auto& limits = context.services.jmap_limits;
    jmap::Arguments a(arguments, context.created_ids);
    const auto get = jmap::read_get(a, limits);
    jmap::check_properties(a, get,
                           {"name", "parentId", "role", "sortOrder", "totalEmails", "unreadEmails",
                            "totalThreads", "unreadThreads", "myRights", "isSubscribed"});
    if (auto fault = a.fault()) return tl::unexpected(*fault);

    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    GetAnswer answer(get.account, state_of(now.state(account), store::StateType::mailbox), out);
    MailboxWriter writer(now, account, get, out);
    if (!get.ids) {
        const auto rows = now.mailboxes(account);
        if (auto few = check_count(rows.size(), limits); !few) return few;
        for (const auto& row : rows)
            writer.write(row);
    } else {
        for (const auto id : *get.ids) {
            const auto mailbox = read_mailbox_id(id);
            const auto row = mailbox ? now.mailbox(account, *mailbox) : std::nullopt;
            if (row)
                writer.write(*row);
            else
                answer.not_found(id);
        }
    }
    answer.end();
    return {};
}

jmap::MethodResult mailbox_changes(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    jmap::Arguments a(arguments, context.created_ids);
    const auto asked = jmap::read_changes(a, context.services.jmap_limits);
    if (auto fault = a.fault()) return tl::unexpected(*fault);

    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    const auto changes =
        changes_since<store::MailboxId>(now, account, store::StateType::mailbox, asked, mailbox_changes_of);
    if (!changes) return tl::unexpected(changes.error());
    // Whatever of the rows themselves changed in the whole time, also beyond what this answer holds.
    auto all = asked;
    all.most = std::numeric_limits<std::uint64_t>::max();
    const auto rows =
        changes_since<store::MailboxId>(now, account, store::StateType::mailbox, all, mailbox_row_changes_of);
    if (!rows) return tl::unexpected(rows.error());
    bool any_updated = false, only_counts = true;
    for (const auto& [mailbox, what] : changes->net) {
        if (what != What::updated) continue;
        any_updated = true;
        only_counts = only_counts && !rows->net.has(mailbox);
    }

    out.begin_object();
    write_changes(asked.account, asked.since, *changes, mailbox_id, out);
    out.key("updatedProperties");
    if (any_updated && only_counts) {
        out.begin_array();
        for (const auto name : {"totalEmails", "unreadEmails", "totalThreads", "unreadThreads"})
            out.value(name);
        out.end_array();
    } else {
        out.null();
    }
    out.end_object();
    return {};
}

} // namespace facteur
