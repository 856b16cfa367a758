// What JMAP methods stand on, real and on a temporary folder: a store, an actor system, mailbox actors and
// the search index, with one account. The store is checked when the test ends.
#pragma once

#include "actors/searching/searches.h"
#include "actors/session/jmap/ids.h"
#include "tests/store/fixture.h"
#include "transport/jmap/limits.h"

#include <nlohmann/json.hpp>

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {
class Indexing;
struct Services;
} // namespace facteur

namespace facteur::test {

using nlohmann::json;

struct NewEmail {
    std::string text;
    std::vector<store::MailboxId> mailboxes; // empty: the inbox
    store::Time received = 1'700'000'000;
    store::Keywords keywords = {};
};

class JmapServer {
public:
    explicit JmapServer(const jmap::Limits& limits = {}, const SearchLimits& searches = {});
    ~JmapServer();

    [[nodiscard]] store::AccountRow& user();
    [[nodiscard]] store::AccountId account() { return user().id; }
    [[nodiscard]] std::string account_id() { return facteur::account_id(user().id); }
    [[nodiscard]] store::Store& store();
    [[nodiscard]] Indexing& indexing();
    [[nodiscard]] const Services& services();
    [[nodiscard]] store::MailboxId mailbox(std::string_view role);

    // -- changes, straight to the store
    store::EmailId add(const NewEmail& email);
    store::EmailId deliver(const std::string& text) { return add(NewEmail{text, {}, 1'700'000'000, {}}); }
    void update(store::EmailId email, const store::Keywords& keywords,
                std::vector<store::MailboxId> mailboxes);
    void remove(store::EmailId email);
    store::MailboxId add_mailbox(const std::string& name, store::MailboxId parent = 0,
                                 std::uint32_t order = 0);
    void commit(const store::Plan& plan, std::vector<store::Body> bodies = {});
    // A body that is kept as an upload; its blob id.
    std::string upload(const std::string& bytes);

    // -- calls
    // A whole request with all capabilities; the response. `more`: further members of the request.
    json request(json calls, const json& more = json::object());
    // The same without waiting for it.
    std::future<json> ask(json calls, const json& more = json::object());
    // One call with the account's id filled in: its answer's arguments; an "error" answer gives its
    // arguments.
    json call(const std::string& method, json arguments);

private:
    struct Parts; // keeps CAF out of the tests, whose headers are slow to compile
    std::unique_ptr<Parts> parts_;
};

// "From: …\r\nSubject: …\r\n\r\nbody" with line ends as mail has them.
std::string mail(std::string text);
json ids_of(char letter, const std::vector<std::uint64_t>& numbers);

} // namespace facteur::test
