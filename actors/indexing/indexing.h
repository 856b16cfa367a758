// Keeps the search index of every shard in step with its log, and answers searches that see what was
// committed a moment ago.
//
// A low-priority thread follows each shard's log from the mark of its index (store/search/search.h) and feeds
// what it finds in batches: it lets some commits gather, because a batch of a hundred documents touches few
// more pages than a single one. Nothing waits for it: `candidates` says from which email on nothing is
// indexed yet, and who searches looks at those, so an email is found the moment its commit is visible. A
// crash loses nothing, because the mark is written with the postings. An index that is missing, damaged, of
// another form, or older than the log reaches back, is made again from the rows, account by account; what is
// not made yet is looked at meanwhile.
//
// Thread-safe throughout, but for `start`, `stop` and destruction. It must end before its store.
#pragma once

#include "store/search/search.h"
#include "store/store.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace facteur {

class Indexing {
public:
    // How long commits may gather before they are indexed, unless they are many; four times as long while
    // they come in a stream.
    static constexpr std::chrono::milliseconds usual_gather{500};

    // Opens the indices and starts the thread.
    static store::Result<std::unique_ptr<Indexing>> start(store::Store& store,
                                                          std::chrono::milliseconds gather = usual_gather);
    ~Indexing(); // stops
    Indexing(const Indexing&) = delete;
    Indexing& operator=(const Indexing&) = delete;
    // Ends the batch at hand and the thread. Queries still work: they scan what is not indexed.
    void stop();

    // The shard has new commits. Cheap; whoever forgets it only makes indexing a second later.
    void wake(store::ShardId shard);
    // The shard's index holds everything up to this sequence: what `Store::trim` must not pass.
    [[nodiscard]] store::Sequence indexed(store::ShardId shard) const;

    // What the index says of an account's emails and an expression.
    struct Candidates {
        std::vector<store::EmailId> emails; // ascending; some may be gone since
        bool certain = true;                // each of them matches; false: look at each (a phrase)
        store::EmailId below = 1;           // emails from this id on are not in the index: look at each

        enum class Says : std::uint8_t { no, yes, look };
        [[nodiscard]] Says of(store::EmailId email) const {
            if (email >= below) return Says::look;
            bool is_one = false;
            if (bits_.empty()) {
                is_one = std::binary_search(emails.begin(), emails.end(), email);
            } else if (email >= emails.front() && email <= emails.back()) {
                const auto place = email - emails.front();
                is_one = (bits_[place / 64] >> place % 64 & 1) != 0;
            }
            if (!is_one) return Says::no;
            return certain ? Says::yes : Says::look;
        }
        // Makes `of` quicker where ids are dense; `emails` are not changed any more.
        void prepare();

    private:
        std::vector<std::uint64_t> bits_; // from the first email on: or none
    };
    // True of every snapshot that is opened after this call. `go_on`: as the index has it; a query that was
    // ended fails with Code::stopped.
    [[nodiscard]] store::Result<Candidates> candidates(store::AccountId account,
                                                       const store::search::Expression& expression,
                                                       const store::search::Index::GoOn& go_on = {}) const;
    // Looks at one email.
    static bool matches(const store::Snapshot& now, store::AccountId account, store::EmailId email,
                        const store::search::Expression& expression);

    // The searchable text of one email, bounded (see indexing/document.cpp); only the fields in `fields`
    // (bits 1 << Field), so that the body is not read when it is not asked for. Nothing when it is gone.
    static std::optional<store::search::Document> document(const store::Snapshot& now,
                                                           store::AccountId account, store::EmailId email,
                                                           std::uint32_t fields = store::search::all_fields);

    struct ShardStatistics {
        store::Sequence indexed = 0, last = 0;  // last: of the log; the difference is the lag in commits
        std::uint64_t documents = 0, terms = 0; // in the index
        std::uint64_t octets = 0;               // of its file that are in use
        std::uint64_t added = 0, batches = 0;   // since the start
        double seconds = 0;                     // spent on them
        std::uint64_t rebuilds = 0;             // since the start
        std::string error;                      // why the last batch failed; empty when it did not
    };
    [[nodiscard]] std::vector<ShardStatistics> statistics() const; // by shard

    // Waits until everything committed before the call is indexed, without letting it gather. Fails when a
    // batch fails or `stop` is called. For `facteur check`, tests and benches; never in an actor.
    store::Result<void> wait_until_current();

private:
    struct Implementation;
    explicit Indexing(std::unique_ptr<Implementation> implementation);
    friend std::vector<store::Finding> check_search(const Indexing& indexing, bool quick,
                                                    const std::function<void()>& step);
    std::unique_ptr<Implementation> implementation_;
};

// For `facteur check`: the form of every index, that each email of each account is in it exactly once and
// nothing else is, and (unless `quick`) that each email's words lead to it. Indexing of a shard pauses while
// that shard is checked. At most 1,000 findings. `step` is called for each email. Memory: some octets for
// each email of one account, however many words the index has.
std::vector<store::Finding> check_search(const Indexing& indexing, bool quick,
                                         const std::function<void()>& step = {});

} // namespace facteur
