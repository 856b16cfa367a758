// Dictionaries made of a shard's own mail: pieces that many of its messages have in common (signatures, the
// HTML of the programs that people use, names of types), so that each message is stored as what it alone has.
//
// A piece stands in several of the messages that were looked at, or it is not in the dictionary, which stays
// when those messages go. Internal to the store.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ZSTD_CDict_s;
struct ZSTD_DDict_s;

namespace facteur::store {

inline constexpr std::size_t largest_dictionary = 256u << 10;
// What is longer gains little by a dictionary.
inline constexpr std::size_t longest_with_own_dictionary = 64u << 10;
// A piece that stands in fewer messages is nobody else's business.
inline constexpr unsigned least_messages = 4;

// So many octets at most; empty when the samples have nothing in common, or `go_on` said no.
std::string common_pieces(std::span<const std::string> samples, std::size_t room,
                          const std::function<bool()>& go_on);
// In zstd's form; empty when the samples have too little in common, or `go_on` said no.
std::string make_dictionary(std::span<const std::string> samples, const std::function<bool()>& go_on);

// Ready to unpack with. Any thread.
class Dictionary {
public:
    explicit Dictionary(std::string bytes); // as they were made
    ~Dictionary();
    Dictionary(const Dictionary&) = delete;
    Dictionary& operator=(const Dictionary&) = delete;

    [[nodiscard]] std::string_view bytes() const { return bytes_; }
    // To exactly `size` octets; false: `packed` is damaged.
    bool unpack(std::string_view packed, char* to, std::size_t size) const;

private:
    std::string bytes_;
    ZSTD_DDict_s* ready_;
};

// Ready to pack with, which takes a megabyte. One thread.
class DictionaryPacker {
public:
    explicit DictionaryPacker(const Dictionary& dictionary);
    ~DictionaryPacker();
    DictionaryPacker(const DictionaryPacker&) = delete;
    DictionaryPacker& operator=(const DictionaryPacker&) = delete;

    // Empty when zstd refuses.
    [[nodiscard]] std::string pack(std::string_view bytes) const;

private:
    ZSTD_CDict_s* ready_;
};

} // namespace facteur::store
