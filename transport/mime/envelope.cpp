#include "transport/mime/ascii.h"
#include "transport/mime/headers.h"

#include <array>

namespace facteur::mime {
namespace {

enum Wanted : std::size_t {
    date_,
    subject,
    from,
    sender,
    reply_to,
    to,
    cc,
    bcc,
    message_id_,
    in_reply_to,
    references_,
    count
};

constexpr std::array<std::string_view, count> names = {"date",       "subject",     "from",      "sender",
                                                       "reply-to",   "to",          "cc",        "bcc",
                                                       "message-id", "in-reply-to", "references"};

} // namespace

Envelope envelope(std::string_view header) {
    std::array<std::string_view, count> values{};
    for (const Field& field : Fields(header))
        for (std::size_t i = 0; i < count; ++i)
            if (same_name(field.name, names[i])) values[i] = field.value; // RFC 8621 §4.1.3: the last counts
    Envelope out;
    out.sent = date(values[date_]);
    out.subject = text(values[subject]);
    out.from = addresses(values[from]);
    out.sender = addresses(values[sender]);
    out.reply_to = addresses(values[reply_to]);
    out.to = addresses(values[to]);
    out.cc = addresses(values[cc]);
    out.bcc = addresses(values[bcc]);
    out.message_ids = message_ids(values[message_id_]);
    out.in_reply_to = message_ids(values[in_reply_to]);
    out.references = message_ids(values[references_]);
    return out;
}

} // namespace facteur::mime
