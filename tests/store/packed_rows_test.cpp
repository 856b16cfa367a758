#include "store/packed_rows.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>
#include <random>
#include <vector>

using namespace facteur::store;

namespace {

constexpr std::uint8_t number = 3;

std::string some_text(std::mt19937& random, std::size_t size, unsigned letters) {
    std::string text(size, '\0');
    for (auto& c : text)
        c = static_cast<char>('a' + random() % letters);
    return text;
}

// The sequences of a packed row, behind its head.
std::string_view sequences_of(std::string_view packed, std::size_t size) {
    return packed.substr(size < 128 ? 3 : size < 16'384 ? 4 : 5);
}

std::optional<std::string> unpacked(const RowDictionary& dictionary, std::string_view sequences,
                                    std::size_t size) {
    RowRoom room;
    auto* const to = room.take(size);
    if (!dictionary.unpack(sequences, to, size)) return std::nullopt;
    return std::string(to, size);
}

} // namespace

TEST_CASE("a row that was packed is the same again, whatever it is made of") {
    std::mt19937 random(11);
    const auto text = GENERATE(as<std::size_t>{}, 0, 3, 4, 700, largest_row_dictionary);
    const RowDictionary dictionary(some_text(random, text, 3));
    RowPacker packer(dictionary, number);
    for (int round = 0; round < 300; ++round) {
        std::string row;
        while (random() % 6 != 0)
            switch (random() % 4) {
            case 0: row += some_text(random, random() % 40, 26); break;
            case 1: row += some_text(random, random() % 600, 2); break;
            case 2: row += std::string(random() % 700, 'x'); break;
            default:
                if (!dictionary.text().empty())
                    row += dictionary.text().substr(random() % dictionary.text().size(), random() % 400);
            }
        row.resize(std::min(row.size(), longest_packed_row));
        const auto packed = packer.pack(row);
        REQUIRE(is_packed_row(packed));
        REQUIRE(packed.size() <= row.size() + row.size() / 200 + 8);
        REQUIRE(unpacked(dictionary, sequences_of(packed, row.size()), row.size()) == row);
    }
    CHECK(packer.pack(std::string(longest_packed_row + 1, 'x')).empty());
}

TEST_CASE("rows that are alike take a fraction when they are packed") {
    std::mt19937 random(12);
    const auto common = some_text(random, 2'000, 26);
    const RowDictionary dictionary(common);
    RowPacker packer(dictionary, number);
    const auto row = common.substr(100, 400) + "Anne" + common.substr(900, 300);
    CHECK(packer.pack(row).size() < 30);
}

TEST_CASE("a packed row that is damaged is refused, or is another of the same size") {
    std::mt19937 random(13);
    const RowDictionary dictionary(some_text(random, 900, 3));
    RowPacker packer(dictionary, number);
    const auto row = std::string(dictionary.text().substr(50, 300)) + some_text(random, 90, 26) +
                     std::string(300, 'y') + std::string(dictionary.text().substr(700));
    const std::string packed(sequences_of(packer.pack(row), row.size()));
    REQUIRE(unpacked(dictionary, packed, row.size()) == row);
    for (std::size_t size = 0; size < packed.size(); ++size)
        CHECK_FALSE(unpacked(dictionary, std::string_view(packed).substr(0, size), row.size()));
    CHECK_FALSE(unpacked(dictionary, packed + 'x', row.size()));
    CHECK_FALSE(unpacked(dictionary, packed, row.size() - 1));
    CHECK_FALSE(unpacked(dictionary, packed, row.size() + 1));
    for (int round = 0; round < 20'000; ++round) {
        auto damaged = packed;
        for (auto left = 1 + random() % 3; left > 0; --left)
            damaged[random() % damaged.size()] = static_cast<char>(random());
        const auto size = random() % 4 == 0 ? random() % longest_packed_row : row.size();
        if (const auto other = unpacked(dictionary, damaged, size)) REQUIRE(other->size() == size);
    }
    for (int round = 0; round < 20'000; ++round) {
        std::string forged(random() % 40, '\0');
        for (auto& octet : forged)
            octet = static_cast<char>(random());
        static_cast<void>(unpacked(dictionary, forged, random() % 2'000));
    }
}

TEST_CASE("what was unpacked stays while much more is") {
    RowRoom room;
    std::vector<char*> rows;
    for (char value = 0; value < 100; ++value) {
        rows.push_back(room.take(3'000));
        std::fill_n(rows.back(), 3'000 + room_behind_row, value);
    }
    for (char value = 0; value < 100; ++value)
        CHECK(std::count(rows[static_cast<std::size_t>(value)], rows[static_cast<std::size_t>(value)] + 3'000,
                         value) == 3'000);
}
