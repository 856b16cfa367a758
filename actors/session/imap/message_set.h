// Which messages of the selected mailbox a command means: sets of sequence numbers, of UIDs and "$" against
// the session's UidMap, all as ranges of sequence numbers, ascending and apart. Pure functions.
#pragma once

#include "actors/session/imap/uid_map.h"
#include "transport/imap/sequence_set.h"

#include <optional>
#include <vector>

namespace facteur {

using MessageRanges = std::vector<imap::NumberRange>;

// `saved`: the UIDs that "$" means, ascending; those that are gone are passed over, and so are UIDs that are
// not there. Nothing: there is no message with one of these sequence numbers (answer BAD).
std::optional<MessageRanges> messages_of(const UidMap& map, const imap::SequenceSet& set, bool uid,
                                         const std::vector<store::Uid>& saved = {});

// `uids`: as imap::resolved gives them.
MessageRanges messages_with(const UidMap& map, const std::vector<imap::NumberRange>& uids);
MessageRanges messages_with(const UidMap& map, const std::vector<store::Uid>& uids); // ascending

// Those of them that a partial range means (RFC 9394 §3.4).
MessageRanges part_of(const MessageRanges& messages, const imap::PartialRange& range);

// Their UIDs, one after the other.
std::vector<store::Uid> uids_of(const UidMap& map, const MessageRanges& messages);

} // namespace facteur
