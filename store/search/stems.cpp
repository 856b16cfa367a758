#include "store/search/stems.h"

#include <libstemmer.h>

#include <algorithm>
#include <memory>
#include <unordered_map>

namespace facteur::store::search {
namespace {

constexpr std::size_t shortest = 3, longest = 32; // what is no word of these languages has no stem
constexpr std::size_t remembered = 1 << 15;       // words; about 4 MiB for each thread that searches

class Stemmer {
public:
    Stemmer() : french_(sb_stemmer_new("french", "UTF_8")), english_(sb_stemmer_new("english", "UTF_8")) {}

    Stems make(std::string_view word) const {
        const bool plain = word.size() >= shortest && word.size() <= longest &&
                           std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
        if (!plain) return {};
        Stems stems{stem(french_, without_feminine(word)), stem(english_, word)};
        if (stems[0] == stems[1]) stems[1].clear();
        return stems;
    }
    const Stems& of(std::string_view word) {
        key_ = word;
        if (const auto known = known_.find(key_); known != known_.end()) return known->second;
        if (known_.size() >= remembered) known_.clear();
        return known_.emplace(key_, make(word)).first->second;
    }

private:
    struct Delete {
        void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
    };
    using Snowball = std::unique_ptr<sb_stemmer, Delete>;

    static std::string stem(const Snowball& stemmer, std::string_view word) {
        if (!stemmer) return {};
        const auto* stem = sb_stemmer_stem(stemmer.get(), reinterpret_cast<const sb_symbol*>(word.data()),
                                           static_cast<int>(word.size()));
        if (stem == nullptr) return {};
        return {reinterpret_cast<const char*>(stem),
                static_cast<std::size_t>(sb_stemmer_length(stemmer.get()))};
    }
    // Snowball knows feminine participles by their accent (arrivée), which folding has taken.
    static std::string without_feminine(std::string_view word) {
        std::string out(word);
        if (out.ends_with("ees"))
            out.erase(out.size() - 2, 1);
        else if (out.ends_with("ee"))
            out.pop_back();
        return out;
    }

    Snowball french_, english_;
    std::unordered_map<std::string, Stems> known_;
    std::string key_;
};

// A stemmer is a machine with a state of its own: one for each thread.
Stemmer& stemmer() {
    thread_local Stemmer of_thread;
    return of_thread;
}

} // namespace

const Stems& stems_of(std::string_view folded) {
    return stemmer().of(folded);
}

Stems make_stems(std::string_view folded) {
    return stemmer().make(folded);
}

} // namespace facteur::store::search
