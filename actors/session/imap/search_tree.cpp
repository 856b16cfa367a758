#include "actors/session/imap/search_tree.h"

#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/keywords.h"
#include "transport/base/ascii.h"
#include "transport/mime/decode.h"

#include <algorithm>

namespace facteur {
namespace {

namespace search = store::search;
using Key = imap::SearchKey::Kind;
using Node = SearchNode::Kind;
using search::Field;

constexpr std::int64_t day_seconds = 86'400;

SearchNode node_of(Node kind) {
    SearchNode node;
    node.kind = kind;
    return node;
}

SearchNode negated(SearchNode node) {
    if (node.kind == Node::all || node.kind == Node::none)
        return node_of(node.kind == Node::all ? Node::none : Node::all);
    auto of = node_of(Node::not_);
    of.children.push_back(std::move(node));
    return of;
}

SearchNode flag_node(std::uint32_t flag) {
    auto node = node_of(Node::flag);
    node.flag = flag;
    return node;
}

SearchNode keyword_node(const std::string& text) {
    auto keyword = read_keyword(text);
    if (!keyword) return node_of(Node::none);
    if (const auto flag = flag_of(*keyword)) return flag_node(flag);
    auto node = node_of(Node::keyword);
    node.text = std::move(*keyword);
    return node;
}

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                       most = std::numeric_limits<std::int64_t>::max();

SearchNode range_node(Node kind, std::int64_t low, std::int64_t high) {
    auto node = node_of(kind);
    node.low = low;
    node.high = high;
    return node;
}

enum class On { before, day, since };
SearchNode day_node(Node kind, std::int64_t day, On on) {
    const auto unit = kind == Node::sent ? 1 : day_seconds;
    return range_node(kind, on == On::before ? least : day * unit,
                      on == On::since ? most
                      : on == On::day ? (day + 1) * unit - 1
                                      : day * unit - 1);
}

std::int64_t bounded(std::uint64_t number) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(number, most - 1));
}

template <typename Id>
SearchNode id_node(Node kind, std::optional<Id> id) {
    return id ? range_node(kind, bounded(*id), bounded(*id)) : node_of(Node::none);
}

class TreeMaker {
public:
    explicit TreeMaker(const SearchScope& scope) : scope_(scope) {}

    SearchNode make(const imap::SearchKey& key, bool fuzzy) const {
        switch (key.kind) {
        case Key::all:
        case Key::old:
        case Key::save_date_supported: return node_of(Node::all);
        case Key::recent:
        case Key::new_: return node_of(Node::none);
        case Key::sequence: return numbers(key.set, key.set.saved);
        case Key::uid: return numbers(key.set, true);
        case Key::answered: return flag_node(store::flag_answered);
        case Key::draft: return flag_node(store::flag_draft);
        case Key::flagged: return flag_node(store::flag_flagged);
        case Key::seen: return flag_node(store::flag_seen);
        case Key::deleted: return node_of(Node::deleted);
        case Key::unanswered: return negated(flag_node(store::flag_answered));
        case Key::undraft: return negated(flag_node(store::flag_draft));
        case Key::unflagged: return negated(flag_node(store::flag_flagged));
        case Key::unseen: return negated(flag_node(store::flag_seen));
        case Key::undeleted: return negated(node_of(Node::deleted));
        case Key::keyword: return keyword_node(key.text);
        case Key::unkeyword: return negated(keyword_node(key.text));
        case Key::bcc: return text(key.text, bit(Field::bcc), fuzzy);
        case Key::cc: return text(key.text, bit(Field::cc), fuzzy);
        case Key::from: return text(key.text, bit(Field::from), fuzzy);
        case Key::to: return text(key.text, bit(Field::to), fuzzy);
        case Key::subject: return text(key.text, bit(Field::subject), fuzzy);
        case Key::body: return text(key.text, bit(Field::body) | bit(Field::attachment), fuzzy);
        case Key::text: return text(key.text, 0, fuzzy);
        case Key::header: return header(key);
        case Key::before: return day_node(Node::received, key.day, On::before);
        case Key::on: return day_node(Node::received, key.day, On::day);
        case Key::since: return day_node(Node::received, key.day, On::since);
        case Key::sent_before: return day_node(Node::sent, key.day, On::before);
        case Key::sent_on: return day_node(Node::sent, key.day, On::day);
        case Key::sent_since: return day_node(Node::sent, key.day, On::since);
        case Key::saved_before: return day_node(Node::saved, key.day, On::before);
        case Key::saved_on: return day_node(Node::saved, key.day, On::day);
        case Key::saved_since: return day_node(Node::saved, key.day, On::since);
        case Key::larger: return range_node(Node::size, bounded(key.number) + 1, most);
        case Key::smaller: return range_node(Node::size, least, bounded(key.number) - 1);
        case Key::older: return range_node(Node::received, least, scope_.now - bounded(key.number));
        case Key::younger: return range_node(Node::received, scope_.now - bounded(key.number), most);
        case Key::mod_sequence: return range_node(Node::modseq, bounded(key.number), most);
        case Key::email_id: return id_node(Node::email, read_email_id(key.text));
        case Key::thread_id: return id_node(Node::thread, read_thread_id(key.text));
        case Key::and_: return of_keys(Node::and_, key, fuzzy);
        case Key::or_: return of_keys(Node::or_, key, fuzzy);
        case Key::not_:
            return key.keys.empty() ? node_of(Node::none) : negated(make(key.keys.front(), fuzzy));
        case Key::fuzzy: return key.keys.empty() ? node_of(Node::all) : make(key.keys.front(), true);
        }
        return node_of(Node::none);
    }

private:
    // Numbers that no message has are passed over.
    SearchNode numbers(const imap::SequenceSet& set, bool uid) const {
        auto node = node_of(Node::numbers);
        const auto& map = *scope_.map;
        if (set.saved)
            node.ranges = messages_with(map, scope_.saved);
        else if (uid)
            node.ranges = messages_with(map, imap::resolved(set, map.last()));
        else
            node.ranges = imap::resolved(set, map.size());
        return node;
    }

