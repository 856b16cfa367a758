// A store with one account and two mailboxes, changed straight through commits, and what a session that has
// selected the first knows of it. The store is checked when the test ends.
#pragma once

#include "actors/mailbox/ingest.h"
#include "actors/session/imap/uid_map.h"
#include "tests/store/fixture.h"
#include "transport/imap/parse.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace facteur::test {

class ReadMailbox {
public:
    static constexpr store::AccountId account = 5;

    ReadMailbox() {
        commit([&](store::Draft& draft) {
            for (auto* mailbox : {&inbox_, &other_}) {
                *mailbox = draft.new_mailbox();
                draft.add(store::MailboxPut{{*mailbox, 0, "m" + std::to_string(*mailbox), {}, 0, true, 1}});
            }
        });
    }
    ~ReadMailbox() {
        const auto report = store::check(*store_, false, {});
        CHECK(report.has_value());
        if (!report) return;
        for (const auto& finding : report->findings)
            UNSCOPED_INFO(finding.what);
        CHECK(report->findings.empty());
    }

    [[nodiscard]] store::Store& store() { return *store_; }
    [[nodiscard]] store::Snapshot now() { return store_->read(account); }
    [[nodiscard]] store::MailboxId inbox() const { return inbox_; }
    [[nodiscard]] store::MailboxId other() const { return other_; }

    void commit(const std::function<void(store::Draft&)>& change, std::vector<store::Body> bodies = {},
                store::Time at = 1'700'000'000) {
        const auto plan = [&](store::Draft& draft) -> store::Result<void> {
            change(draft);
            return {};
        };
        const auto done = store_->commit({account, at, std::move(bodies), plan, {}});
        if (!done) UNSCOPED_INFO(done.error().message);
        REQUIRE(done.has_value());
    }
    // Line ends become CRLF.
    store::EmailId add(const std::string& text, const store::Keywords& keywords = {}, bool in_other = false,
                       store::Time received = 1'700'000'000) {
        std::string wire;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) wire += '\r';
            wire += text[i];
        }
        const auto email = ingest(std::make_shared<const std::string>(std::move(wire)), received, keywords);
        store::EmailId id = 0;
        commit(
            [&](store::Draft& draft) {
                store::EmailAdded added{email->row, email->structure, false};
                id = added.row.id = added.row.thread = draft.new_email();
                added.row.mailboxes.push_back(draft.new_place(inbox_));
                if (in_other) added.row.mailboxes.push_back(draft.new_place(other_));
                draft.add(std::move(added));
            },
            {email->body}, received);
        return id;
    }
    void remove(store::EmailId email) {
        commit([&](store::Draft& draft) { draft.add(store::EmailRemoved{email}); });
    }
    // Changes keywords, and \Deleted in the inbox.
    void put(store::EmailId email, const store::Keywords& keywords, bool deleted = false) {
        commit([&](store::Draft& draft) {
            auto refs = draft.now().any_email(account, email)->refs();
            for (auto& ref : refs)
                if (ref.mailbox == inbox_) ref.deleted = deleted;
            draft.add(store::EmailUpdated{email, keywords, refs});
        });
    }

    [[nodiscard]] std::shared_ptr<const UidMap> map() {
        auto map = std::make_shared<UidMap>();
        now().by_uid(account, inbox_, 0, [&](const store::UidEntry& entry) {
            map->append(entry.uid);
            return true;
        });
        return map;
    }

private:
    store::test::TemporaryFolder folder_;
    std::unique_ptr<store::Store> store_ = store::test::open(store::test::small(folder_.path()));
    store::MailboxId inbox_ = 0, other_ = 0;
};

// A command as the machine reads it: "FETCH 1:* FLAGS".
template <typename T>
T imap_command(const std::string& text) {
    auto parsed = imap::parse_command("a1 " + text, {});
    INFO(text);
    REQUIRE(std::holds_alternative<imap::ParsedCommand>(parsed));
    auto& command = std::get<imap::ParsedCommand>(parsed).command;
    REQUIRE(std::holds_alternative<T>(command));
    return std::move(std::get<T>(command));
}

} // namespace facteur::test
