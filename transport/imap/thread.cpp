#include "transport/imap/thread.h"

#include "transport/imap/strings.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>

namespace facteur::imap {
namespace {

using Index = std::uint32_t;
constexpr Index none = 0xffffffff;

// RFC 5256 §4, ORDEREDSUBJECT: messages of one base subject, the oldest as the parent of the others.
ThreadTree by_subject(const std::vector<ThreadRow>& rows) {
    std::vector<Index> order(rows.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
        return rows[a].subject != rows[b].subject ? rows[a].subject < rows[b].subject
                                                  : rows[a].date < rows[b].date;
    });
    ThreadTree tree;
    tree.nodes.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        tree.nodes[i].number = rows[i].number;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i > 0 && rows[order[i]].subject == rows[order[i - 1]].subject)
            tree.nodes[tree.roots.back()].children.push_back(order[i]);
        else
            tree.roots.push_back(order[i]);
    }
    std::stable_sort(tree.roots.begin(), tree.roots.end(), [&](Index a, Index b) {
        return rows[a].date != rows[b].date ? rows[a].date < rows[b].date : a < b;
    });
    return tree;
}

// RFC 5256 §4, REFERENCES, step by step. Nodes below rows.size() are messages; the others are dummies.
class ByReferences {
public:
    ByReferences(const std::vector<ThreadRow>& rows, bool by_newest)
        : rows_(rows), by_newest_(by_newest), parent_(rows.size(), none), children_(rows.size()) {}

    ThreadTree run() {
        link_all();
        gather_roots();
        prune();
        sort_roots();
        if (!by_newest_) merge_subjects();
        sort_all();
        ThreadTree tree;
        tree.nodes.resize(parent_.size());
        for (Index i = 0; i < tree.nodes.size(); ++i) {
            tree.nodes[i].number = is_dummy(i) ? 0 : rows_[i].number;
            tree.nodes[i].children = std::move(children_[i]);
        }
        tree.roots = std::move(roots_);
        return tree;
    }

private:
    bool is_dummy(Index node) const { return node >= rows_.size(); }

    Index add_dummy() {
        parent_.push_back(none);
        children_.emplace_back();
        return static_cast<Index>(parent_.size() - 1);
    }

    Index node_of(std::string_view id) {
        const auto [at, fresh] = by_id_.try_emplace(id, none);
        if (fresh) at->second = add_dummy();
        return at->second;
    }

    // Would the child be above its parent?
    bool loops(Index parent, Index child) const {
        if (parent == child) return true;
        if (heirs_[child] == 0) return false; // nothing is below it
        for (auto at = parent; at != none; at = parent_[at])
            if (at == child) return true;
        return false;
    }

    void set_parent(Index child, Index parent) {
        if (parent_[child] != none) --heirs_[parent_[child]];
        parent_[child] = parent;
        ++heirs_[parent];
    }

    // Step 1.
    void link_all() {
        for (Index i = 0; i < rows_.size(); ++i) // of two with one id the first has it
            if (!rows_[i].message_id.empty()) by_id_.try_emplace(rows_[i].message_id, i);
        for (Index i = 0; i < rows_.size(); ++i) {
            auto above = none;
            for (const auto id : rows_[i].references) {
                const auto node = node_of(id);
                heirs_.resize(parent_.size());
                if (above != none && parent_[node] == none && !loops(above, node)) set_parent(node, above);
                above = node;
            }
            heirs_.resize(parent_.size());
            if (above == none || parent_[i] == above || loops(above, i)) continue;
            set_parent(i, above);
        }
    }

    // Step 2, and the children of each, in the order of their nodes.
    void gather_roots() {
        for (Index i = 0; i < parent_.size(); ++i) {
            if (parent_[i] == none)
                roots_.push_back(i);
            else
                children_[parent_[i]].push_back(i);
        }
    }

    // Every node once, parents before children.
    std::vector<Index> from_the_top() const {
        std::vector<Index> out = roots_;
        for (std::size_t i = 0; i < out.size(); ++i)
            out.insert(out.end(), children_[out[i]].begin(), children_[out[i]].end());
        return out;
    }

    // Step 3: dummies without children go, and those with children give them to whom they belonged.
    void prune() {
        const auto order = from_the_top();
        for (auto at = order.rbegin(); at != order.rend(); ++at)
            prune_among(children_[*at], false);
        prune_among(roots_, true);
    }

    void prune_among(std::vector<Index>& siblings, bool at_root) {
        std::vector<Index> kept;
        kept.reserve(siblings.size());
        for (const auto node : siblings) {
            auto& below = children_[node];
            if (!is_dummy(node) || (at_root && below.size() > 1))
                kept.push_back(node);
            else
                kept.insert(kept.end(), below.begin(), below.end());
        }
        siblings = std::move(kept);
    }

    // Of a dummy, its first child; after `prune` that is a message.
    Index message_of(Index node) const {
        while (is_dummy(node))
            node = children_[node].front();
        return node;
    }

