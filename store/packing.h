// zstd for what the store keeps. What is short hardly repeats itself: it is packed with a dictionary of what
// mail is made of. Internal to the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace facteur::store {

class Dictionaries;
class DictionaryPacker;

// What is longer gains little by the dictionary, and is packed without.
inline constexpr std::size_t longest_with_dictionary = 16u << 10;

// Part of the form of the store: what was packed with it cannot be read without. Never change an octet of it;
// another one would be a form of its own.
const std::string& mail_dictionary();

// In `out`: the packed octets, when they save a sixteenth; false: they do not.
bool pack(std::string_view bytes, int level, std::string& out);
bool pack_with_dictionary(std::string_view bytes, std::string& out);
// To exactly `size` octets; false: `packed` is damaged.
bool unpack(std::string_view packed, char* to, std::size_t size);
bool unpack_with_dictionary(std::string_view packed, char* to, std::size_t size);

// ---- records of the log

// The form in which a commit record is kept: packed when that saves something.
std::string pack_record(std::string_view record);
// The same with what `packer` makes of it by the numbered dictionary of rows (store/dictionaries.h); empty
// when that saves nothing.
std::string pack_record(std::string_view record, std::uint8_t dictionary, const DictionaryPacker& packer);
// The record again, which is in `room` if it was packed, so that what is given lives as long as both. What is
// damaged, or packed with a dictionary that is not among them, gives nothing.
std::string_view unpack_record(std::string_view stored, std::string& room,
                               const Dictionaries* dictionaries = nullptr);
// Packed with a dictionary of the shard's.
bool is_packed_with_own(std::string_view stored);

} // namespace facteur::store
