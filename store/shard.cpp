#include "store/shard.h"

#include "store/keys.h"

#include <utility>

namespace facteur::store {

Result<std::unique_ptr<Shard>> Shard::open(const std::string& path, ShardId id, std::uint64_t rows_map,
                                           std::uint64_t bodies_map) {
    auto rows = Environment::open(path + "/rows", rows_map, row_databases);
    if (!rows) return tl::unexpected(rows.error());
    auto bodies = Environment::open(path + "/bodies", bodies_map, {"bodies"}, MDB_NORDAHEAD);
    if (!bodies) return tl::unexpected(bodies.error());
    return std::unique_ptr<Shard>(new Shard(path, id, std::move(*rows), std::move(*bodies)));
}

void Shard::sync_no_more() const {
    for (const auto* environment : {rows_.get(), bodies_.get()})
        mdb_env_set_flags(environment->get(), MDB_NOSYNC, 1);
}

// Bodies are committed before the rows that name them, and are removed by a batch only when the rows
// committed before it named them no more. So the bodies fit the rows when no rows were committed between the
// two openings.
Snapshot Shard::read() const {
    auto implementation = std::make_unique<Snapshot::Implementation>();
    implementation->shard = this;
    implementation->rows = rows_->begin_read();
    while (implementation->rows != nullptr) {
        implementation->bodies = bodies_->begin_read();
        auto* const newest = rows_->begin_read();
        if (newest == nullptr || mdb_txn_id(newest) == mdb_txn_id(implementation->rows)) {
            rows_->end_read(newest);
            break;
        }
        bodies_->end_read(implementation->bodies);
        rows_->end_read(std::exchange(implementation->rows, newest));
    }
    return Snapshot(std::move(implementation));
}

Snapshot Shard::read(const WriteTransaction& transaction) const {
    auto implementation = std::make_unique<Snapshot::Implementation>();
    implementation->shard = this;
    implementation->rows = transaction.get();
    implementation->owned = false;
    return Snapshot(std::move(implementation));
}

Snapshot::Implementation::~Implementation() {
    if (owned) shard->rows().end_read(rows);
    shard->bodies().end_read(bodies);
}

MDB_txn* Snapshot::Implementation::open_bodies() const {
    if (bodies == nullptr) bodies = shard->bodies().begin_read();
    return bodies;
}

} // namespace facteur::store
