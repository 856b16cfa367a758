// A house with SMTP doors on a temporary store, which is checked when the server goes.
#pragma once

#include "tests/actors/smtp_house.h"
#include "tests/store/fixture.h"

namespace facteur::test {

inline void wait_until(const std::function<bool()>& condition) {
    REQUIRE(comes_true(condition));
}

class SmtpServer : private store::test::TemporaryFolder, public SmtpHouse {
public:
    // `configure` changes the configuration before anything is made from it.
    explicit SmtpServer(const std::function<void(Config&)>& configure = {})
        : SmtpHouse(store_options(path()), [&](Config& config, jmap::Limits&) {
              if (configure) configure(config);
          }) {}
    ~SmtpServer() {
        const auto wrong = end();
        CHECK(wrong == "");
    }

    store::AccountRow add(const std::string& address, const std::string& password = {},
                          std::uint64_t quota = 0) {
        NewAccount account;
        account.address = address;
        account.name = address.substr(0, address.find('@'));
        account.password = password;
        account.quota = quota;
        return House::add(account);
    }
    // Bodies of the mailbox's emails, newest first; 0: of all mailboxes.
    std::vector<std::string> mail(const store::AccountRow& account, store::MailboxId mailbox = 0) {
        const auto now = store().read(account.id);
        std::vector<std::string> bodies;
        now.by_received(account.id, mailbox, {}, [&](const store::ListEntry& entry) {
            const auto body = now.read_body(now.email(account.id, entry.email)->body());
            REQUIRE(body.has_value());
            bodies.push_back(*body);
            return true;
        });
        return bodies;
    }
    store::MailboxId mailbox(const store::AccountRow& account, const std::string& role) {
        return store().read(account.id).mailbox_by_role(account.id, role).value_or(0);
    }

private:
    static store::Options store_options(const std::string& path) {
        auto options = store::test::small(path);
        options.shards = 4;
        options.lanes = 2;
        return options;
    }
};

} // namespace facteur::test
