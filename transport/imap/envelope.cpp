#include "transport/imap/envelope.h"

#include "transport/imap/dates.h"

#include <algorithm>

namespace facteur::imap {
namespace {

void write_text_or_nil(Output& out, std::string_view text, Wire wire) {
    if (text.empty())
        out.put("NIL");
    else
        write_text(out, text, wire);
}

void write_or_nil(Output& out, std::string_view text, Wire wire) {
    if (text.empty())
        out.put("NIL");
    else
        write_string(out, text, wire);
}

// RFC 9051 §7.5.2: the local part without its quoting.
bool is_quoted_local(std::string_view local) {
    return local.size() >= 2 && local.starts_with('"') && local.ends_with('"');
}
std::string unquoted_local(std::string_view local) {
    std::string out;
    for (std::size_t i = 1; i + 1 < local.size(); ++i) {
        if (local[i] == '\\' && i + 2 < local.size()) ++i;
        out += local[i];
    }
    return out;
}

void write_address(Output& out, const EnvelopeAddress& address, Wire wire) {
    using Is = EnvelopeAddress::Is;
    if (address.is == Is::group_end) {
        out.put("(NIL NIL NIL NIL)");
        return;
    }
    if (address.is == Is::group_begin) {
        out.put("(NIL NIL ");
        write_text(out, address.name, wire);
        out.put(" NIL)");
        return;
    }
    out.put('(');
    write_text_or_nil(out, address.name, wire);
    out.put(" NIL ");
    const auto at = address.email.rfind('@');
    const auto local = address.email.substr(0, at);
    if (is_quoted_local(local))
        write_string(out, unquoted_local(local), wire);
    else
        write_string(out, local, wire);
    out.put(' ');
    // NIL would make it a group: an address without a domain has an empty one.
    write_string(out, at == std::string_view::npos ? std::string_view{} : address.email.substr(at + 1), wire);
    out.put(')');
}

void write_addresses(Output& out, const std::vector<EnvelopeAddress>& addresses, Wire wire) {
    if (addresses.empty()) {
        out.put("NIL");
        return;
    }
    out.put('(');
    for (const auto& address : addresses)
        write_address(out, address, wire);
    out.put(')');
}

std::vector<EnvelopeAddress> address_views(const std::vector<mime::Address>& addresses) {
    std::vector<EnvelopeAddress> out;
    out.reserve(addresses.size());
    for (const auto& address : addresses)
        out.push_back({address.name, address.email});
    return out;
}

} // namespace

void write_envelope(Output& out, const EnvelopeView& envelope, Wire wire) {
    out.put('(');
    write_or_nil(out, envelope.date, wire);
    out.put(' ');
    write_text_or_nil(out, envelope.subject, wire);
    out.put(' ');
    const auto from = out.size();
    write_addresses(out, envelope.from, wire);
    const auto length = out.size() - from;
    for (const auto* list : {&envelope.sender, &envelope.reply_to}) {
        out.put(' ');
        if (list->empty())
            out.repeat(from, length); // RFC 9051 §7.5.2: those of From then
        else
            write_addresses(out, *list, wire);
    }
    for (const auto* list : {&envelope.to, &envelope.cc, &envelope.bcc}) {
        out.put(' ');
        write_addresses(out, *list, wire);
    }
    out.put(' ');
    write_or_nil(out, envelope.in_reply_to, wire);
    out.put(' ');
    write_or_nil(out, envelope.message_id, wire);
    out.put(')');
}

EnvelopeView envelope_view(const mime::Envelope& envelope) {
    EnvelopeView view;
    if (envelope.sent) view.date = format_mail_date(*envelope.sent);
    view.subject = envelope.subject;
    view.from = address_views(envelope.from);
    view.sender = address_views(envelope.sender);
    view.reply_to = address_views(envelope.reply_to);
    view.to = address_views(envelope.to);
    view.cc = address_views(envelope.cc);
    view.bcc = address_views(envelope.bcc);
    view.in_reply_to = bracketed_ids(envelope.in_reply_to);
    view.message_id = bracketed_ids(envelope.message_ids);
    return view;
}

} // namespace facteur::imap