    bool older(Index a, Index b) const {
        const auto x = message_of(a), y = message_of(b);
        return rows_[x].date != rows_[y].date ? rows_[x].date < rows_[y].date : x < y;
    }

    void sort_siblings(std::vector<Index>& siblings) const {
        std::sort(siblings.begin(), siblings.end(), [this](Index a, Index b) { return older(a, b); });
    }

    // Step 4. The children of a dummy come first, because the first of them says its date.
    void sort_roots() {
        for (const auto root : roots_)
            if (is_dummy(root)) sort_siblings(children_[root]);
        sort_siblings(roots_);
    }

    bool is_reply(Index root) const { return !is_dummy(root) && rows_[root].is_reply; }

    // Step 5.
    void merge_subjects() {
        std::unordered_map<std::string_view, std::size_t> table; // place in roots_
        for (std::size_t i = 0; i < roots_.size(); ++i) {
            const auto subject = rows_[message_of(roots_[i])].subject;
            if (subject.empty()) continue;
            const auto [entry, fresh] = table.try_emplace(subject, i);
            if (fresh) continue;
            const auto there = roots_[entry->second], here = roots_[i];
            if ((is_dummy(here) && !is_dummy(there)) || (is_reply(there) && !is_reply(here)))
                entry->second = i;
        }
        std::vector<bool> gone(roots_.size(), false);
        for (std::size_t i = 0; i < roots_.size(); ++i) {
            const auto subject = rows_[message_of(roots_[i])].subject;
            if (subject.empty()) continue;
            const auto place = table.find(subject)->second;
            if (place == i) continue;
            merge(roots_[place], roots_[i]);
            gone[i] = true;
        }
        std::size_t kept = 0;
        for (std::size_t i = 0; i < roots_.size(); ++i)
            if (!gone[i]) roots_[kept++] = roots_[i];
        roots_.resize(kept);
    }

    // `there` stays in its place and takes `here`.
    void merge(Index& there, Index here) {
        if (is_dummy(there) && is_dummy(here)) {
            auto moved = std::move(children_[here]);
            children_[here].clear();
            auto& list = children_[there];
            list.insert(list.end(), moved.begin(), moved.end());
        } else if (is_dummy(there) || (is_reply(here) && !is_reply(there))) {
            children_[there].push_back(here);
        } else {
            const auto dummy = add_dummy();
            children_[dummy] = {there, here};
            there = dummy;
        }
    }

    // Step 6.
    void sort_all() {
        const auto order = from_the_top();
        for (auto at = order.rbegin(); at != order.rend(); ++at)
            sort_siblings(children_[*at]);
        sort_siblings(roots_);
        if (by_newest_) sort_by_newest(order);
    }

    void sort_by_newest(const std::vector<Index>& order) {
        std::vector<std::int64_t> newest(parent_.size(), std::numeric_limits<std::int64_t>::min());
        for (auto at = order.rbegin(); at != order.rend(); ++at) {
            if (!is_dummy(*at)) newest[*at] = rows_[*at].arrival;
            for (const auto child : children_[*at])
                newest[*at] = std::max(newest[*at], newest[child]);
        }
        std::stable_sort(roots_.begin(), roots_.end(),
                         [&](Index a, Index b) { return newest[a] < newest[b]; });
    }

    const std::vector<ThreadRow>& rows_;
    bool by_newest_;
    std::vector<Index> parent_, roots_;
    std::vector<std::uint32_t> heirs_ = std::vector<std::uint32_t>(rows_.size(), 0); // direct children
    std::vector<std::vector<Index>> children_;
    std::unordered_map<std::string_view, Index> by_id_;
};

} // namespace

ThreadTree thread_rows(const std::vector<ThreadRow>& rows, ThreadAlgorithm algorithm) {
    if (algorithm == ThreadAlgorithm::ordered_subject) return by_subject(rows);
    return ByReferences(rows, algorithm == ThreadAlgorithm::refs).run();
}

void write_thread(std::string& out, const ThreadTree& tree) {
    out += "* THREAD";
    if (!tree.roots.empty()) out += ' ';
    // What is still to be written, the next at the back: a node that begins a list, or the end of one.
    std::vector<std::uint32_t> todo;
    constexpr std::uint32_t closing = 0xffffffff;
    for (auto root = tree.roots.rbegin(); root != tree.roots.rend(); ++root)
        todo.push_back(*root);
    while (!todo.empty()) {
        auto at = todo.back();
        todo.pop_back();
        if (at == closing) {
            out += ')';
            continue;
        }
        out += '(';
        todo.push_back(closing);
        while (true) { // a chain of only children stands in one list
            const auto& node = tree.nodes[at];
            if (node.number != 0) write_number(out, node.number);
            if (node.children.empty()) break;
            if (node.number != 0) out += ' ';
            if (node.children.size() > 1) {
                for (auto child = node.children.rbegin(); child != node.children.rend(); ++child)
                    todo.push_back(*child);
                break;
            }
            at = node.children.front();
        }
    }
    out += "\r\n";
}

} // namespace facteur::imap
