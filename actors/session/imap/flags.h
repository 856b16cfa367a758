// The flags of a message between IMAP (RFC 9051 §2.3.2) and rows: system flags, keywords that have a bit of
// their own (store::Flag) in the spelling of their registration, and all others. Keywords know no case and
// are kept in lower case; "$seen" is \Seen, as through JMAP. \Deleted is apart, because it belongs to a
// message in one mailbox, not to the email. Pure functions.
#pragma once

#include "actors/mailbox/rights.h"
#include "store/rows.h"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

// Appends those of one message, in a fixed order, the other keywords last. `out` gets views of `others`.
void append_flags(std::vector<std::string_view>& out, std::uint32_t flags, bool deleted,
                  const std::vector<std::string_view>& others = {});

// All that have a name of their own, \Deleted too: what FLAGS begins with when a mailbox is selected, and
// PERMANENTFLAGS, before the keywords that are in use and "\\*".
const std::vector<std::string_view>& named_flags();

// "\\Seen \\Flagged": what `append_flags` gives, as FETCH writes it. A mailbox has few sets of flags: their
// texts are made once. Valid until the next call.
class FlagTexts {
public:
    [[nodiscard]] std::string_view of(std::uint32_t flags, bool deleted);

private:
    struct Made {
        std::uint32_t flags = 0;
        bool deleted = false, is_made = false;
        std::string text;
    };
    std::array<Made, 16> made_;
};

struct FlagList { // of STORE, APPEND, REPLACE
    store::Keywords keywords;
    bool deleted = false;
    bool operator==(const FlagList&) const = default;
};
// The error is a sentence for BAD or NO: \Recent, system flags that nobody knows, what is no keyword, and
// more keywords than an email may have.
tl::expected<FlagList, std::string> read_flags(const std::vector<std::string>& flags);

// Those of the list that somebody with these rights may set and clear (RFC 4314 §4).
FlagList permitted_flags(FlagList list, Rights rights);
// The rights that are needed for all of them.
Rights rights_for(const FlagList& list);
// Bits of store::Flag that these rights are enough for.
std::uint32_t permitted_bits(Rights rights);

} // namespace facteur
