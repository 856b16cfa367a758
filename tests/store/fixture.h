// A store on a temporary folder that is checked when the test ends.
#pragma once

#include "store/store.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

namespace facteur::store::test {

class TemporaryFolder {
public:
    explicit TemporaryFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string name = (parent / "facteur-store-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

inline Options small(const std::string& path) {
    Options options;
    options.path = path;
    options.shards = 2;
    options.rows_map = 1ull << 30;
    options.bodies_map = 1ull << 32;
    return options;
}

inline std::unique_ptr<Store> open(const Options& options) {
    auto store = Store::open(options);
    if (!store) UNSCOPED_INFO(store.error().message);
    REQUIRE(store.has_value());
    return std::move(*store);
}

inline void require_clean(const Store& store) {
    const auto report = check(store, false, {});
    REQUIRE(report.has_value());
    for (const auto& finding : report->findings)
        UNSCOPED_INFO(finding.what);
    REQUIRE(report->findings.empty());
}

// Commits a plan for an account and returns what came of it.
inline Result<Committed> commit(Store& store, AccountId account, Plan plan, std::vector<Body> bodies = {}) {
    return store.commit({account, 1'000'000, std::move(bodies), std::move(plan), {}});
}

inline Body body_of(std::string text) {
    return make_body(std::make_shared<const std::string>(std::move(text)));
}

// An email row with its body, to be completed by the caller.
inline EmailAdded email_of(const Body& body, EmailId id, ThreadId thread, Time received,
                           std::vector<MailboxRef> mailboxes, std::uint32_t flags = 0) {
    EmailAdded added;
    added.row.id = id;
    added.row.thread = thread;
    added.row.received = received;
    added.row.body = body.hash;
    added.row.size = body.bytes->size();
    added.row.mailboxes = std::move(mailboxes);
    added.row.keywords.flags = flags;
    added.row.subject = "Conseil de classe";
    added.row.from = {{"Anne", "anne@academie.test"}};
    added.structure.message_ids = {std::to_string(id) + "@test"};
    added.structure.parts.resize(1);
    return added;
}

inline MailboxId add_mailbox(Store& store, AccountId account, const std::string& name,
                             const std::string& role = {}) {
    MailboxId made = 0;
    const auto done = commit(store, account, [&](Draft& draft) -> Result<void> {
        made = draft.new_mailbox();
        draft.add(MailboxPut{{made, 0, name, role, 0, true, 1}});
        return {};
    });
    REQUIRE(done.has_value());
    return made;
}

} // namespace facteur::store::test
