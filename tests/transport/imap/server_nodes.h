// What a server says, taken apart into words, strings and lists, for tests alone.
#pragma once

#include "transport/base/ascii.h"
#include "transport/imap/sequence_set.h"

#include <charconv>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

struct ServerNode {
    enum class Is { atom, string, list } is = Is::atom;
    std::string text;
    std::vector<ServerNode> items;

    [[nodiscard]] bool is_list() const { return is == Is::list; }
    [[nodiscard]] bool is_nil() const { return is == Is::atom && ascii::same_text(text, "NIL"); }
    // "NIL" is not the word NIL; else a word and a string of the same octets are the same.
    bool operator==(const ServerNode& other) const {
        return is_list() == other.is_list() && is_nil() == other.is_nil() && text == other.text &&
               items == other.items;
    }
};

// The nodes of one response, literals included; nothing when it does not hold together.
class ServerNodes {
public:
    static std::optional<std::vector<ServerNode>> read(std::string_view text) {
        ServerNodes reader(text);
        std::vector<ServerNode> out;
        if (!reader.list(out, false)) return {};
        return out;
    }

private:
    explicit ServerNodes(std::string_view text) : text_(text) {}

    bool list(std::vector<ServerNode>& out, bool inner) {
        while (true) {
            while (at_ < text_.size() && text_[at_] == ' ')
                ++at_;
            if (at_ == text_.size()) return !inner;
            if (text_[at_] == ')') {
                ++at_;
                return inner;
            }
            if (!node(out.emplace_back())) return false;
        }
    }
    bool node(ServerNode& out) {
        if (text_[at_] == '(') {
            ++at_;
            out.is = ServerNode::Is::list;
            return list(out.items, true);
        }
        if (text_[at_] == '"') return quoted(out);
        if (text_[at_] == '{' || text_.substr(at_).starts_with("~{")) return literal(out);
        int brackets = 0; // BODY[HEADER.FIELDS (DATE FROM)] is one word
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (brackets == 0 && (c == ' ' || c == '(' || c == ')')) break;
            brackets += c == '[' ? 1 : c == ']' ? -1 : 0;
            out.text += c;
            ++at_;
        }
        return brackets == 0;
    }
    bool quoted(ServerNode& out) {
        out.is = ServerNode::Is::string;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"') {
                ++at_;
                return true;
            }
            if (text_[at_] == '\\') ++at_;
            if (at_ < text_.size()) out.text += text_[at_];
        }
        return false;
    }
    bool literal(ServerNode& out) {
        out.is = ServerNode::Is::string;
        const auto open = text_.find('{', at_), close = text_.find("}\r\n", at_);
        if (close == std::string_view::npos) return false;
        std::size_t octets = 0;
        std::from_chars(text_.data() + open + 1, text_.data() + close, octets);
        at_ = close + 3;
        if (text_.size() - at_ < octets) return false;
        out.text = text_.substr(at_, octets);
        at_ += octets;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

// ---- values of nodes; `bad` is set when one is not what it should be

struct NodeValues {
    bool bad = false;
    std::deque<std::string> kept; // what views point into

    std::string_view keep(std::string text) { return kept.emplace_back(std::move(text)); }

    std::uint64_t number(std::string_view text) {
        std::uint64_t out = 0;
        const auto end = text.data() + text.size();
        if (text.empty() || std::from_chars(text.data(), end, out).ptr != end) bad = true;
        return out;
    }
    std::uint64_t number(const ServerNode& node) { return number(node.text); }
    std::uint32_t number32(const ServerNode& node) { return static_cast<std::uint32_t>(number(node.text)); }

    std::vector<NumberRange> ranges(std::string_view text) {
        const auto set = parse_sequence_set(text, 1000);
        if (!set || set->saved) {
            bad = true;
            return {};
        }
        return set->ranges;
    }
    std::vector<std::uint32_t> numbers(std::string_view text) {
        std::vector<std::uint32_t> out;
        for (const auto& range : ranges(text))
            for (auto number = range.first; number <= range.last; ++number)
                out.push_back(number);
        return out;
    }
    std::vector<std::string_view> texts(const std::vector<ServerNode>& nodes, std::size_t from = 0) {
        std::vector<std::string_view> out;
        for (auto i = from; i < nodes.size(); ++i)
            out.push_back(keep(nodes[i].text));
        return out;
    }
    std::vector<std::string> strings(const std::vector<ServerNode>& nodes, std::size_t from = 0) {
        std::vector<std::string> out;
        for (auto i = from; i < nodes.size(); ++i)
            out.push_back(nodes[i].text);
        return out;
    }
    std::optional<std::string_view> nstring(const ServerNode& node) {
        if (node.is_nil()) return {};
        return keep(node.text);
    }
    std::string_view nil_is_empty(const ServerNode& node) {
        return node.is_nil() ? std::string_view() : keep(node.text);
    }
};

} // namespace facteur::imap
