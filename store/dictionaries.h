// The dictionaries of one shard, by number. They lie in its environment of bodies, each twice, because all
// that is packed with one is lost with it; and in memory, ready, for whoever reads. Internal to the store.
#pragma once

#include "store/dictionary.h"
#include "store/packed_rows.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

namespace facteur::store {

class Dictionaries {
public:
    using Number = std::uint8_t;
    static constexpr Number most = 64; // numbers begin at 1

    Dictionaries() = default;
    ~Dictionaries();
    Dictionaries(const Dictionaries&) = delete;
    Dictionaries& operator=(const Dictionaries&) = delete;

    // Those of bodies and those of rows are numbered apart.
    enum class Of : std::uint8_t { bodies = 1, rows = 2 }; // as in keys of `db_packing`

    // All that are in the environment and are not damaged. Before anybody else uses it.
    void load(Environment& bodies);
    // Any thread. Null: there is none with this number.
    [[nodiscard]] const Dictionary* find(Number number) const {
        return number == 0 || number > most ? nullptr : ready_[number - 1].load(std::memory_order_acquire);
    }
    [[nodiscard]] const RowDictionary* find_rows(Number number) const {
        return number == 0 || number > most ? nullptr
                                            : rows_ready_[number - 1].load(std::memory_order_acquire);
    }
    // The number of the newest one; 0: there is none.
    [[nodiscard]] Number newest(Of of) const;

    // Puts one more, which is ready with `add` once that is committed. Its number; 0: there are too many.
    static Number put(WriteTransaction& bodies, Of of, std::string_view made);
    void add(Of of, Number number, std::string made);

private:
    std::array<std::atomic<const Dictionary*>, most> ready_{};
    std::array<std::atomic<const RowDictionary*>, most> rows_ready_{};
};

} // namespace facteur::store
