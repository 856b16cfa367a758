// Pages as LMDB 0.9 writes them, looked at without LMDB, which trusts what it reads: it would end the program
// or lead elsewhere. Internal to the store.
#pragma once

#include "store/environment.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store {

// Whether a leaf or a branch holds together: its flags, its entries within their bounds and, together, all of
// its space that is in use. What the entries say is not looked at.
bool is_whole_page(std::string_view page);
// That, and it is a leaf whose keys ascend.
bool is_ordered_leaf(std::string_view page);

// Of such a leaf: which entry it is whose key stands there, and what that or another entry is; nothing when
// it is not there, or its value has pages of its own.
std::optional<std::size_t> entry_at(std::string_view leaf, const char* key);
struct LeafEntry {
    std::string_view key, value;
};
std::optional<LeafEntry> entry_of_leaf(std::string_view leaf, std::size_t index);

// The octets of a leaf that nothing is in; nothing when the page is none.
std::optional<std::size_t> room_of_leaf(std::string_view page);

// Looks at the branches, one page in a hundred: the cheap part of what follows, for whoever is about to use
// them. Code::corrupt, naming the database.
Result<void> verify_branches(Environment& environment);

// Walks every page that the newest state reaches, those of free pages too. What is wrong, in sentences, a
// hundred at most: a page that does not hold together or is reached twice, keys out of order, counts that do
// not add up. Fails when the file cannot be read. Any thread, beside readers and a writer.
Result<std::vector<std::string>> verify_pages(Environment& environment);

} // namespace facteur::store
