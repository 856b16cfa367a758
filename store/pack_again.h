// What was stored as it came is packed again when its lane is at rest, with dictionaries that the shard makes
// of its own mail (store/dictionary.h): half of what short messages took. Writing costs nothing more, and
// what is packed is read as quickly.
//
// It follows the log: a mark in the environment of bodies says up to which commit everything is packed. A
// first dictionary is made when there is enough mail for one, a next one when there is several times as much;
// the ones before stay, for what is packed with them. What a loss of power takes back is done again. Internal
// to the store.
#pragma once

#include "store/shard.h"
#include "store/store.h"

#include <functional>

namespace facteur::store {

struct PackedAgain {
    bool wrote = false; // the environment of bodies
    bool done = true;   // there is nothing left that could be packed now
};

// To be called by the shard's lane, between its transactions; ends soon when `go_on` says no.
PackedAgain pack_again(const Shard& shard, const Options& options, const std::function<bool()>& go_on);

} // namespace facteur::store
