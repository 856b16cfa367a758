#include "store/dictionaries.h"

#include "store/bodies.h"
#include "store/codec.h"
#include "store/journal_form.h"
#include "store/keys.h"
#include "store/packing.h"

#include <algorithm>
#include <optional>

namespace facteur::store {
namespace {

constexpr std::uint8_t copies_of_each = 2;
constexpr std::size_t octets_of_checksum = 4;
constexpr int level_of_dictionaries = 9;
// With zstd's tables.
constexpr std::size_t largest_kept = 2 * largest_dictionary;

std::string dictionary_key(Dictionaries::Of of, unsigned number, std::uint8_t copy) {
    return make_key(static_cast<std::uint8_t>(of), static_cast<std::uint8_t>(number), copy);
}

// Its size, packed by zstd alone; before that a checksum.
std::string packed_dictionary(std::string_view made) {
    std::string fields, packed;
    Writer to(fields);
    to.number(made.size());
    to.raw(pack(made, level_of_dictionaries, packed) ? std::string_view(packed) : made);
    std::string value;
    append_big(value, journal_form::checksum_with(0, fields));
    return value + fields;
}
std::optional<std::string> unpacked_dictionary(std::string_view value) {
    if (value.size() < octets_of_checksum) return std::nullopt;
    const auto fields = value.substr(octets_of_checksum);
    if (read_big<std::uint32_t>(value) != journal_form::checksum_with(0, fields)) return std::nullopt;
    Reader from(fields);
    const auto size = from.number();
    const std::string_view octets(from.at(), from.left());
    if (from.failed() || size > largest_kept) return std::nullopt;
    if (octets.size() == size) return std::string(octets);
    std::string made(size, '\0');
    return unpack(octets, made.data(), size) ? std::optional(std::move(made)) : std::nullopt;
}

} // namespace

Dictionaries::~Dictionaries() {
    for (auto& ready : ready_)
        delete ready.load();
    for (auto& ready : rows_ready_)
        delete ready.load();
}

void Dictionaries::load(Environment& bodies) {
    auto* const transaction = bodies.begin_read();
    for (const auto of : {Of::bodies, Of::rows})
        for (unsigned number = 1; transaction != nullptr && number <= most; ++number)
            for (std::uint8_t copy = 0; copy < copies_of_each; ++copy) {
                const auto key = dictionary_key(of, number, copy);
                const auto value = get(transaction, bodies.database(db_packing), key);
                if (auto made = value ? unpacked_dictionary(*value) : std::nullopt)
                    add(of, static_cast<Number>(number), std::move(*made));
            }
    bodies.end_read(transaction);
}

Dictionaries::Number Dictionaries::newest(Of of) const {
    for (auto number = most; number > 0; --number)
        if (of == Of::bodies ? find(number) != nullptr : find_rows(number) != nullptr) return number;
    return 0;
}

// One that is damaged keeps its number: what was packed with it is not to be taken for what another makes.
Dictionaries::Number Dictionaries::put(WriteTransaction& bodies, Of of, std::string_view made) {
    unsigned number = 1;
    scan(bodies.get(), bodies.database(db_packing), make_key(static_cast<std::uint8_t>(of)),
         [&](std::string_view key, auto) {
             if (key.size() > 1) number = std::max(number, static_cast<std::uint8_t>(key[1]) + 1u);
             return true;
         });
    if (made.empty() || number > most) return 0;
    const auto value = packed_dictionary(made);
    for (std::uint8_t copy = 0; copy < copies_of_each; ++copy)
        bodies.put(db_packing, dictionary_key(of, number, copy), value);
    return static_cast<Number>(number);
}

void Dictionaries::add(Of of, Number number, std::string made) {
    if (number == 0 || number > most) return;
    if (of == Of::bodies && find(number) == nullptr)
        ready_[number - 1].store(new Dictionary(std::move(made)), std::memory_order_release);
    if (of == Of::rows && find_rows(number) == nullptr)
        rows_ready_[number - 1].store(new RowDictionary(made), std::memory_order_release);
}

} // namespace facteur::store
