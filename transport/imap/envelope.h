// ENVELOPE (RFC 9051 §7.5.2) from a neutral form: a stored row or a parsed header fills it.
// Thread-safety: pure functions.
#pragma once

#include "transport/imap/strings.h"
#include "transport/mime/headers.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

struct EnvelopeAddress {
    std::string_view name;                                              // decoded UTF-8; empty: none
    std::string_view email;                                             // addr-spec
    enum class Is { address, group_begin, group_end } is = Is::address; // group_begin: `name` is the group's
};

// Views must outlive the writing.
struct EnvelopeView {
    std::string date;         // as in the header, or by `format_mail_date`; empty: NIL
    std::string_view subject; // decoded UTF-8; empty: NIL
    std::vector<EnvelopeAddress> from, sender, reply_to, to, cc, bcc; // no sender, no reply_to: from
    std::string in_reply_to, message_id;                              // with < >; empty: NIL
};

// Names and subject that are not ASCII are encoded words, unless the wire takes UTF-8.
void write_envelope(Output& out, const EnvelopeView& envelope, Wire wire = {});
inline void write_envelope(std::string& out, const EnvelopeView& envelope, Wire wire = {}) {
    Output to(out);
    write_envelope(to, envelope, wire);
}

// "<a@x> <b@y>" of ids without < >.
template <typename Text>
std::string bracketed_ids(const std::vector<Text>& ids) {
    std::string out;
    for (const auto& id : ids) {
        if (!out.empty()) out += ' ';
        ((out += '<') += id) += '>';
    }
    return out;
}

// Of a parsed header, which must outlive the view.
EnvelopeView envelope_view(const mime::Envelope& envelope);

} // namespace facteur::imap
