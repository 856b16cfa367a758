// A checkpoint of a shard: a state of its two environments that is on disk whole, and to which it can be
// brought back whatever was written since. Internal to the store.
//
// LMDB is told not to sync. What it guarantees nevertheless: a page that a state reaches is not written again
// while a read transaction stands at that state, because its pages are only freed by later transactions, and
// a writer takes again only what was freed before the oldest reader. So a state is kept by a read transaction
// (`Moment`), whose pages are all in the file when it begins; once the file is synced they are on disk, and
// stay there unchanged, in whatever order the operating system writes later pages. What finds them is the
// meta page, of which LMDB has two and overwrites the older one with each commit: its octets are kept in
// PATH/shard-NNN/checkpoint, and put back in both places (`go_back`) before LMDB opens the file again.
#pragma once

#include "store/shard.h"

#include <cstdint>
#include <optional>
#include <string>

namespace facteur::store {

// What is written down of one environment.
struct MetaPage {
    std::uint64_t transaction = 0;
    std::string bytes;
    std::uint64_t file_size = 0; // at least, from then on; 0: not known
};

// A state of a shard, kept as long as this lives.
class Moment {
public:
    // The newest one. Between two write transactions, on the thread that makes them.
    static Result<Moment> now(const Shard& shard);
    Moment(Moment&& other) noexcept;
    Moment& operator=(Moment&& other) noexcept;
    ~Moment();

    // Whether something was written since. On the writing thread.
    [[nodiscard]] bool is_past(const Shard& shard) const;
    // Syncs the state, then writes it down: after both the shard can be brought back to here. Any thread.
    // When the first fails, nobody knows any more what is on disk. When the second fails with Code::full, the
    // checkpoint before it is still there.
    Result<void> sync(const Shard& shard) const;
    Result<void> write_down(const Shard& shard) const;
    // Whether it is what the file says already.
    [[nodiscard]] bool is_settled(const Shard& shard) const;
    [[nodiscard]] Sequence sequence() const { return sequence_; }

private:
    Moment() = default;
    void let_go();
    Sequence sequence_ = 0;
    MetaPage rows_, bodies_;
    MDB_txn* keeps_rows_ = nullptr;
    MDB_txn* keeps_bodies_ = nullptr;
};

// Puts the meta pages of the checkpoint in `path`, a shard's folder, back; says which sequence the rows then
// end with. Before the environments are opened.
Result<Sequence> go_back(const std::string& path);

// Code::corrupt, naming the file, when one of LMDB's has become shorter than it was at the checkpoint: the
// pages beyond its end would be missed when they are looked at, and LMDB makes an absent file anew.
Result<void> verify_sizes(const std::string& path);

// "The octets are those of a meta page that LMDB wrote for this transaction." For `now` and for tests.
bool is_meta_page(std::string_view bytes, std::uint64_t transaction);

// -- for those who keep a state of one environment alone (store/anchor.h)
std::string folder_of(const Environment& environment);
// Of the newest transaction, which is read; as long as no other has been committed twice since.
Result<MetaPage> read_meta_page(const Environment& environment, std::uint64_t transaction);
// To both places of the file of an environment that nobody has open.
Result<void> put_back(const std::string& file, const MetaPage& meta);

} // namespace facteur::store
