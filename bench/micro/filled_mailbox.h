// One account with one mailbox of generated letters, indexed: what the benchmarks of lists, FETCH and SEARCH
// read. Made when it is first asked for, and then the same for all.
#pragma once

#include "actors/indexing/indexing.h"
#include "bench/micro/letters.h"
#include "bench/micro/place.h"
#include "store/store.h"

#include <memory>

namespace facteur::micro {

class FilledMailbox {
public:
    static constexpr store::AccountId account = 1;
    static constexpr store::MailboxId inbox = 1;
    static constexpr std::size_t messages = 10'000; // a third unread, one in twenty flagged
    static constexpr store::Time newest = 1'706'000'000;

    static FilledMailbox& get();

    [[nodiscard]] store::Store& store() const { return *store_; }
    [[nodiscard]] Indexing& indexing() const { return *indexing_; }

private:
    FilledMailbox();
    void file(Letters& letters, std::size_t from, std::size_t to);

    Place place_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<Indexing> indexing_;
};

} // namespace facteur::micro
