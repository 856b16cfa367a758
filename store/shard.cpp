#include "store/shard.h"

#include "store/bodies.h"
#include "store/keys.h"

#include <fmt/format.h>

#include <utility>

namespace facteur::store {

Error damaged_rows(AccountId account) {
    return {Code::io, account == 0
                          ? std::string("The store is damaged on the disk: run facteur check.")
                          : fmt::format("Account {} is damaged on the disk: run facteur check.", account)};
}

Result<std::unique_ptr<Shard>> Shard::open(const std::string& path, ShardId id, std::uint64_t rows_map,
                                           std::uint64_t bodies_map) {
    auto rows = Environment::open(path + "/rows", rows_map, row_databases, 0, account_of_row);
    if (!rows) return tl::unexpected(rows.error());
    auto bodies = Environment::open(path + "/bodies", bodies_map, body_databases, MDB_NORDAHEAD);
    if (!bodies) return tl::unexpected(bodies.error());
    const auto dictionaries = std::make_shared<Dictionaries>();
    dictionaries->load(**bodies);
    for (const auto* environment : {&*rows, &*bodies})
        (*environment)->use(dictionaries);
    return std::unique_ptr<Shard>(new Shard(path, id, std::move(*rows), std::move(*bodies)));
}

void Shard::sync_no_more() const {
    for (const auto* environment : {rows_.get(), bodies_.get()})
        mdb_env_set_flags(environment->get(), MDB_NOSYNC, 1);
}
void Shard::sync_always() const {
    for (const auto* environment : {rows_.get(), bodies_.get()})
        mdb_env_set_flags(environment->get(), MDB_NOSYNC, 0);
}

std::unique_ptr<Shard> Shard::broken(std::string path, ShardId id, Error why) {
    std::unique_ptr<Shard> shard(new Shard(std::move(path), id, nullptr, nullptr));
    shard->fault_ = std::move(why);
    return shard;
}

std::uint64_t Shard::damage(AccountId account) const {
    if (fault_) return ++looks_at_broken_;
    return rows_->damage(account) + bodies_->damage();
}

std::vector<Finding> Shard::damages() const {
    if (fault_) return {{id_, 0, fault_->message}};
    std::vector<Finding> all;
    for (const auto* environment : {rows_.get(), bodies_.get()})
        for (const auto& damage : environment->damages())
            all.push_back({id_, damage.account,
                           damage.code == 0 ? fmt::format("An entry of {} is damaged.", damage.database)
                                            : fmt::format("LMDB's pages of {} are damaged: {}.",
                                                          damage.database, mdb_strerror(damage.code))});
    return all;
}

// Bodies are committed before the rows that name them, and are removed by a batch only when the rows
// committed before it named them no more. So the bodies fit the rows when no rows were committed between the
// two openings.
Snapshot Shard::read() const {
    auto implementation = std::make_unique<Snapshot::Implementation>();
    implementation->shard = this;
    if (fault_) return Snapshot(std::move(implementation));
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
    if (shard->fault()) return;
    if (owned) shard->rows().end_read(rows);
    shard->bodies().end_read(bodies);
}

MDB_txn* Snapshot::Implementation::open_bodies() const {
    if (bodies == nullptr && !shard->fault()) bodies = shard->bodies().begin_read();
    return bodies;
}

} // namespace facteur::store
