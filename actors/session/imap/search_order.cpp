#include "actors/session/imap/search_order.h"

#include "actors/session/jmap/collation.h"
#include "transport/mime/thread.h"

#include <algorithm>
#include <deque>

namespace facteur {
namespace {

using By = imap::SortCriterion::By;

std::string order_key(std::string_view text) {
    return collation_key(text, Collation::unicode_casemap);
}

// RFC 5256 §3: the local part.
std::string mailbox_key(std::string_view email) {
    return order_key(email.substr(0, email.rfind('@')));
}
// RFC 5957 §3
std::string display_key(std::string_view name, std::string_view email) {
    return order_key(name.empty() ? email : name);
}

class SortRows {
public:
    SortRows(const std::vector<imap::SortCriterion>& order, const store::Snapshot& now,
             store::AccountId account)
        : now_(now), account_(account) {
        for (const auto& criterion : order)
            asked_ |= 1u << static_cast<unsigned>(criterion.by);
    }

    imap::SortRow row(const SearchMatch& match, std::uint32_t place) {
        imap::SortRow out;
        out.number = place;
        out.relevancy = match.relevancy;
        const auto row = now_.any_email(account_, match.email);
        if (!row) return out;
        out.arrival = row->received();
        out.date = row->sent() != 0 ? row->sent() : row->received();
        out.size = row->size();
        if (asks(By::subject)) out.subject = keep(std::string(row->sort_subject()));
        if (asks(By::from) || asks(By::display_from)) {
            const auto from = row->from();
            if (!from.empty() && asks(By::from)) out.from = keep(mailbox_key(from.front().email));
            if (!from.empty() && asks(By::display_from))
                out.display_from = keep(display_key(from.front().name, from.front().email));
        }
        if (asks(By::to) || asks(By::display_to)) {
            const auto to = row->to();
            if (!to.empty() && asks(By::to)) out.to = keep(mailbox_key(to.front().email));
            if (!to.empty() && asks(By::display_to))
                out.display_to = keep(display_key(to.front().name, to.front().email));
        }
        if (asks(By::cc))
            if (const auto structure = now_.structure(account_, match.email);
                structure && !structure->cc.empty())
                out.cc = keep(mailbox_key(structure->cc.front().email));
        return out;
    }
    // Octets that `row` has kept for the last one.
    [[nodiscard]] std::size_t kept() const { return kept_; }

private:
    [[nodiscard]] bool asks(By by) const { return (asked_ & 1u << static_cast<unsigned>(by)) != 0; }
    std::string_view keep(std::string text) {
        kept_ += text.size() + sizeof(std::string);
        return texts_.emplace_back(std::move(text));
    }

    const store::Snapshot& now_;
    store::AccountId account_;
    unsigned asked_ = 0;
    std::deque<std::string> texts_;
    std::size_t kept_ = 0;
};

} // namespace

std::vector<SearchMatch> sort_matches(std::vector<SearchMatch> matches,
                                      const std::vector<imap::SortCriterion>& order,
                                      const store::Snapshot& now, store::AccountId account, Turn& turn) {
    SortRows from(order, now, account);
    std::vector<imap::SortRow> rows;
    rows.reserve(matches.size());
    for (std::size_t place = 0; place < matches.size(); ++place) {
        const auto before = from.kept();
        rows.push_back(from.row(matches[place], static_cast<std::uint32_t>(place)));
        if (!turn.go_on(steps_of_key) || !turn.hold(sizeof(imap::SortRow) + from.kept() - before))
            return matches;
    }
    std::vector<SearchMatch> sorted;
    sorted.reserve(matches.size());
    for (const auto place : imap::sort_rows(rows, order))
        sorted.push_back(matches[place]);
    return sorted;
}

imap::ThreadTree thread_matches(const std::vector<SearchMatch>& matches, imap::ThreadAlgorithm algorithm,
                                bool uid, const UidMap& map, const store::Snapshot& now,
                                store::AccountId account, Turn& turn) {
    struct Texts { // what the rows' views point to
        std::string subject;
        std::vector<std::string> message_ids, references, in_reply_to;
    };
    std::deque<Texts> texts;
    std::vector<imap::ThreadRow> rows;
    rows.reserve(matches.size());
    const bool by_ids = algorithm != imap::ThreadAlgorithm::ordered_subject;
    for (const auto& match : matches) {
        if (!turn.go_on(steps_of_key)) return {};
        const auto row = now.any_email(account, match.email);
        const auto number = map.number_of(match.uid);
        if (!row || !number) continue;
        auto& kept = texts.emplace_back();
        kept.subject = row->sort_subject();
        auto& out = rows.emplace_back();
        out.number = uid ? match.uid : *number;
        out.arrival = row->received();
        out.date = row->sent() != 0 ? row->sent() : row->received();
        out.subject = kept.subject;
        out.is_reply = mime::is_reply_subject(row->subject());
        std::size_t octets = sizeof(Texts) + sizeof(imap::ThreadRow) + kept.subject.size();
        if (by_ids) {
            if (auto structure = now.structure(account, match.email)) {
                kept.message_ids = std::move(structure->message_ids);
                kept.references = std::move(structure->references);
                kept.in_reply_to = std::move(structure->in_reply_to);
            }
            if (!kept.message_ids.empty()) out.message_id = kept.message_ids.front();
            out.references.assign(kept.references.begin(), kept.references.end());
            if (out.references.empty() && !kept.in_reply_to.empty())
                out.references.push_back(kept.in_reply_to.front());
            octets += 100 * (out.references.size() + 1);
        }
        if (!turn.hold(octets)) return {};
    }
    return imap::thread_rows(rows, algorithm);
}

} // namespace facteur
