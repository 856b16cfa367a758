#include "store/search/gathering.h"

#include <algorithm>

namespace facteur::store::search {
namespace {

// Sorting one posting costs about as much as walking past so many ids.
constexpr std::size_t ids_per_posting = 32;
constexpr std::size_t gathered = 1 << 17;

bool is_earlier(const Posting& a, const Posting& b) {
    return a.email < b.email;
}

// By email, each once. Those of one word are in order already.
void settle(std::vector<Posting>& postings) {
    if (!std::is_sorted(postings.begin(), postings.end(), is_earlier))
        std::sort(postings.begin(), postings.end(), is_earlier);
    std::size_t kept = 0;
    for (const auto& posting : postings)
        if (kept > 0 && postings[kept - 1].email == posting.email)
            postings[kept - 1].mask |= posting.mask;
        else
            postings[kept++] = posting;
    postings.resize(kept);
}

} // namespace

bool Gathering::is_dense() const {
    return masks_.empty() && below_ / ids_per_posting <= postings_.size();
}

void Gathering::spread() {
    masks_.resize(below_);
    std::erase_if(postings_, [&](const Posting& posting) {
        if (posting.email >= below_) return false;
        masks_[posting.email] |= posting.mask;
        return true;
    });
}

void Gathering::join() {
    if (is_dense())
        spread();
    else if (postings_.size() >= gathered)
        settle(postings_);
    limit_ = std::max(limit_, 2 * postings_.size());
}

std::vector<Posting> Gathering::take() && {
    if (is_dense() && !std::is_sorted(postings_.begin(), postings_.end(), is_earlier)) spread();
    settle(postings_); // of those beside masks, all come after them
    if (masks_.empty()) return std::move(postings_);
    std::vector<Posting> all;
    for (std::size_t id = 0; id < masks_.size(); ++id)
        if (masks_[id] != 0) all.push_back({id, masks_[id]});
    all.insert(all.end(), postings_.begin(), postings_.end());
    return all;
}

} // namespace facteur::store::search
