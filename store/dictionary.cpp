#include "store/dictionary.h"

#include <zdict.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace facteur::store {
namespace {

// A compromise: a third more than level 3 takes off for three times its work, done while nothing waits.
constexpr int own_dictionary_level = 6;
// Pieces are compared by so many octets at a time, and are as long as a window, or less.
constexpr std::size_t gram = 8, window = 128;
// How often each part of the text is looked at.
constexpr std::size_t rounds = 4;
// What is smaller is not worth keeping.
constexpr std::size_t smallest_dictionary = 1024;
constexpr unsigned counter_bits = 20;
constexpr std::size_t samples_at_once = 32;
// Beside what was gathered: tables that zstd makes of the samples.
constexpr std::size_t room_for_tables = 4096;
constexpr std::size_t samples_for_tables = 4;

std::size_t counter_of(const char* octets) {
    std::uint64_t number = 0;
    std::memcpy(&number, octets, gram);
    return static_cast<std::size_t>((number * 0x9e3779b97f4a7c15ull) >> (64 - counter_bits));
}

// Finds pieces by what they have in common with other samples: in each part of the text in turn the window
// whose runs of `gram` octets stand in the most samples, each run counted once.
class Gatherer {
public:
    Gatherer(std::span<const std::string> samples, std::size_t room, const std::function<bool()>& go_on)
        : samples_(samples), room_(room), go_on_(go_on), counts_(1u << counter_bits),
          marks_(1u << counter_bits) {}

    // The best pieces last, where zstd points to them at the least cost. Empty: it was told to end.
    std::string gather() {
        if (!count()) return {};
        keep_common();
        const auto parts = std::max<std::size_t>(1, room_ / window / rounds);
        const auto part = std::max(window, text_.size() / parts);
        for (std::size_t begin = 0, without = 0; octets_ < room_ && without < parts; begin += part) {
            if (begin >= text_.size()) begin = 0;
            if (!go_on_()) return {};
            without = take_best(begin, std::min(begin + part, text_.size())) ? 0 : without + 1;
        }
        std::stable_sort(pieces_.begin(), pieces_.end(),
                         [](const Piece& a, const Piece& b) { return a.worth < b.worth; });
        std::string gathered;
        for (const auto& piece : pieces_)
            gathered += piece.text;
        return gathered;
    }

private:
    struct Piece {
        std::uint64_t worth = 0;
        std::string_view text;
    };

    [[nodiscard]] std::uint32_t& count_at(std::size_t at) { return counts_[counter_of(text_.data() + at)]; }

    // In how many samples each run stands.
    bool count() {
        for (std::uint32_t sample = 0; sample < samples_.size(); ++sample) {
            if (sample % samples_at_once == 0 && !go_on_()) return false;
            const auto& text = samples_[sample];
            for (std::size_t at = 0; at + gram <= text.size(); ++at) {
                const auto counter = counter_of(text.data() + at);
                if (std::exchange(marks_[counter], sample + 1) != sample + 1) ++counts_[counter];
            }
        }
        std::fill(marks_.begin(), marks_.end(), 0);
        return true;
    }

    void keep_common() {
        for (const auto& text : samples_)
            for (std::size_t at = 0; at + gram <= text.size();) {
                auto end = at;
                while (end + gram <= text.size() && counts_[counter_of(text.data() + end)] >= least_messages)
                    ++end;
                if (end > at) text_.append(text, at, end - 1 + gram - at);
                at = std::max(end, at + 1);
            }
    }

    bool take_best(std::size_t begin, std::size_t end) {
        std::uint64_t worth = 0, most = 0;
        auto first = begin, best = begin, last = begin;
        for (; last + gram <= end; ++last) {
            if (marks_[counter_of(text_.data() + last)]++ == 0) worth += count_at(last);
            if (last - first >= window) {
                if (--marks_[counter_of(text_.data() + first)] == 0) worth -= count_at(first);
                ++first;
            }
            if (worth > most) most = worth, best = first;
        }
        for (; first < last; ++first)
            marks_[counter_of(text_.data() + first)] = 0;
        if (most == 0) return false;
        auto stop = std::min(best + window + gram - 1, end);
        while (best + gram < stop && count_at(best) == 0)
            ++best;
        while (best + gram < stop && count_at(stop - gram) == 0)
            --stop;
        for (auto at = best; at + gram <= stop; ++at)
            count_at(at) = 0;
        pieces_.push_back(
            {most, std::string_view(text_).substr(best, std::min(stop - best, room_ - octets_))});
        octets_ += pieces_.back().text.size();
        return true;
    }

    std::span<const std::string> samples_;
    std::size_t room_;
    const std::function<bool()>& go_on_;
    std::vector<std::uint32_t> counts_, marks_;
    std::string text_; // what is common enough
    std::vector<Piece> pieces_;
    std::size_t octets_ = 0;
};

ZSTD_DCtx* dictionary_unpacker() {
    thread_local const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                                       ZSTD_freeDCtx);
    return context.get();
}

} // namespace

std::string common_pieces(std::span<const std::string> samples, std::size_t room,
                          const std::function<bool()>& go_on) {
    return Gatherer(samples, room, go_on).gather();
}

std::string make_dictionary(std::span<const std::string> samples, const std::function<bool()>& go_on) {
    const auto gathered = common_pieces(samples, largest_dictionary, go_on);
    if (gathered.size() < smallest_dictionary) return {};
    std::string some;
    std::vector<std::size_t> sizes;
    for (std::size_t sample = 0; sample < samples.size(); sample += samples_for_tables) {
        some += samples[sample];
        sizes.push_back(samples[sample].size());
    }
    std::string made(gathered.size() + room_for_tables, '\0');
    ZDICT_params_t parameters{};
    parameters.compressionLevel = own_dictionary_level;
    parameters.dictID = 1;
    const auto size =
        ZDICT_finalizeDictionary(made.data(), made.size(), gathered.data(), gathered.size(), some.data(),
                                 sizes.data(), static_cast<unsigned>(sizes.size()), parameters);
    if (ZDICT_isError(size) != 0) return {};
    made.resize(size);
    return made;
}

Dictionary::Dictionary(std::string bytes)
    : bytes_(std::move(bytes)), ready_(ZSTD_createDDict(bytes_.data(), bytes_.size())) {}
Dictionary::~Dictionary() {
    ZSTD_freeDDict(ready_);
}

bool Dictionary::unpack(std::string_view packed, char* to, std::size_t size) const {
    return ready_ != nullptr && ZSTD_decompress_usingDDict(dictionary_unpacker(), to, size, packed.data(),
                                                           packed.size(), ready_) == size;
}

DictionaryPacker::DictionaryPacker(const Dictionary& dictionary)
    : ready_(ZSTD_createCDict(dictionary.bytes().data(), dictionary.bytes().size(), own_dictionary_level)) {}
DictionaryPacker::~DictionaryPacker() {
    ZSTD_freeCDict(ready_);
}

std::string DictionaryPacker::pack(std::string_view bytes) const {
    thread_local const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                                       ZSTD_freeCCtx);
    std::string packed(ZSTD_compressBound(bytes.size()), '\0');
    ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_dictIDFlag, 0); // it stands beside
    ZSTD_CCtx_refCDict(context.get(), ready_);
    const auto size = ready_ == nullptr ? 0
                                        : ZSTD_compress2(context.get(), packed.data(), packed.size(),
                                                         bytes.data(), bytes.size());
    packed.resize(ZSTD_isError(size) != 0 ? 0 : size);
    return packed;
}

} // namespace facteur::store
