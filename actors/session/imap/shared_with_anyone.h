// Whose mailboxes are shared with anyone (RFC 4314 §2): where every user looks for what he may see, so that
// nothing of it has to be kept in each account. A hint, never a right: what may be seen is in the owner's
// account alone, and one who shares nothing any more stays here until there is no room. Kept in memory; the
// lists of all accounts are read once, when the server starts. Thread-safe.
#pragma once

#include "store/store.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace facteur {

class SharedWithAnyone {
public:
    static constexpr std::size_t most =
        200; // owners; each is looked at whenever a user lists others' mailboxes

    explicit SharedWithAnyone(const store::Store& store);

    using Owners = std::vector<store::AccountId>; // ascending
    [[nodiscard]] std::shared_ptr<const Owners> owners() const;
    // False: as many do as may.
    bool add(store::AccountId owner);

private:
    const store::Store& store_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Owners> owners_; // replaced, never changed
};

} // namespace facteur
