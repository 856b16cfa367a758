#include "bench/micro/filled_mailbox.h"

#include "actors/mailbox/ingest.h"

#include <algorithm>
#include <vector>

namespace facteur::micro {
namespace {

constexpr std::size_t batch = 500;
constexpr store::Time between_letters = 600;

} // namespace

FilledMailbox& FilledMailbox::get() {
    static FilledMailbox filled;
    return filled;
}

FilledMailbox::FilledMailbox() {
    store::Options options;
    options.path = place_.path() + "/store";
    options.shards = 1;
    auto opened = store::Store::open(options);
    if (!opened) give_up(opened.error().message);
    store_ = std::move(*opened);
    Letters letters;
    for (std::size_t from = 0; from < messages; from += batch)
        file(letters, from, std::min(from + batch, messages));
    auto indexing = Indexing::start(*store_);
    if (!indexing) give_up(indexing.error().message);
    indexing_ = std::move(*indexing);
    if (const auto done = indexing_->wait_until_current(); !done) give_up(done.error().message);
}

void FilledMailbox::file(Letters& letters, std::size_t from, std::size_t to) {
    std::vector<std::shared_ptr<const IngestedEmail>> emails;
    std::vector<store::Body> bodies;
    for (auto i = from; i < to; ++i) {
        const store::Keywords keywords{
            (i % 3 > 0 ? store::flag_seen : 0u) | (i % 20 == 0 ? store::flag_flagged : 0u), {}};
        emails.push_back(ingest(std::make_shared<const std::string>(letters.letter(i)),
                                newest - static_cast<store::Time>(messages - i) * between_letters, keywords));
        bodies.push_back(emails.back()->body);
    }
    const auto plan = [&](store::Draft& draft) -> store::Result<void> {
        if (from == 0) draft.add(store::MailboxPut{{draft.new_mailbox(), 0, "Inbox", "inbox", 0, true, 1}});
        for (auto i = from; i < to; ++i) {
            const auto& email = *emails[i - from];
            store::EmailAdded added{email.row, email.structure, false};
            added.row.id = draft.new_email();
            added.row.thread = added.row.id - i % 3;
            added.row.mailboxes = {draft.new_place(inbox)};
            draft.add(std::move(added));
        }
        return {};
    };
    const auto done = store_->commit({account, newest, std::move(bodies), plan, {}});
    if (!done) give_up(done.error().message);
}

} // namespace facteur::micro