    static SearchNode text(const std::string& wanted, std::uint32_t in, bool fuzzy) {
        if (wanted.empty()) return node_of(Node::all);
        auto node = node_of(Node::text);
        node.is_fuzzy = fuzzy;
        node.expression = fuzzy ? search::parse(wanted, in)
                                : search::Expression{search::Expression::Kind::contains, wanted, in, {}};
        return node;
    }

    static SearchNode header(const imap::SearchKey& key) {
        auto node = node_of(Node::header);
        node.name = key.name;
        node.text = search::fold_text(key.text);
        return node;
    }

    SearchNode of_keys(Node kind, const imap::SearchKey& key, bool fuzzy) const {
        auto node = node_of(kind);
        for (const auto& child : key.keys)
            node.children.push_back(make(child, fuzzy));
        std::stable_sort(node.children.begin(), node.children.end(),
                         [](const SearchNode& a, const SearchNode& b) { return cost(a) < cost(b); });
        return node;
    }

    static int cost(const SearchNode& node) {
        switch (node.kind) {
        case Node::keyword:
        case Node::received:
        case Node::saved:
        case Node::size:
        case Node::thread: return 1;
        case Node::sent: return 2;
        case Node::text: return search::has_phrase(node.expression) ? 4 : 0;
        case Node::header: return 3;
        default: break;
        }
        int dearest = 0;
        for (const auto& child : node.children)
            dearest = std::max(dearest, cost(child));
        return dearest;
    }

    const SearchScope& scope_;
};

void decode_texts(imap::SearchKey& key, std::string_view charset) {
    if (!key.text.empty()) key.text = mime::to_utf8(key.text, charset).text;
    for (auto& child : key.keys)
        decode_texts(child, charset);
}

} // namespace

SearchNode make_search_tree(const imap::SearchKey& key, const SearchScope& scope) {
    return TreeMaker(scope).make(key, false);
}

bool asks_for_modseq(const imap::SearchKey& key) {
    return key.kind == Key::mod_sequence || std::any_of(key.keys.begin(), key.keys.end(), asks_for_modseq);
}

bool decode_search_texts(imap::SearchCriteria& criteria) {
    const auto charset = ascii::lowered(criteria.charset);
    if (charset.empty() || charset == "utf-8" || charset == "us-ascii") return true;
    if (!mime::charset_known(charset)) return false;
    decode_texts(criteria.key, charset);
    return true;
}

} // namespace facteur
