#include "store/search/terms.h"

#include "store/search/leaf.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <limits>
#include <memory>
#include <random>

namespace facteur::store::search {
namespace {

// What a thread that cuts remembers of words, from document to document: some three MiB.
constexpr std::size_t remembered_words = 1 << 15, remembered_octets = 1 << 19;
constexpr std::size_t first_slots = 1 << 10; // a power of two

// Cuts documents. What it has learnt of a word, its stems, serves for the documents after.
class Cutter {
public:
    std::shared_ptr<const Terms> cut(const Document& document) {
        for (std::size_t field = 0; field < fields; ++field)
            cut(document.text[field], plain_mask(1u << field), stem_mask(1u << field));
        auto terms = std::make_shared<Terms>();
        std::size_t octets = 0;
        for (const auto number : found_)
            octets += lexicon_.word(number).size();
        terms->reserve(found_.size(), octets);
        for (const auto number : found_) {
            terms->add(lexicon_.word(number), lexicon_.hash(number), known_[number].mask);
            known_[number].mask = 0;
        }
        found_.clear();
        return terms;
    }
    [[nodiscard]] bool is_full() const {
        return lexicon_.size() > remembered_words || lexicon_.octets() > remembered_octets;
    }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    struct Known {
        Mask mask = 0; // in the document at hand
        bool has_stems = false;
        std::array<std::uint32_t, 2> stems{none, none};
    };

    std::uint32_t number_of(std::string_view word) {
        const auto number = lexicon_.number_of(word, hash_of_word(word));
        if (number == known_.size()) known_.emplace_back();
        return number;
    }
    void mark(std::uint32_t number, Mask mask) {
        if (known_[number].mask == 0) found_.push_back(number);
        known_[number].mask |= mask;
    }
    void learn_stems(std::uint32_t number, std::string_view word) {
        const auto stems = make_stems(word);
        std::array<std::uint32_t, 2> numbers{none, none};
        for (std::size_t i = 0; i < stems.size(); ++i)
            if (!stems[i].empty()) numbers[i] = number_of(stems[i]);
        known_[number].stems = numbers;
        known_[number].has_stems = true;
    }
    void cut(std::string_view text, Mask plain, Mask stem) {
        WordCutter cutter(text);
        for (Word word; cutter.next(word);) {
            const auto number = number_of(word.folded);
            if ((known_[number].mask & plain) != 0) continue;
            mark(number, plain);
            if (stem == 0) continue;
            if (!known_[number].has_stems) learn_stems(number, word.folded);
            for (const auto of : known_[number].stems)
                if (of != none) mark(of, stem);
        }
    }

    Lexicon lexicon_;
    std::vector<Known> known_;         // by number
    std::vector<std::uint32_t> found_; // in the document at hand
};

} // namespace

std::uint32_t hash_of_word(std::string_view word) {
    static const std::uint64_t seed = [] {
        std::random_device device;
        return static_cast<std::uint64_t>(device()) << 32 | device();
    }();
    return static_cast<std::uint32_t>(XXH3_64bits_withSeed(word.data(), word.size(), seed));
}

std::uint32_t Lexicon::number_of(std::string_view wanted, std::uint32_t hash) {
    if (2 * (entries_.size() + 1) > slots_.size()) grow();
    const auto mask = slots_.size() - 1;
    auto place = hash & mask;
    for (; slots_[place] != 0; place = (place + 1) & mask) {
        const auto number = slots_[place] - 1;
        if (entries_[number].hash == hash && word(number) == wanted) return number;
    }
    const auto number = static_cast<std::uint32_t>(entries_.size());
    slots_[place] = number + 1;
    entries_.push_back({octets_.size(), static_cast<std::uint32_t>(wanted.size()), hash});
    octets_.append(wanted);
    return number;
}

void Lexicon::grow() {
    slots_.assign(std::max(first_slots, 2 * slots_.size()), 0);
    const auto mask = slots_.size() - 1;
    for (std::uint32_t number = 0; number < entries_.size(); ++number) {
        auto place = entries_[number].hash & mask;
        while (slots_[place] != 0)
            place = (place + 1) & mask;
        slots_[place] = number + 1;
    }
}

std::shared_ptr<const Terms> cut(const Document& document) {
    thread_local auto cutter = std::make_unique<Cutter>();
    if (cutter->is_full()) cutter = std::make_unique<Cutter>();
    return cutter->cut(document);
}

std::size_t octets_of(const Terms& terms) {
    return terms.octets();
}

} // namespace facteur::store::search
