// The envelope in a structure row, read in place: one pass that finds where its fields are and makes no
// lists. IMAP's ENVELOPE of nearly every message is written from it. Pure functions.
#pragma once

#include "store/codec.h"
#include "store/rows.h"

#include <optional>
#include <string_view>

namespace facteur::store {

// The fields of a StructureRow with these names.
struct EnvelopeInRow {
    std::string_view message_ids, in_reply_to;            // lists as they are stored: `each_text`
    std::string_view sender, from, to, cc, bcc, reply_to; // `each_address`
    std::string_view subject, date;
};

// Nothing: the row is damaged, or does not say all of the envelope in these fields (it was written by an
// older store, or has envelopes of its own, for groups or messages within the message): then
// `decode_structure_view` is to be asked.
std::optional<EnvelopeInRow> envelope_in_row(std::string_view bytes);

// The parts and the envelopes within the message alone, as `decode_structure_view` reads them; nothing else
// in `into` means anything then. False: the row is damaged, or of an older store.
bool decode_parts(std::string_view bytes, StructureView& into);

template <typename Each>
void each_text(std::string_view list, Each&& each) {
    Reader in(list);
    for (auto left = in.number(); left > 0 && !in.failed(); --left)
        each(in.string());
}
template <typename Each>
void each_address(std::string_view list, Each&& each) {
    Reader in(list);
    for (auto left = in.number(); left > 0 && !in.failed(); --left) {
        const auto name = in.string();
        each(AddressView{name, in.string()});
    }
}

} // namespace facteur::store
