// Postings of many words as they come, made one set: what is asked about a piece of a word may be in
// thousands of words, and in most emails of the account many times. Internal to search.
#pragma once

#include "store/search/postings.h"

#include <vector>

namespace facteur::store::search {

// Where ids are dense a mask each is kept by id, so that nothing is sorted, and memory is bounded by the
// account's emails; else postings are sorted and joined whenever many have come together.
class Gathering {
public:
    // `below`: the ids of the account, as a rule, are.
    explicit Gathering(EmailId below) : below_(below) {}

    void add(Posting posting) {
        if (posting.email < masks_.size()) {
            masks_[posting.email] |= posting.mask;
            return;
        }
        postings_.push_back(posting);
        if (postings_.size() >= limit_) join();
    }
    // By email, each once, with the masks of its postings joined.
    [[nodiscard]] std::vector<Posting> take() &&;

private:
    void join();
    [[nodiscard]] bool is_dense() const;
    void spread();

    EmailId below_;
    std::vector<Mask> masks_; // by id; none at first
    std::vector<Posting> postings_;
    std::size_t limit_ = 2048; // of `postings_`
};

} // namespace facteur::store::search
