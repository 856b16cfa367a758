#include "actors/session/imap/search.h"

#include "transport/imap/dates.h"
#include "transport/imap/envelope.h"
#include "transport/mime/headers.h"

#include <algorithm>

namespace facteur {
namespace {

namespace search = store::search;
using Node = SearchNode::Kind;

constexpr unsigned postings_in_step = 16; // of a turn
// Looking an email up by its id costs about as much as walking past so many entries of the UID index, or of
// a list of them in memory.
constexpr std::uint64_t entries_per_look = 20, listed_entries_per_look = 100;
constexpr std::int64_t widest_zone_days = 1;

bool is_in(const SearchNode& node, std::int64_t value) {
    return value >= node.low && value <= node.high;
}

std::int64_t day_of_seconds(std::int64_t seconds) {
    return imap::day_of({seconds, 0});
}

// Conditions that every match meets.
template <typename Each>
void each_required(const SearchNode& node, const Each& each) {
    if (node.kind != Node::and_) return each(node);
    for (const auto& child : node.children)
        each_required(child, each);
}

MessageRanges intersection_of(const MessageRanges& a, const MessageRanges& b) {
    MessageRanges both;
    for (auto left = a.begin(), right = b.begin(); left != a.end() && right != b.end();) {
        const auto first = std::max(left->first, right->first), last = std::min(left->last, right->last);
        if (first <= last) both.push_back({first, last});
        if (left->last < right->last)
            ++left;
        else
            ++right;
    }
    return both;
}

// A message without any FUZZY text is as relevant as can be; a word in the subject or a name counts twice.
std::uint8_t relevancy_of(const SearchNode& node, store::EmailId email) {
    unsigned texts = 0, score = 0;
    const auto count = [&](const SearchNode& of, const auto& self) -> void {
        if (of.is_fuzzy) {
            ++texts;
            score += std::binary_search(of.strong.begin(), of.strong.end(), email) ? 2 : 1;
        }
        for (const auto& child : of.children)
            self(child, self);
    };
    count(node, count);
    return static_cast<std::uint8_t>(texts == 0 ? 100 : score * 50 / texts);
}

bool has_message_id(const store::StructureView& structure, std::string_view wanted) {
    return search::fold_text(imap::bracketed_ids(structure.message_ids)).find(wanted) != std::string::npos;
}

bool has_field(std::string_view header, const SearchNode& node) {
    for (const auto& field : mime::all_fields(header, node.name))
        if (node.text.empty() ||
            search::fold_text(mime::text(field.value)).find(node.text) != std::string::npos)
            return true;
    return false;
}

} // namespace

struct MailboxSearch::Candidate {
    Candidate(const store::Snapshot& snapshot, store::AccountId account, const store::UidEntry& of,
              std::uint32_t sequence_number, Turn& of_search)
        : now(snapshot), entry(of), number(sequence_number), turn(of_search), account_(account) {}

    MessageContent& content() {
        if (!content_) content_.emplace(now, account_, entry.email);
        return *content_;
    }

