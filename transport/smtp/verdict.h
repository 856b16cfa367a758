// What one attempt to send means: for the recipient, for the others who wait, and for what is told to the
// sender.
//
// A client's replies (`client.h`) and what goes wrong before there is a client (`Obstacle`) become one
// `Verdict` a recipient, each with an enhanced status code (RFC 3463), whether the server gave one or not.
//
// 4xx is for later and 5xx for good (RFC 5321 §4.2.1), with these exceptions:
//   - a greeting or EHLO of 5xx says that this host does not want us now; another of the domain may, and so
//     may this one tomorrow. 521 (RFC 7504) says it for good, of this host alone.
//   - AUTH and TLS that fail are our operator's or the network's trouble: letters wait.
//   - 452 or 552 to RCPT after others were taken means "enough for one transaction" (RFC 5321 §4.5.3.1.10).
//
// Thread-safety: pure functions.
#pragma once

#include "transport/smtp/client.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur::smtp {

// Whom a verdict is about.
enum class Scope {
    recipient,   // this address alone
    message,     // this message: its size, its text, its sender; other messages may pass
    transaction, // too many recipients at once: send to this one by another transaction, right away
    host,        // this host: try the next one of the domain now
    destination, // all hosts of the domain: whatever waits for it waits longer
};

// With `host`, the fate is what holds when no other host of the domain is left.
struct Verdict {
    enum class Fate { delivered, deferred, refused } fate = Fate::deferred;
    Scope scope = Scope::recipient;
    std::string status;     // "4.4.1"; never empty
    ServerReply reply;      // with code 0 when no server said so: the text is ours
    bool uncertain = false; // deferred, but the server may have taken it: trying again may deliver it twice
    bool operator==(const Verdict&) const = default;
};

// ---- what a client said

// One verdict a recipient, in the order of `done`.
std::vector<Verdict> judge(const MessageDone& done);
// Of a connection that came to nothing, for all that was to go over it.
Verdict judge(const Failed& failed);

// ---- what stood in the way before

enum class Obstacle {
    no_domain,         // the domain does not exist: 5.1.2
    no_mail,           // it says that it takes no mail, RFC 7505: 5.1.10
    loop,              // its best exchanger is ourselves, and yet the address is not ours: 5.4.6
    too_many_hops,     // RFC 5321 §6.3: 5.4.6
    dns_failed,        // no answer, or nonsense: 4.4.3
    no_address,        // a host without addresses: 4.4.4
    unreachable,       // none of a host's addresses took the connection: 4.4.1
    tls_failed,        // the handshake, with TLS required: 4.7.5
    not_in_policy,     // the host is not among those of MTA-STS: 4.7.5
    not_authenticated, // certificate against DANE, MTA-STS or a route that wants a name: 4.7.5
    no_hosts_left,     // all of a domain's hosts were tried and none would: 4.4.1
    expired,           // the letter waited for as long as it may: 5.4.7
};
// `text`: for the operator and Diagnostic-Code, one line without control characters; empty: a text of ours.
Verdict judge(Obstacle obstacle, std::string_view text = {});

// A deferred verdict of a letter that will not be tried again: refused, with its own status in class 5 when
// that says more than "expired" (5.4.7).
Verdict expired(const Verdict& last);

} // namespace facteur::smtp
