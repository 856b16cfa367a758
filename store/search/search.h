// Full-text search within one account: an inverted index in LMDB, one environment per shard.
//
// The index is a cache of the shard's log: `mark` is the last sequence that it holds, written in the same
// transaction as the postings, so that a crash loses nothing and indexes nothing twice. One thread at a time
// may write (`update`); any number may query. A query sees the newest `update`; whoever wants what is newer
// scans the emails after the mark with `matches`, which judges one document by the same rules without the
// index.
//
// Words are cut at Unicode word boundaries (ICU), folded (case, accents, width), at most 64 characters;
// French and English stems (Snowball) are indexed beside the plain word. A quoted phrase is checked on
// positions or on the candidate's text.
#pragma once

#include "store/error.h"
#include "store/ids.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store::search {

enum class Field : std::uint8_t { from = 0, to = 1, cc = 2, bcc = 3, subject = 4, body = 5, attachment = 6 };
inline constexpr std::size_t fields = 7;
inline constexpr std::uint32_t all_fields = (1u << fields) - 1;
constexpr std::uint32_t bit(Field field) {
    return 1u << static_cast<unsigned>(field);
}

// The text of one email, UTF-8, decoded. `body` is plain text (HTML already turned into text), and
// `attachment` the names (and text, where it could be had) of its attachments.
struct Document {
    AccountId account = 0;
    EmailId email = 0;
    std::array<std::string, fields> text;
};
struct Removal {
    AccountId account = 0;
    EmailId email = 0;
};

// A tree: leaves are words, phrases or prefixes in some fields.
struct Expression {
    enum class Kind : std::uint8_t { all, word, prefix, phrase, and_, or_, not_ } kind = Kind::all;
    std::string text;     // word, prefix, phrase: as the user typed it
    std::uint32_t in = 0; // bits 1 << Field; 0: any field
    std::vector<Expression> children;
};
// What a user means by `text` in a JMAP text filter (RFC 8621 §4.4.1): words are all wanted, "…" is a phrase,
// and the last word also matches as a prefix when `typing`.
Expression parse(std::string_view text, std::uint32_t in, bool typing = false);

class Index {
public:
    struct Options {
        std::string path;
        std::uint64_t map = 1ull << 38;
    };
    static Result<std::unique_ptr<Index>> open(const Options& options);
    ~Index();

    [[nodiscard]] Sequence mark() const;
    // Adds and removes, and moves the mark, in one transaction. A document that is there already is replaced.
    Result<void> update(const std::vector<Document>& added, const std::vector<Removal>& removed,
                        Sequence mark);
    // Everything of one account, in steps.
    Result<void> remove_account(AccountId account);

    // Ids of the matching emails, ascending. Phrases are candidates only (all words in one document) unless
    // `text_of` is given, which fetches the document for the last check.
    [[nodiscard]] Result<std::vector<EmailId>>
    query(AccountId account, const Expression& expression,
          const std::function<std::optional<Document>(EmailId)>& text_of = {}) const;

    struct Statistics {
        std::uint64_t documents = 0, terms = 0, octets = 0;
    };
    [[nodiscard]] Statistics statistics() const;
    // Verifies the form of every posting list and that document lists agree; findings as sentences, at most
    // 100.
    [[nodiscard]] std::vector<std::string> check() const;

private:
    struct Implementation;
    explicit Index(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

// Judges one document as `query` would.
bool matches(const Document& document, const Expression& expression);

// For SearchSnippet/get (RFC 8621 §5): byte ranges [begin, end) of `text` that the expression's words match.
std::vector<std::pair<std::size_t, std::size_t>> hits(std::string_view text, Field field,
                                                      const Expression& expression);

} // namespace facteur::store::search
