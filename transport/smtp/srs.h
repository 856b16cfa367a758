// Sender rewriting (SRS): a message that is forwarded leaves with a reverse-path of ours, so that SPF holds
// for it, and a bounce to that path comes back to us and is sent on to the one who wrote.
//
//   anne@a.test, forwarded by b.test                 SRS0=hash=day=a.test=anne@b.test
//   SRS0=…@b.test, forwarded by c.test               SRS1=hash=b.test==…@c.test
//   SRS1=hash=b.test==…@c.test, forwarded by d.test  SRS1=hash=b.test==…@d.test: straight back to the first
//
// As https://www.libsrs2.net/srs/srs.pdf describes it. The hash (HMAC-SHA256, cut) keeps strangers from
// having us send mail to addresses of their choice. All comparisons ignore case, because servers on the way
// fold it. An address is good for `srs_days`. Thread-safety: pure functions.
#pragma once

#include "transport/smtp/address.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::smtp {

struct SrsKeys {
    std::string domain;               // ours, where rewritten addresses live; lower case
    std::vector<std::string> secrets; // the first signs, all are taken: the old one stays for `srs_days` more
};
inline constexpr int srs_days = 21;                // longer than any queue holds a message
inline constexpr std::size_t srs_hash_letters = 6; // 30 bits: the bounces that guess it would be a billion

enum class SrsFailure {
    not_rewritten, // no address of this kind: whatever else it means
    malformed,     // begins as one, breaks the grammar
    forged,        // no secret of ours made it
    too_old,
    too_long, // the rewritten address would pass `max_local_octets`; or no secret
};

// Whether the local part looks like one of ours: asked before it is looked up among the mailboxes.
bool is_srs(std::string_view local);

// The reverse-path of a forwarded message whose own is `sender`; unchanged when `sender` is of our own domain
// and not rewritten. Fails with too_long alone: the forwarder's own address must do then.
tl::expected<Mailbox, SrsFailure> srs_forward(const Mailbox& sender, const SrsKeys& keys, std::int64_t now);

// Whom a bounce to `rewritten` is for, that came from the null path: nothing else should be taken for it.
tl::expected<Mailbox, SrsFailure> srs_reverse(const Mailbox& rewritten, const SrsKeys& keys,
                                              std::int64_t now);

} // namespace facteur::smtp
