// Full-text search within one account: an inverted index in LMDB, one environment per shard.
//
// **Words.** Text is cut into runs of letters, digits and marks (scripts without spaces at ICU's word
// boundaries), folded (case, accents, width, ligatures) and kept to 64 characters. In subject, body and
// attachment the French and English stems (Snowball) are indexed beside the plain word. No word is dropped as
// too common: a posting of a common word takes an octet, and « être ou ne pas être » must be found.
//
// **Form.** A posting is an email's id and in which fields the word stands, plain and as a stem. The postings
// of a word lie in blocks of at most 1,000 octets, delta-coded, so that adding a document rewrites small
// values and `from:` filters without opening a row. Positions are not kept: a phrase is checked on the text
// of the emails that have all its words in one field. A removed email only leaves the list of documents,
// which every query is held against; its postings go later, with those of many others, in one pass over the
// account (`tidy`). This costs a sixth of a list of terms per document, in space and in writes. Beside the
// postings stands each account's vocabulary, its words alone, in which pieces of words are found.
//
// **Truth.** The index is a cache of the shard's log: `mark` is the last sequence that it holds, written in
// the same transaction as the postings. What it writes is not synced until `settle`; an index that was not
// closed is opened as it was then, and its mark is that one's. An account's `Position` says which of its
// emails are in the index, at which of its modseqs. Whoever wants what is newer scans those emails with
// `matches`, which judges one document by the same rules without the index.
//
// One thread at a time may write (`update`, `remove_account`, `tidy`, `settle`, `give_back_room`) and end it;
// any number may read.
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

// The numbers are stored: never change one.
enum class Field : std::uint8_t { from = 0, to = 1, cc = 2, bcc = 3, subject = 4, body = 5, attachment = 6 };
inline constexpr std::size_t fields = 7;
inline constexpr std::uint32_t all_fields = (1u << fields) - 1;
constexpr std::uint32_t bit(Field field) {
    return 1u << static_cast<unsigned>(field);
}

class Terms; // the words of a document, cut once and for all

// The text of one email, UTF-8, decoded; of each field the first MiB counts. `body` is plain text (HTML
// already turned into text), and `attachment` the names (and text, where it could be had) of its attachments.
struct Document {
    AccountId account = 0;
    EmailId email = 0;
    std::array<std::string, fields> text;
    std::shared_ptr<const Terms> terms = nullptr; // of the text, cut before: `update` looks at nothing else

    std::string& operator[](Field field) { return text[static_cast<std::size_t>(field)]; }
    const std::string& operator[](Field field) const { return text[static_cast<std::size_t>(field)]; }
};
struct Removal {
    AccountId account = 0;
    EmailId email = 0;
};
// The index holds the emails of the account with an id under `below`, as they were at `modseq`, and no other.
struct Position {
    AccountId account = 0;
    Modseq modseq = 0;
    EmailId below = 1;
    bool operator==(const Position&) const = default;
};

// A tree: leaves are words, phrases or prefixes in some fields.
// - word: the word or its stems; text of several words is a phrase.
// - prefix: a plain word that starts so; of several words, a phrase whose last word starts so.
// - phrase: these plain words one after the other in one field.
// - contains: this text anywhere in one field, within words too (IMAP's SEARCH); nothing stands in any field.
// A leaf whose text has no word in it matches nothing. Trees may be 64 deep.
struct Expression {
    enum class Kind : std::uint8_t { all, word, prefix, phrase, contains, and_, or_, not_ } kind = Kind::all;
    std::string text;                 // of a leaf: as the user typed it
    std::uint32_t in = 0;             // bits 1 << Field; 0: any field
    std::vector<Expression> children; // not_: matches when none of them does
};
inline constexpr std::size_t deepest_expression = 64;

// What a user means by `text` in a JMAP text filter (RFC 8621 §4.4.1): words are all wanted, "…" or '…' is a
// phrase, in which \ escapes a quote or itself, and the last word also matches as a prefix when `typing`. Of
// a word with an apostrophe (l'examen) the parts are wanted, but for an elided article. Blank text is `all`.
// At most the first 64 words and phrases count.
Expression parse(std::string_view text, std::uint32_t in, bool typing = false);

