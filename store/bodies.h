// Bodies by hash, in an environment of their own.
//
// A body is chunks of 1 MiB. An entry, with hash and number of the chunk as key, says where its octets are:
// in pieces, which are numbered as they come and so lie side by side, and which are cut so that they fill
// LMDB's pages, of the tree or of their own. An entry of a store before schema 7 is the chunk itself.
//
// The **form** of a chunk is how it travels, in the journal and in backups, and was stored before: the
// first one starts with a version, the body's size and the number of chunks; each says whether it is packed,
// and has a checksum, so that a part of a body that is read is never a damaged one. Internal to the store.
#pragma once

#include "store/change.h"
#include "store/dictionaries.h"
#include "store/environment.h"

#include <functional>
#include <optional>
#include <vector>

namespace facteur::store {

inline constexpr std::size_t chunk_size = 1u << 20;

enum BodyDatabase : std::size_t {
    db_chunks,  // hash, chunk → where it is
    db_pieces,  // number → octets
    db_packing, // PackingKey… → what packing again keeps (store/pack_again.h)
};
inline const std::vector<const char*> body_databases{"bodies", "pieces", "packing"};
// How keys of `db_packing` begin.
enum PackingKey : std::uint8_t {
    kept_state = 0,
    kept_dictionary = 1,     // then its number and which copy it is
    kept_row_dictionary = 2, // the same
};

bool has_body(const WriteTransaction& bodies, const Hash& hash);
void remove_body(WriteTransaction& bodies, const Hash& hash);

// Writes bodies, each behind the one before it.
class BodyWriter {
public:
    // Before anything is written in the transaction, which must live longer.
    explicit BodyWriter(WriteTransaction& bodies);

    // Returns the octets written. `each` sees every chunk in its form.
    std::size_t put(const Body& body,
                    const std::function<void(std::string_view key, std::string_view chunk)>& each = {});
    // A chunk as `put` showed it.
    void put_chunk(std::string_view key, std::string_view chunk);
    // Instead of what is stored of a body of one chunk: the same, packed with the numbered dictionary.
    void put_packed(const Hash& hash, Dictionaries::Number dictionary, std::string_view packed);

private:
    void put_pieces(std::string_view key, std::uint64_t body_size, std::string_view octets);
    [[nodiscard]] std::size_t next_piece(std::size_t left) const;
    void put_piece(std::uint64_t number, std::string_view octets);

    WriteTransaction& bodies_;
    std::size_t page_, most_in_leaf_;
    std::size_t room_ = 0;   // in the last leaf of the pieces, as far as known
    std::size_t leaves_ = 0; // of the pieces
};

// The sizes and the forms of all chunks, in their order; false: the body is not there as a whole.
bool each_chunk(MDB_txn* bodies, MDB_dbi database, const Hash& hash,
                const std::function<void(std::string_view chunk)>& each);

std::optional<std::uint64_t> body_size(MDB_txn* bodies, MDB_dbi database, const Hash& hash);
// Octets [offset, offset + size) of the body; verifies the hash when that is all of it.
Result<std::string> read_body(MDB_txn* bodies, MDB_dbi database, const Hash& hash, std::uint64_t offset,
                              std::uint64_t size);

// How a body is stored.
struct StoredBody {
    std::uint64_t size = 0; // of the body
    std::uint64_t chunks = 0;
    std::size_t octets = 0;              // stored of the first chunk
    Dictionaries::Number dictionary = 0; // that this is packed with; 0: none of the shard's
};
std::optional<StoredBody> stored_body(MDB_txn* bodies, MDB_dbi database, const Hash& hash);

// Whether each piece is of one chunk, and each chunk has its pieces: what is wrong, in sentences, some at
// most.
std::vector<std::string> verify_pieces(MDB_txn* bodies, MDB_dbi database);

} // namespace facteur::store
