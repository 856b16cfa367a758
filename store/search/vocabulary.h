// The words of an account, one after the other in the order in which they came: a hundredth of its postings,
// to be looked through for pieces of words. Internal to search.
//
//     key    account (4, big-endian), number of the block (4, big-endian)
//     value  words, a zero octet before and after each
//
// A word that has no posting any more stays until the next pass over its account, and one that comes back
// meanwhile is there twice: who looks through it looks the words up.
#pragma once

#include "store/environment.h"
#include "store/search/documents.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store::search {

// Adds words to the vocabularies of accounts within one transaction; `write` puts what was added.
class VocabularyWriter {
public:
    explicit VocabularyWriter(WriteTransaction& transaction) : transaction_(transaction) {}
    void add(AccountId account, std::string_view word); // that has no zero octet
    void write();

private:
    WriteTransaction& transaction_;
    std::map<AccountId, std::string> added_; // as in a value
};

// Calls `each` for words that have the octets in them, or end with them, until it returns false.
void words_with(MDB_txn* transaction, MDB_dbi words, AccountId account, std::string_view octets, bool at_end,
                const std::function<bool(std::string_view word)>& each);

void remove_vocabulary(WriteTransaction& transaction, AccountId account);
// Each word that has postings once.
void tidy_vocabulary(WriteTransaction& transaction, AccountId account);

} // namespace facteur::store::search
