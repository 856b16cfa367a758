// COPY and MOVE into a mailbox of another account (RFC 4314). What lies in two accounts lies in two shards,
// and has no place in common: so the texts are read, taken apart again and appended, some at a time. Of MOVE
// each part goes from where it was when its copies are on disk: a crash leaves it twice, never nowhere. A
// copy that cannot be made whole is taken back.
#include "actors/clock.h"
#include "actors/mailbox/ingest.h"
#include "actors/mailbox/large_texts.h"
#include "actors/session/imap/flags.h"
#include "actors/session/imap/imap_session.h"

#include <algorithm>

namespace facteur {
namespace {

// Of one part; a message that is larger is a part of its own.
constexpr std::size_t most_crossing = 100;
constexpr std::uint64_t most_octets_crossing = 8u << 20;

} // namespace

struct ImapSession::Crossing {
    struct Original {
        store::Uid uid = 0;
        store::Hash body;
        store::Time received = 0;
        store::Keywords keywords;
        std::shared_ptr<const IngestedEmail> copy;
    };
    store::AccountId from = 0;
    store::MailboxId source = 0;
    std::vector<store::Uid> uids;
    std::size_t next = 0;
    bool move = false;
    AppendEmails keeping; // as it is for each part, but for the emails
    Rights rights = 0;    // in the target
    // The part under way.
    std::vector<Original> part;
    std::unique_ptr<Reservation> held; // memory
    bool readable = true;
    std::vector<store::Uid> copies;
    EmailsChanged sum;
};

void ImapSession::cross(const Place& target, std::vector<store::Uid> uids, bool move) {
    auto crossing = std::make_shared<Crossing>();
    crossing->from = selected_->account();
    crossing->source = selected_->mailbox();
    crossing->move = move;
    crossing->rights = target.is_own() ? all_rights : target.entry->rights;
    auto& keeping = crossing->keeping;
    keeping.account = target.account();
    keeping.mailbox = target.mailbox();
    keeping.quota = quota_of(*target.view->owner);
    keeping.guard = guard(keeping.account, {{keeping.mailbox, right_insert}});
    // All or nothing: what is too much is known before anything is copied.
    const auto now = read_selected();
    auto octets = target.now().state(keeping.account).size;
    for (const auto uid : uids) {
        const auto entry = now.uid(crossing->from, crossing->source, uid);
        const auto email = entry ? now.any_email(crossing->from, entry->email) : std::nullopt;
        if (email) octets += email->size();
    }
    if (keeping.quota > 0 && octets > keeping.quota && !uids.empty())
        return no("OVERQUOTA", "The mailbox is full");
    crossing->uids = std::move(uids);
    cross_some(crossing);
}

void ImapSession::cross_some(const std::shared_ptr<Crossing>& crossing) {
    auto& c = *crossing;
    c.part.clear();
    c.held.reset();
    if (!renew_rights()) return;
    if (c.next >= c.uids.size()) return answer_copy(c.sum, c.move);
    if (c.next > 0) tell_progress(c.next, c.uids.size());
    const auto now = services().store.read(c.from);
    std::uint64_t octets = 0;
    for (; c.next < c.uids.size() && c.part.size() < most_crossing; ++c.next) {
        const auto entry = now.uid(c.from, c.source, c.uids[c.next]);
        const auto email = entry ? now.any_email(c.from, entry->email) : std::nullopt;
        if (!email) continue;
        if (!c.part.empty() && octets + email->size() > most_octets_crossing) break;
        octets += email->size();
        const auto flags = permitted_flags({email->keywords(), false}, c.rights);
        c.part.push_back({entry->uid, email->body(), email->received(), flags.keywords, {}});
    }
    if (c.part.empty()) return answer_copy(c.sum, c.move);
    c.held = std::make_unique<Reservation>(shared_->budget);
    if (!c.held->grow(octets))
        return undo_copies(crossing, {store::Code::busy, "Too many messages are under way: try again later"});
    // Whatever their size: this may be the loop's thread.
    world_.apart(
        std::max(octets, LargeTexts::large),
        [crossing, &store = services().store] {
            for (auto& original : crossing->part) {
                auto bytes = store.read(crossing->from).read_body(original.body);
                if (!bytes) {
                    crossing->readable = false;
                    return;
                }
                original.copy = ingest(std::make_shared<const std::string>(std::move(*bytes)),
                                       original.received, original.keywords);
            }
        },
        [this, crossing](bool done) {
            if (!done)
                return undo_copies(
                    crossing, {store::Code::busy, "Too many large messages are under way: try again later"});
            if (!crossing->readable)
                return undo_copies(crossing, {store::Code::corrupt, "Some messages are damaged"});
            keep_copies(crossing);
        });
}

void ImapSession::keep_copies(const std::shared_ptr<Crossing>& crossing) {
    if (!renew_rights()) return;
    auto request = crossing->keeping;
    request.at = seconds_now();
    for (auto& original : crossing->part)
        request.emails.push_back({std::move(original.copy)});
    world_.append(std::move(request), [this, crossing](store::Result<EmailsAppended> appended) {
        if (!appended) return undo_copies(crossing, appended.error());
        auto& sum = crossing->sum;
        sum.uid_validity = appended->uid_validity;
        for (const auto& original : crossing->part)
            sum.from.push_back(original.uid);
        sum.to.insert(sum.to.end(), appended->uids.begin(), appended->uids.end());
        crossing->copies.insert(crossing->copies.end(), appended->uids.begin(), appended->uids.end());
        if (crossing->move) return take_moved(crossing);
        cross_some(crossing);
    });
}

void ImapSession::take_moved(const std::shared_ptr<Crossing>& crossing) {
    ChangeEmails request;
    request.account = crossing->from;
    request.mailbox = crossing->source;
    request.what = ChangeEmails::What::remove;
    for (const auto& original : crossing->part)
        request.uids.push_back(original.uid);
    request.guard = guard(request.account, {{request.mailbox, right_delete | right_expunge}});
    request.at = seconds_now();
    world_.change(std::move(request), [this, crossing](store::Result<EmailsChanged> changed) {
        if (!changed) return undo_copies(crossing, changed.error());
        crossing->copies.clear(); // they are where they belong
        cross_some(crossing);
    });
}

// Takes back what was copied, but for what has moved already, then says why.
void ImapSession::undo_copies(const std::shared_ptr<Crossing>& crossing, const store::Error& why) {
    if (crossing->copies.empty()) return failed(why);
    ChangeEmails request;
    request.account = crossing->keeping.account;
    request.mailbox = crossing->keeping.mailbox;
    request.what = ChangeEmails::What::remove;
    request.uids = crossing->copies; // its own, made by this very command: no right is needed
    std::sort(request.uids.begin(), request.uids.end());
    change(std::move(request), [this, why](const EmailsChanged&) { failed(why); });
}

} // namespace facteur
