#include "store/search/leaf.h"

#include <algorithm>
#include <array>

namespace facteur::store::search {
namespace {

// More is no question that a person asks; each costs a look-up.
constexpr std::size_t most_parts = 64;

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Size of the apostrophe at `at`, straight or typographic; 0: there is none.
std::size_t apostrophe(std::string_view text, std::size_t at) {
    if (text[at] == '\'') return 1;
    return text.substr(at, 3) == "’" ? 3 : 0;
}

// l', d', qu'… stand for an article or pronoun: nobody searches for them.
bool is_elided(std::string_view part) {
    static constexpr std::array<std::string_view, 13> elided{
        "l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"};
    return std::find(elided.begin(), elided.end(), fold(part)) != elided.end();
}

class Parser {
public:
    Parser(std::string_view text, std::uint32_t in, bool typing) : text_(text), in_(in), typing_(typing) {}

    Expression run() {
        Expression whole{Expression::Kind::and_, {}, in_, {}};
        for (skip_space(); at_ < text_.size() && whole.children.size() < most_parts; skip_space()) {
            if (text_[at_] == '"' || text_[at_] == '\'')
                add_phrase(whole);
            else
                add_word(whole);
        }
        if (whole.children.empty()) {
            const bool blank = std::all_of(text_.begin(), text_.end(), is_space);
            // Signs alone: no email has them as a word.
            return blank ? Expression{} : Expression{Expression::Kind::word, std::string(text_), in_, {}};
        }
        return whole.children.size() == 1 ? std::move(whole.children.front()) : std::move(whole);
    }

private:
    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_]))
            ++at_;
    }
    void add(Expression& to, Expression::Kind kind, std::string text) const {
        Expression leaf{kind, std::move(text), in_, {}};
        if (!make_leaf(leaf).words.empty()) to.children.push_back(std::move(leaf));
    }

    void add_phrase(Expression& to) {
        const char quote = text_[at_++];
        std::string phrase;
        for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
            const bool escapes = text_[at_] == '\\' && at_ + 1 < text_.size() &&
                                 (text_[at_ + 1] == '"' || text_[at_ + 1] == '\'' || text_[at_ + 1] == '\\');
            if (escapes) ++at_;
            phrase.push_back(text_[at_]);
        }
        const bool closed = at_ < text_.size();
        if (closed) ++at_;
        // A phrase still being typed ends in the beginning of a word.
        add(to, !closed && typing_ ? Expression::Kind::prefix : Expression::Kind::phrase, std::move(phrase));
    }

    void add_word(Expression& to) {
        auto begin = at_;
        for (; at_ < text_.size() && !is_space(text_[at_]); ++at_) {
            const auto size = apostrophe(text_, at_);
            if (size == 0) continue;
            const auto part = text_.substr(begin, at_ - begin);
            if (!is_elided(part)) add(to, Expression::Kind::word, std::string(part));
            begin = at_ + size;
            at_ = begin - 1;
        }
        std::string part(text_.substr(begin, at_ - begin));
        if (!typing_ || at_ < text_.size()) return add(to, Expression::Kind::word, std::move(part));
        Expression either{Expression::Kind::or_, {}, in_, {}};
        add(either, Expression::Kind::word, part);
        add(either, Expression::Kind::prefix, std::move(part));
        if (!either.children.empty()) to.children.push_back(std::move(either));
    }

    std::string_view text_;
    std::uint32_t in_;
    bool typing_;
    std::size_t at_ = 0;
};

} // namespace

Expression parse(std::string_view text, std::uint32_t in, bool typing) {
    return Parser(text, in, typing).run();
}

} // namespace facteur::store::search
