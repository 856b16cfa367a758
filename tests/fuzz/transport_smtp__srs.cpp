// Random addresses: what is rewritten leads back.
#include "transport/smtp/srs.h"

#include <cstdlib>

using namespace facteur::smtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static const SrsKeys ours{"b.test", {"secret"}}, theirs{"c.test", {"another"}};
    constexpr std::int64_t now = 1'795'852'800;
    const Mailbox at_ours{std::string(text), ours.domain};
    // A fuzzer watches comparisons and may learn a hash: then it leads to an address like any other.
    if (const auto learned = srs_reverse(at_ours, ours, now); learned && learned->domain.empty())
        std::abort();
    const auto sender = parse_mailbox(text);
    if (!sender) return 0;
    const auto rewritten = srs_forward(*sender, ours, now);
    if (!rewritten || *rewritten == *sender) return 0;
    if (parse_mailbox(rewritten->text()) != *rewritten) std::abort();
    const auto back = srs_reverse(*rewritten, ours, now);
    // An SRS1 that another server made leads to the first one, not to that server.
    if (!back || (*back != *sender && !is_srs(sender->local))) std::abort();
    const auto second = srs_forward(*rewritten, theirs, now);
    if (second && !srs_reverse(*second, theirs, now)) std::abort();
    return 0;
}
