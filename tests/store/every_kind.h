// Random changes of every kind, to a store's accounts and to its directory.
#pragma once

#include "tests/store/fixture.h"

#include <algorithm>
#include <array>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace facteur::store::test {

inline constexpr ShardId directory_shard_of_tests = 0xffff; // as store/layout.h has it

class EveryKind {
public:
    EveryKind(Store& store, unsigned seed) : store_(store), random_(seed) {}

    void step() {
        const auto account = static_cast<AccountId>(1 + below(4));
        const Time at = ++now_;
        if (below(8) == 0) return change_account(account, at);
        std::vector<Body> bodies;
        for (int i = 0; i < 3; ++i)
            bodies.push_back(body_of("text " + std::to_string(below(15)) +
                                     common_text().substr(below(1000), below(3000))));
        const auto seed = random_();
        const auto plan = [&](Draft& draft) -> Result<void> {
            std::mt19937 random(seed);
            for (auto count = 1 + random() % 3; count > 0; --count)
                add_change(draft, random, bodies[random() % bodies.size()], at);
            return {};
        };
        // What contradicts itself within one plan is refused and leaves nothing: that is a part of the run.
        note(store_.commit({account, at, bodies, plan, {}}));
    }
    [[nodiscard]] const std::set<std::size_t>& kinds() const { return kinds_; }
    // Whether a commit failed for another reason than that its plan contradicted itself.
    [[nodiscard]] bool failed() const { return failed_; }
    std::function<void(const Commit&)> on_commit; // acknowledged, with changes

private:
    // Of which all texts are made, so that the store finds what they have in common.
    static const std::string& common_text() {
        static const std::string text = [] {
            std::mt19937 random(7);
            std::string made(4000, '\0');
            for (auto& c : made)
                c = static_cast<char>('a' + random() % 26);
            return made;
        }();
        return text;
    }
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    static std::optional<EmailId> some_email(const Draft& draft, std::mt19937& random) {
        std::vector<EmailId> all;
        draft.now().by_id(draft.account(), 0, [&](const EmailView& email) {
            all.push_back(email.id());
            return true;
        });
        return all.empty() ? std::nullopt : std::optional(all[random() % all.size()]);
    }

    static ObjectType some_type(std::mt19937& random) {
        constexpr auto last = static_cast<unsigned>(ObjectType::shared);
        return static_cast<ObjectType>(1 + random() % last);
    }

    static void add_change(Draft& draft, std::mt19937& random, const Body& body, Time at) {
        const auto mailboxes = draft.now().mailboxes(draft.account());
        const auto mailbox = mailboxes.empty() ? MailboxId{0} : mailboxes[random() % mailboxes.size()].id;
        const auto id = std::to_string(random() % 6);
        switch (random() % 12) {
        case 0: {
            const auto made = draft.new_mailbox();
            draft.add(MailboxPut{
                {made, random() % 2 == 0 ? mailbox : 0, "M" + std::to_string(made), "", 0, true, 1}});
            break;
        }
        case 1:
            if (mailbox != 0) draft.add(MailboxRemoved{mailbox});
            break;
        case 2:
        case 3:
        case 4:
            if (mailbox != 0) {
                const auto email = draft.new_email();
                const auto other = some_email(draft, random);
                const auto thread = other && random() % 2 == 0
                                        ? draft.now().any_email(draft.account(), *other)->thread()
                                        : email;
                draft.add(email_of(body, email, thread, at,
                                   {{mailbox, draft.new_uid(mailbox), random() % 6 == 0, at}},
                                   static_cast<std::uint32_t>(random() % 4)));
            }
            break;
        case 5:
            if (const auto email = some_email(draft, random)) {
                auto refs = draft.now().any_email(draft.account(), *email)->refs();
                if (random() % 2 == 0) refs = {draft.new_place(mailbox)};
                for (auto& ref : refs)
                    ref.deleted = random() % 3 == 0;
                draft.add(EmailUpdated{*email, {static_cast<std::uint32_t>(random() % 8), {"projet"}}, refs});
            }
            break;
        case 6:
            if (const auto email = some_email(draft, random)) draft.add(EmailRemoved{*email});
            break;
        case 7: draft.add(ObjectPut{some_type(random), "i" + id, "{\"n\":" + id + "}"}); break;
        case 8: draft.add(ObjectRemoved{some_type(random), "i" + id}); break;
        case 9:
            if (random() % 3 == 0)
                draft.add(UploadRemoved{body.hash});
            else
                draft.add(UploadPut{{body.hash, body.bytes->size(), "text/plain", at + 100}});
            break;
        case 10: draft.add(DeliveryNoted{hash_of(id), at * 40'000}); break;
        default:
            if (random() % 3 == 0)
                draft.add(QueueRemoved{static_cast<Time>(random() % 4), id});
            else
                draft.add(QueuePut{static_cast<Time>(random() % 4), id, "work"});
        }
    }

    void change_account(AccountId account, Time at) {
        AccountRow row;
        row.id = account;
        row.address = "a" + std::to_string(account) + "@academie.test";
        row.aliases = {"alias" + std::to_string(below(6)) + "@academie.test"};
        row.created = at;
        const bool removes = below(4) == 0;
        note(store_.commit_directory({account,
                                      at,
                                      {},
                                      [&](Draft& draft) -> Result<void> {
                                          if (removes)
                                              draft.add(AccountRemoved{account});
                                          else
                                              draft.add(AccountPut{row});
                                          return {};
                                      },
                                      {}}));
    }

    void note(const Result<Committed>& done) {
        constexpr std::array refused{Code::invalid, Code::not_found, Code::exists};
        if (!done) {
            if (std::find(refused.begin(), refused.end(), done.error().code) == refused.end()) failed_ = true;
            return;
        }
        for (const auto& change : done->commit.changes)
            kinds_.insert(change.index());
        if (on_commit && done->commit.sequence != 0) on_commit(done->commit);
    }

    Store& store_;
    std::mt19937 random_;
    Time now_ = 0;
    std::set<std::size_t> kinds_;
    bool failed_ = false;
};

inline std::vector<std::string> dump_of(const Store& store, ShardId shard) {
    std::vector<std::string> lines;
    dump(store, shard, [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
}

} // namespace facteur::store::test
