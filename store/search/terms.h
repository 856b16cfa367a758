// The terms of documents: their words and stems, each with the fields that it stands in. Internal to search.
//
// A text is cut once, however many accounts it was delivered to, and what an update does per word is done
// with numbers: `Lexicon` gives each word one.
#pragma once

#include "store/search/postings.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store::search {

// Differs from run to run, so that nobody can write words that meet in one place of a table.
std::uint32_t hash_of_word(std::string_view word);

// Words by number, from 0 on in the order in which they came.
class Lexicon {
public:
    // `hash` is the word's.
    std::uint32_t number_of(std::string_view word, std::uint32_t hash);
    // Until the next word is added.
    [[nodiscard]] std::string_view word(std::uint32_t number) const {
        return std::string_view(octets_).substr(entries_[number].begin, entries_[number].size);
    }
    [[nodiscard]] std::uint32_t hash(std::uint32_t number) const { return entries_[number].hash; }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] std::size_t octets() const { return octets_.size(); }

private:
    struct Entry {
        std::size_t begin;
        std::uint32_t size, hash;
    };
    void grow();

    std::vector<std::uint32_t> slots_; // number + 1 of who has the place, by the hash; 0: nobody
    std::vector<Entry> entries_;
    std::string octets_;
};

// Of one document; each word once.
class Terms {
public:
    void add(std::string_view word, std::uint32_t hash, Mask mask) {
        octets_.append(word);
        entries_.push_back({octets_.size(), hash, mask});
    }
    // Calls `each(word, hash, mask)`, until it returns false.
    template <typename Each>
    void scan(Each&& each) const {
        std::size_t begin = 0;
        for (const auto& entry : entries_) {
            if (!each(std::string_view(octets_).substr(begin, entry.end - begin), entry.hash, entry.mask))
                return;
            begin = entry.end;
        }
    }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] std::size_t octets() const { return octets_.size() + entries_.size() * sizeof(Entry); }
    void reserve(std::size_t entries, std::size_t octets) {
        entries_.reserve(entries);
        octets_.reserve(octets);
    }

private:
    struct Entry {
        std::size_t end;
        std::uint32_t hash;
        Mask mask;
    };
    std::vector<Entry> entries_;
    std::string octets_;
};

} // namespace facteur::store::search
