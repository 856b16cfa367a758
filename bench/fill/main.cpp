// facteur-fill: a mailbox of any size in a moment, straight into a store that no server has open.
//
//     facteur-fill MBOX --store FOLDER --domain D --user ADDRESS --messages 1000000
//
// The messages of the mbox are parsed once and then filed over and over, a commit for each 500, until there
// are so many; each has a row, an index entry and a thread of its own, and shares its body with its copies.
// Then it makes the text index. Prints one JSON line: what that took.
#include "actors/accounts/directory.h"
#include "actors/commands/mailbox_paths.h"
#include "actors/indexing/indexing.h"
#include "actors/mailbox/ingest.h"
#include "bench/load/client.h"
#include "bench/load/mbox.h"
#include "store/store.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace facteur::fill {
namespace {

using load::now;
using load::stop;

constexpr std::size_t batch = 500;
constexpr store::Time first_received = 1'600'000'000, between_messages = 60;

struct Options {
    std::string mbox, store, domain, user;
    std::size_t messages = 10'000;
};

std::vector<std::shared_ptr<const IngestedEmail>> read(const std::string& mbox) {
    std::vector<std::shared_ptr<const IngestedEmail>> found;
    load::read_mbox(mbox, [&](const load::MboxMessage& message) {
        const store::Keywords seen{store::flag_seen, {}};
        found.push_back(ingest(std::make_shared<const std::string>(message.text), first_received, seen));
    });
    if (found.empty()) stop("there is no mail in " + mbox);
    return found;
}

// The email as it is filed the n-th time.
store::EmailAdded copy(const IngestedEmail& email, std::size_t n) {
    store::EmailAdded added{email.row, email.structure, false};
    if (n > 0)
        for (auto* ids :
             {&added.structure.message_ids, &added.structure.in_reply_to, &added.structure.references})
            for (auto& id : *ids)
                id = fmt::format("{}.{}", n, id);
    return added;
}

void run(const Options& options) {
    store::Options where;
    where.path = options.store;
    where.create = false;
    auto opened = store::Store::open(where);
    if (!opened) stop(opened.error().message);
    auto& store = **opened;
    const auto account = Directory(store, options.domain).find(options.user);
    if (!account) stop("there is no account " + options.user);
    const auto inbox = find_or_make_mailbox(store, account->id, {"inbox"}, first_received);
    if (!inbox) stop(inbox.error().message);

    const auto begun = now();
    const auto emails = read(options.mbox);
    const auto parsed = now();
    for (std::size_t from = 0; from < options.messages; from += batch) {
        const auto to = std::min(from + batch, options.messages);
        std::vector<store::Body> bodies;
        for (auto i = from; i < std::min(to, emails.size()); ++i)
            bodies.push_back(emails[i]->body);
        const auto plan = [&](store::Draft& draft) -> store::Result<void> {
            for (auto i = from; i < to; ++i) {
                auto added = copy(*emails[i % emails.size()], i / emails.size());
                added.row.received = first_received + static_cast<store::Time>(i) * between_messages;
                added.row.id = added.row.thread = draft.new_email();
                added.row.mailboxes = {draft.new_place(*inbox)};
                draft.add(std::move(added));
            }
            return {};
        };
        if (const auto done = store.commit({account->id, first_received, std::move(bodies), plan, {}}); !done)
            stop(done.error().message);
    }
    const auto filed = now();
    auto indexing = Indexing::start(store);
    if (!indexing) stop(indexing.error().message);
    if (const auto done = (*indexing)->wait_until_current(); !done) stop(done.error().message);
    const auto indexed = now();
    indexing->reset();
    store.close();
    fmt::print(R"({{"what":"fill","messages":{},"different":{},"parse_seconds":{:.2f},"file_seconds":{:.2f},)"
               R"("index_seconds":{:.2f},"seconds":{:.2f}}})"
               "\n",
               options.messages, emails.size(), parsed - begun, filed - parsed, indexed - filed,
               now() - begun);
}

} // namespace
} // namespace facteur::fill

int main(int argc, char** argv) {
    facteur::fill::Options options;
    CLI::App app{"Fills a mailbox of a store that no server has open."};
    app.add_option("mbox", options.mbox)->required();
    app.add_option("--store", options.store)->required();
    app.add_option("--domain", options.domain)->required();
    app.add_option("--user", options.user)->required();
    app.add_option("--messages", options.messages);
    CLI11_PARSE(app, argc, argv);
    facteur::fill::run(options);
    return 0;
}