class Index {
public:
    struct Options {
        std::string path;
        std::uint64_t map = 1ull << 38;
    };
    // Code::corrupt: damaged or of another form (also that of another ICU, which folds otherwise): remove the
    // folder and make it again.
    static Result<std::unique_ptr<Index>> open(const Options& options);
    ~Index();
    Index(const Index&) = delete;
    Index& operator=(const Index&) = delete;

    [[nodiscard]] Sequence mark() const;
    [[nodiscard]] Position position(AccountId account) const;
    // Adds and removes, moves the mark and the positions, in one transaction. A document that is there
    // already is replaced (which costs a pass over its account: in practice an email never changes).
    Result<void> update(const std::vector<Document>& added, const std::vector<Removal>& removed,
                        Sequence mark, const std::vector<Position>& positions = {});
    // Everything of one account, in steps; its position is then the first.
    Result<void> remove_account(AccountId account);
    // One step of taking away the postings of removed emails; says whether there is more to do.
    Result<bool> tidy();
    // What is written so far is on disk when it returns. Code::corrupt: nobody knows what is; make it again.
    Result<void> settle();
    [[nodiscard]] bool is_settled() const;
    // Octets by which the file has grown since `settle`: until then no room is used again.
    [[nodiscard]] std::uint64_t unsettled_octets() const;
    // The mark that is on disk whatever happens: the log is needed from there on. Any thread.
    [[nodiscard]] Sequence settled_mark() const;
    // Blocks of the disk that hold nothing go back to the file system, as long as `go_on`. Settles.
    Result<void> give_back_room(const std::function<bool()>& go_on);

    struct Found {
        std::vector<EmailId> emails; // ascending
        Position position;           // of the account, at the same moment
    };
    // The document for the check of a phrase; only these fields are looked at (bits 1 << Field).
    using TextOf = std::function<std::optional<Document>(EmailId, std::uint32_t in)>;
    // Asked every some thousand postings, with how many were read; false ends the query with Code::stopped.
    using GoOn = std::function<bool(unsigned postings)>;
    // Without `text_of` phrases are candidates only: all words in one field.
    [[nodiscard]] Result<Found> query(AccountId account, const Expression& expression,
                                      const TextOf& text_of = {}, const GoOn& go_on = {}) const;

    struct Statistics {
        std::uint64_t documents = 0, terms = 0, octets = 0; // terms: distinct ones of each account
    };
    [[nodiscard]] Statistics statistics() const;

    // -- for `facteur check`; findings are sentences
    // The form of every posting block, that postings lead to documents, and the counters; at most 100.
    [[nodiscard]] std::vector<std::string> check() const;
    [[nodiscard]] std::vector<AccountId> accounts() const;
    [[nodiscard]] std::vector<EmailId> documents(AccountId account) const;
    // A word of the document that does not lead to it as it should.
    [[nodiscard]] std::optional<std::string> missing_word(const Document& document) const;

    struct Implementation; // for the parts of the index itself

private:
    explicit Index(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

// What `update` needs of a document's text. One message in many accounts is cut once.
std::shared_ptr<const Terms> cut(const Document& document);
std::size_t octets_of(const Terms& terms);

// Judges one document as `query` would.
bool matches(const Document& document, const Expression& expression);
// It has a phrase, or the like of it, which the index alone cannot judge.
bool has_phrase(const Expression& expression);
// The fields that the expression looks at (bits 1 << Field).
std::uint32_t fields_of(const Expression& expression);

// Text as `contains` sees it: folded words, what stands between them as it is, but for white space: of that a
// run is one space. A text has another in it when the folded one does.
std::string fold_text(std::string_view text);

// For SearchSnippet/get (RFC 8621 §5): byte ranges [begin, end) of `text` that the expression's words match,
// ascending, apart from each other. What stands under a not_ is not marked.
std::vector<std::pair<std::size_t, std::size_t>> hits(std::string_view text, Field field,
                                                      const Expression& expression);

} // namespace facteur::store::search
