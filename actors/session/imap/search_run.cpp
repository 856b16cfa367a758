#include "actors/session/imap/search_run.h"

#include "actors/searching/searches.h"
#include "actors/session/imap/search_order.h"
#include "store/store.h"

namespace facteur {
namespace {

// Fewer entries are read as fast as they are kept.
constexpr std::uint32_t worth_keeping = 1000;

} // namespace

ImapFound run_search(const Services& services, const ImapSearch& asked, Turn& turn) {
    ImapFound found;
    const auto account = asked.scope.account;
    const auto damage = services.store.damage(account);
    MailboxSearch search(asked.scope, asked.key);
    if (asked.scope.map->size() >= worth_keeping)
        search.share(services.searches.uid_entries(), {account, asked.scope.mailbox, damage});
    if (auto texts = search.find_texts(services.indexing, turn); !texts) {
        found.error = texts.error();
        return found;
    }
    do {
        const auto now = services.store.read(account);
        turn.renew();
        found.matches = search.run(now, turn);
        if (turn.has_ended()) continue;
        if (!asked.order.empty())
            found.matches = sort_matches(std::move(found.matches), asked.order, now, account, turn);
        if (asked.algorithm)
            found.threads = thread_matches(found.matches, *asked.algorithm, asked.uid, *asked.scope.map, now,
                                           account, turn);
        if (turn.has_ended()) continue;
        if (services.store.damage(account) != damage)
            found.error = jmap::MethodError{"serverFail", "Some of the account's mail is damaged."};
        return found;
    } while (turn.wants_renewal());
    found.error = turn.error();
    return found;
}

} // namespace facteur
