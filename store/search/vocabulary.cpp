#include "store/search/vocabulary.h"

#include "store/codec.h"
#include "store/search/postings.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace facteur::store::search {
namespace {

// Fits into a leaf of LMDB, so that adding a word rewrites one page.
constexpr std::size_t largest_words_block = 1800;

std::string words_key(AccountId account, std::uint32_t number) {
    auto key = account_prefix(account);
    append_big(key, number);
    return key;
}

} // namespace

void VocabularyWriter::add(AccountId account, std::string_view word) {
    auto& words = added_[account];
    if (words.empty()) words.push_back('\0');
    words.append(word).push_back('\0');
}

void VocabularyWriter::write() {
    for (const auto& [account, words] : added_) {
        std::uint32_t number = 0;
        std::string block(1, '\0');
        {
            Cursor cursor(transaction_.get(), transaction_.database(db_words));
            const bool beyond = cursor.seek(words_key(account, std::numeric_limits<std::uint32_t>::max()));
            if ((beyond ? cursor.previous() : cursor.last()) &&
                cursor.key().starts_with(account_prefix(account))) {
                number = read_big<std::uint32_t>(cursor.key().substr(4));
                block = cursor.value();
            }
        }
        for (std::size_t begin = 1; begin < words.size();) {
            const auto end = words.find('\0', begin) + 1;
            if (block.size() > 1 && block.size() + (end - begin) > largest_words_block) {
                transaction_.put(db_words, words_key(account, number++), block);
                block.assign(1, '\0');
            }
            block.append(words, begin, end - begin);
            begin = end;
        }
        transaction_.put(db_words, words_key(account, number), block);
    }
    added_.clear();
}

void words_with(MDB_txn* transaction, MDB_dbi words, AccountId account, std::string_view octets, bool at_end,
                const std::function<bool(std::string_view)>& each) {
    const auto wanted = at_end ? std::string(octets) + '\0' : std::string(octets);
    scan(transaction, words, account_prefix(account), [&](auto, std::string_view block) {
        for (std::size_t at = 0;;) {
            const auto* found = static_cast<const char*>(
                ::memmem(block.data() + at, block.size() - at, wanted.data(), wanted.size()));
            if (found == nullptr) return true;
            const auto place = static_cast<std::size_t>(found - block.data());
            const auto begin = block.rfind('\0', place) + 1, end = block.find('\0', begin);
            if (end == std::string_view::npos) return true;
            if (!each(block.substr(begin, end - begin))) return false;
            at = end;
        }
    });
}

void remove_vocabulary(WriteTransaction& transaction, AccountId account) {
    std::vector<std::string> keys;
    scan(transaction.get(), transaction.database(db_words), account_prefix(account),
         [&](std::string_view key, auto) { return keys.emplace_back(key), true; });
    for (const auto& key : keys)
        transaction.remove(db_words, key);
}

void tidy_vocabulary(WriteTransaction& transaction, AccountId account) {
    std::vector<std::string> words;
    words_with(transaction.get(), transaction.database(db_words), account, {}, false,
               [&](std::string_view word) { return words.emplace_back(word), true; });
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    remove_vocabulary(transaction, account);
    VocabularyWriter writer(transaction);
    {
        Cursor cursor(transaction.get(), transaction.database(db_postings));
        for (const auto& word : words)
            if (const auto prefix = word_prefix(account, word);
                !word.empty() && cursor.seek(prefix) && cursor.key().starts_with(prefix))
                writer.add(account, word);
    }
    writer.write();
}

} // namespace facteur::store::search
