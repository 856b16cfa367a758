#include "transport/base/ascii.h"
#include "transport/dsn/explain.h"

#include <algorithm>
#include <initializer_list>

namespace facteur::dsn {
namespace {

bool says(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// What servers write beside a code that says no more than "no". `text` is in lower case.
Reason reason_in_words(std::string_view text) {
    if (says(text, {"dmarc", "spf ", "spf:", "dkim", "spoof"})) return Reason::forged;
    if (says(text, {"spam", "junk", "unsolicited", "blacklist", "blocklist", "block list", "black list",
                    "blocked", "dnsbl", " rbl", "reputation", "virus", "malware"}))
        return Reason::spam;
    if (says(text, {"no such user", "user unknown", "unknown user", "unknown recipient", "no such recipient",
                    "no mailbox", "no such mailbox", "does not exist", "doesn't exist", "not exist",
                    "unknown address", "utilisateur inconnu", "invalid recipient", "recipient rejected",
                    "no such address"}))
        return Reason::no_such_person;
    if (says(text, {"quota", "mailbox full", "mailbox is full", "over quota"})) return Reason::full;
    if (says(text, {"too large", "too big", "size limit"})) return Reason::too_large;
    return Reason::other;
}

Reason of_addressing(std::string_view detail, std::string_view text) {
    if (detail == "1" || detail == "3" || detail == "4") return Reason::no_such_person;
    if (detail == "2") return Reason::no_domain;
    if (detail == "6") return Reason::moved;
    if (detail == "7" || detail == "8") return Reason::forged;
    if (detail == "10") return Reason::takes_no_mail;
    return reason_in_words(text);
}

Reason of_mailbox(std::string_view detail, bool permanent, std::string_view text) {
    if (detail == "1" && permanent) return Reason::closed;
    if (detail == "2") return Reason::full;
    if (detail == "3") return Reason::too_large;
    return permanent ? reason_in_words(text) : Reason::put_off;
}

Reason of_network(std::string_view detail, bool permanent, bool answered) {
    if (detail == "6") return Reason::loop;
    if (detail == "4" && permanent) return Reason::no_domain;
    // Given up after a server had asked for patience to the end.
    if (detail == "7" && answered) return Reason::put_off;
    return Reason::unreachable;
}

Reason of_security(std::string_view detail, bool permanent, std::string_view text) {
    if (detail == "2") return Reason::not_allowed;
    if (detail == "4" || detail == "5" || detail == "10" || detail == "30") return Reason::tls;
    if (detail == "8" || detail == "9") return Reason::our_fault;
    if (detail.size() == 2 && detail[0] == '2') return Reason::forged; // 20 to 29: DKIM, SPF, ARC
    if (!permanent) return Reason::put_off;
    const auto reason = reason_in_words(text);
    return reason == Reason::other ? Reason::policy : reason;
}

} // namespace

Reason reason_of(const RecipientReport& recipient) {
    const std::string_view status = recipient.status;
    const auto text = ascii::lowered(recipient.diagnostic);
    const auto first = status.find('.'),
               second = first == std::string_view::npos ? first : status.find('.', first + 1);
    if (second == std::string_view::npos) return reason_in_words(text);
    const bool permanent = status.front() == '5';
    const bool answered = recipient.diagnostic_type == "smtp" && !recipient.diagnostic.empty();
    const auto subject = status.substr(first + 1, second - first - 1), detail = status.substr(second + 1);
    if (subject == "1") return of_addressing(detail, text);
    if (subject == "2") return of_mailbox(detail, permanent, text);
    if (subject == "3" && detail == "4") return Reason::too_large;
    if (subject == "4") return of_network(detail, permanent, answered);
    if (subject == "6") return detail == "7" ? Reason::accents : Reason::unreadable;
    if (subject == "7") return of_security(detail, permanent, text);
    return permanent ? reason_in_words(text) : Reason::put_off;
}

} // namespace facteur::dsn
