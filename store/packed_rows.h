// Email and structure rows, packed with what many rows of their shard have in common. Lists and FETCH read
// them a thousand at a time, so this is simpler than zstd and unpacks in a fraction of a microsecond: nothing
// but copies, out of a dictionary of at most 60 KiB and out of the row itself.
//
//     packed row  0x90, number of the dictionary, size of the row (varint), then sequences
//     sequence    an octet: how many literals (high half), how much is copied less 4 (low half); 15 in a half
//                 goes on in octets that are added up, as long as they are 255; the literals; where to copy
//                 from (two octets, little-endian): below 61,440 a place in the dictionary, else 65,536 less
//                 the distance back. The last one ends with its literals.
//
// Internal to the store.
#pragma once

#include "store/dictionary.h"
#include "store/environment.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store {

inline constexpr std::size_t largest_row_dictionary = 60u << 10;
inline constexpr std::size_t longest_packed_row = 16u << 10;
// What may be written behind what is unpacked.
inline constexpr std::size_t room_behind_row = 16;

// Rows as they are begin with their form, which is small.
inline bool is_packed_row(std::string_view stored) {
    return !stored.empty() && stored.front() == static_cast<char>(0x90);
}

// Ready to unpack with. Any thread.
class RowDictionary {
public:
    explicit RowDictionary(std::string_view text); // no longer than it may be
    [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
    // Sequences that make a row of exactly `size` octets; false: they are damaged. `to` has room for
    // `room_behind_row` more.
    bool unpack(std::string_view sequences, char* to, std::size_t size) const;
    // For commit records, which hold rows, and are packed by zstd.
    [[nodiscard]] const Dictionary& of_records() const { return of_records_; }

private:
    std::string text_; // and some octets behind it, which may be read
    std::size_t size_;
    Dictionary of_records_;
};

// Ready to pack with. One thread.
class RowPacker {
public:
    RowPacker(const RowDictionary& dictionary, std::uint8_t number);
    // The row in its packed form; empty when it is too long.
    [[nodiscard]] std::string pack(std::string_view row);

private:
    struct Match {
        std::size_t size = 0;
        std::uint16_t from = 0;
    };
    [[nodiscard]] Match find(std::string_view row, std::size_t at) const;
    void note(std::string_view row, std::size_t at);

    std::string_view text_;
    std::uint8_t number_;
    // By a hash of four octets: the last place with them, and by place the one before.
    std::vector<std::int32_t> last_, before_;
    std::vector<std::int32_t> last_in_row_;
};

// Where rows are unpacked to. What is given stays until much more was unpacked: far more than anybody looks
// at together.
class RowRoom {
public:
    char* take(std::size_t size); // and `room_behind_row`

private:
    static constexpr std::size_t first_block = 4u << 10, largest_block = 64u << 10, kept_blocks = 16;
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t block_ = 0, used_ = 0; // of the newest
};

// What is stored at `key` as a row: itself, or unpacked in `room`. Nothing: it is damaged, which is noted.
std::optional<std::string_view> unpacked_row(MDB_txn* transaction, MDB_dbi database, std::string_view key,
                                             std::string_view stored, RowRoom& room);

} // namespace facteur::store