    const store::Snapshot& now;
    const store::UidEntry& entry;
    std::uint32_t number;
    Turn& turn;

private:
    store::AccountId account_;
    std::optional<MessageContent> content_; // most are judged without it
};

// ---- the index

jmap::MethodResult MailboxSearch::find_texts(const Indexing& indexing, Turn& turn) {
    jmap::MethodResult done;
    find_texts(tree_, indexing, turn, done);
    return done;
}

void MailboxSearch::find_texts(SearchNode& node, const Indexing& indexing, Turn& turn,
                               jmap::MethodResult& done) {
    for (auto& child : node.children)
        find_texts(child, indexing, turn, done);
    if (!node.has_text() || !done) return;
    const auto ask = [&](const search::Expression& expression) {
        auto found = indexing.candidates(scope_.account, expression, [&](unsigned postings) {
            return turn.go_on(1 + postings / postings_in_step);
        });
        if (turn.has_ended())
            done = tl::unexpected(turn.error());
        else if (!found)
            done = jmap::method_error("serverFail", found.error().message);
        else if (!turn.hold(found->emails.size() * sizeof(store::EmailId)))
            done = tl::unexpected(turn.error());
        return found.value_or(Indexing::Candidates{});
    };
    node.candidates = ask(node.expression);
    if (!node.is_fuzzy || !scope_.wants_relevancy || !done) return;
    search::Expression strong{search::Expression::Kind::and_, {}, 0, {node.expression}};
    const auto narrow = [](search::Expression& of, const auto& self) -> void {
        const auto in = bit(search::Field::from) | bit(search::Field::to) | bit(search::Field::subject);
        of.in = of.in == 0 ? in : of.in;
        for (auto& child : of.children)
            self(child, self);
    };
    narrow(strong, narrow);
    node.strong = ask(strong).emails;
}

// ---- the way through the mailbox

MailboxSearch::Way MailboxSearch::way(const store::Snapshot& now) const {
    Way way;
    if (!scope_.map->is_empty()) way.messages = {{1, scope_.map->size()}};
    each_required(tree_, [&](const SearchNode& node) {
        if (node.kind == Node::numbers) way.messages = intersection_of(way.messages, node.ranges);
        if (node.kind == Node::none) way.messages.clear();
    });
    auto fewest = imap::count(way.messages);
    const auto per_look =
        shared_ != nullptr && shared_->kept(now, place_) ? listed_entries_per_look : entries_per_look;
    const auto next = now.state(scope_.account).next_email;
    each_required(tree_, [&](const SearchNode& node) {
        if (!node.has_text()) return;
        const auto& of = node.candidates;
        const auto looks = (of.emails.size() + (next - std::min(next, of.below))) * per_look;
        if (looks >= fewest) return;
        way.candidates = &of;
        fewest = looks;
    });
    return way;
}

std::vector<SearchMatch> MailboxSearch::run(const store::Snapshot& now, Turn& turn) {
    matches_.clear();
    const auto through = way(now);
    if (through.candidates != nullptr)
        walk(now, *through.candidates, turn);
    else
        walk(now, through.messages, turn);
    return std::move(matches_);
}

void MailboxSearch::walk(const store::Snapshot& now, const MessageRanges& messages, Turn& turn) {
    const auto all = scope_.map->size();
    const bool most = shared_ != nullptr && imap::count(messages) > all / 2;
    const auto entries = most ? shared_->of(now, place_, all, turn) : nullptr;
    std::vector<const Indexing::Candidates*> required;
    each_required(tree_, [&](const SearchNode& node) {
        if (node.has_text()) required.push_back(&node.candidates);
    });
    // Most messages, as a rule, are none that the index knows of.
    const auto is_excluded = [&](store::EmailId email) {
        return std::any_of(required.begin(), required.end(), [&](const Indexing::Candidates* of) {
            return of->of(email) == Indexing::Candidates::Says::no;
        });
    };
    UidMap::Ascending numbers(*scope_.map);
    for (const auto& range : messages) {
        if (turn.has_ended()) return;
        const auto begin = scope_.map->at(range.first), end = scope_.map->at(range.last);
        const auto judge = [&](const store::UidEntry& entry) {
            if (entry.uid > end || !turn.go_on()) return false;
            if (is_excluded(entry.email)) return true;
            if (const auto number = numbers.number_of(entry.uid)) judge_entry(now, entry, *number, turn);
            return true;
        };
        if (!entries) {
            now.by_uid(scope_.account, scope_.mailbox, begin, judge);
            continue;
        }
        auto entry =
            std::lower_bound(entries->begin(), entries->end(), begin,
                             [](const store::UidEntry& each, store::Uid of) { return each.uid < of; });
        while (entry != entries->end() && judge(*entry))
            ++entry;
    }
}

void MailboxSearch::walk(const store::Snapshot& now, const Indexing::Candidates& candidates, Turn& turn) {
    const auto judge = [&](const store::EmailView& row) { return judge_row(now, row, turn); };
    for (const auto email : candidates.emails)
        if (const auto row = now.any_email(scope_.account, email); row && !judge(*row)) return;
    now.by_id(scope_.account, candidates.below, judge);
    std::sort(matches_.begin(), matches_.end(),
              [](const SearchMatch& a, const SearchMatch& b) { return a.uid < b.uid; });
}

bool MailboxSearch::judge_row(const store::Snapshot& now, const store::EmailView& row, Turn& turn) {
    if (!turn.go_on(steps_of_row)) return false;
    const auto ref = row.ref(scope_.mailbox);
    const auto number = ref ? scope_.map->number_of(ref->uid) : std::nullopt;
    if (!number) return true;
    if (const auto entry = now.uid(scope_.account, scope_.mailbox, ref->uid))
        judge_entry(now, *entry, *number, turn);
    return true;
}

void MailboxSearch::judge_entry(const store::Snapshot& now, const store::UidEntry& entry,
                                std::uint32_t number, Turn& turn) {
    Candidate message(now, scope_.account, entry, number, turn);
    if (!meets(message, tree_) || !turn.hold(sizeof(SearchMatch))) return;
    matches_.push_back({entry.uid, entry.email, entry.changed,
                        scope_.wants_relevancy ? relevancy_of(tree_, entry.email) : std::uint8_t{100}});
}

// ---- judging

bool MailboxSearch::meets(Candidate& message, const SearchNode& node) const {
    const auto child = [&](const SearchNode& of) { return meets(message, of); };
    const auto& entry = message.entry;
    switch (node.kind) {
    case Node::all: return true;
    case Node::none: return false;
    case Node::numbers: return imap::contains(node.ranges, message.number);
    case Node::flag: return (entry.flags & node.flag) != 0;
    case Node::deleted: return entry.deleted;
    case Node::modseq: return is_in(node, static_cast<std::int64_t>(entry.changed));
    case Node::email: return is_in(node, static_cast<std::int64_t>(entry.email));
    case Node::and_: return std::all_of(node.children.begin(), node.children.end(), child);
    case Node::or_: return std::any_of(node.children.begin(), node.children.end(), child);
    case Node::not_: return !child(node.children.front());
    case Node::text:
    case Node::header: return has_text(message, node);
    case Node::keyword:
        if (!entry.more_keywords) return false;
        break;
    default: break;
    }
    return meets_by_row(message, node);
}

bool MailboxSearch::meets_by_row(Candidate& message, const SearchNode& node) const {
    message.turn.spend(steps_of_row);
    const auto* row = message.content().row();
    if (row == nullptr) return false;
    switch (node.kind) {
    case Node::keyword: return row->has_keyword(node.text);
    case Node::received: return is_in(node, row->received());
    case Node::size: return is_in(node, static_cast<std::int64_t>(row->size()));
    case Node::thread: return is_in(node, static_cast<std::int64_t>(row->thread()));
    case Node::saved: {
        // Of a message that was there before this was noted, the day that it has is the best answer.
        const auto ref = row->ref(scope_.mailbox);
        return is_in(node, ref && ref->saved != 0 ? ref->saved : row->received());
    }
    case Node::sent: {
        if (row->sent() == 0) return false;
        const auto day = day_of_seconds(row->sent());
        const bool earliest = is_in(node, day - widest_zone_days),
                   latest = is_in(node, day + widest_zone_days);
        if (earliest == latest && earliest == is_in(node, day)) return earliest;
        const auto& structure = message.content().structure();
        return is_in(node, imap::day_of({structure.sent, structure.sent_zone}));
    }
    default: return false;
    }
}

bool MailboxSearch::has_text(Candidate& message, const SearchNode& node) const {
    const auto email = message.entry.email;
    if (node.has_text()) {
        const auto says = node.candidates.of(email);
        using Says = Indexing::Candidates::Says;
        if (says != Says::look) return says == Says::yes;
    }
    const auto known = node.judged.find(email);
    if (known != node.judged.end()) return known->second;
    message.turn.spend(steps_of_reading);
    bool has = false;
    if (node.has_text()) {
        has = Indexing::matches(message.now, scope_.account, email, node.expression);
    } else if (const auto& structure = message.content().structure();
               mime::same_name(node.name, "Message-ID") && !structure.message_ids.empty()) {
        has = has_message_id(structure, node.text);
    } else if (const auto header = message.content().header()) {
        has = has_field(*header, node);
    }
    node.judged.emplace(email, has);
    return has;
}

} // namespace facteur
