// A state of one LMDB environment that is on disk whole, and that the environment falls back to when the
// program does not end by itself: for what can be made again from there, and need not sync each commit.
//
// It is what a checkpoint is to a shard (store/checkpoint.h): a read transaction keeps the state's pages, and
// the meta page that leads to them is in a file `checkpoint`, in the environment's folder. The file is there
// only while an end would leave the environment in a state that nobody knows. On the thread that writes,
// between its transactions. Internal to the store.
#pragma once

#include "store/environment.h"

#include <string>

namespace facteur::store {

class Anchor {
public:
    // Before the environment in the folder `path` is opened: back to its last state that is on disk whole.
    // Code::corrupt when that is not there any more.
    static Result<void> go_back(const std::string& path);

    explicit Anchor(Environment& environment) : environment_(environment) {}
    ~Anchor(); // the newest state is on disk, and the file is gone
    Anchor(const Anchor&) = delete;
    Anchor& operator=(const Anchor&) = delete;

    // Before a write: from the first one on, LMDB does not sync.
    Result<void> hold();
    // The newest state is the one to fall back to. Code::full: it is still the one before. Any other error:
    // nobody knows what is on disk.
    Result<void> settle();
    [[nodiscard]] bool is_settled() const;
    // By how much the file has grown since, which it does because what is freed meanwhile stays.
    [[nodiscard]] std::uint64_t growth() const;

private:
    Environment& environment_;
    MDB_txn* kept_ = nullptr;
    std::size_t last_page_ = 0; // at that state
};

} // namespace facteur::store
