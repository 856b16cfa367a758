// The terms of messages that were cut in one round of indexing. A message that went to many accounts has a
// row in each and is one text, which is read, unpacked and cut once. For the indexing thread.
#pragma once

#include "store/search/search.h"
#include "store/store.h"

#include <memory>
#include <unordered_map>

namespace facteur {

class CutMessages {
public:
    using Terms = std::shared_ptr<const store::search::Terms>;
    [[nodiscard]] Terms terms_of(const store::Snapshot& now, store::AccountId account,
                                 const store::EmailView& email);
    void forget();

private:
    std::unordered_map<store::Hash, Terms> known_; // by the body and what the structure row says of it
    std::size_t octets_ = 0;
};

} // namespace facteur
