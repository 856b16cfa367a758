// Bodies by hash, in their own environment: key = hash, chunk number. The first chunk's value starts with the
// form's version, the body's size and the number of chunks; each chunk says whether it is packed, and has a
// checksum, so that a part of a body that is read is never a damaged one. Internal to the store.
#pragma once

#include "store/change.h"
#include "store/environment.h"

#include <functional>
#include <optional>

namespace facteur::store {

inline constexpr std::size_t chunk_size = 1u << 20;

bool has_body(const WriteTransaction& bodies, const Hash& hash);
// Writes the body; returns the octets written. `each` sees every entry as it is stored.
std::size_t put_body(WriteTransaction& bodies, const Body& body,
                     const std::function<void(std::string_view key, std::string_view value)>& each = {});
// An entry as `put_body` showed it.
void put_chunk(WriteTransaction& bodies, std::string_view key, std::string_view value);
void remove_body(WriteTransaction& bodies, const Hash& hash);

std::optional<std::uint64_t> body_size(MDB_txn* bodies, MDB_dbi database, const Hash& hash);
// Octets [offset, offset + size) of the body; verifies the hash when that is all of it.
Result<std::string> read_body(MDB_txn* bodies, MDB_dbi database, const Hash& hash, std::uint64_t offset,
                              std::uint64_t size);

} // namespace facteur::store
