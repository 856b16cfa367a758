// A reply of SMTP: code (RFC 5321 §4.2), enhanced status code (RFC 3463, registry of RFC 5248) and one line
// of text for a human, English, without control characters (others are replaced when it is written).
#pragma once

#include <string>
#include <string_view>

namespace facteur::smtp {

struct Reply {
    int code = 250;
    std::string_view status; // "2.1.5"; empty: none. Always a literal, or what outlives the reply
    std::string text;

    bool is_success() const { return code < 400; }
    bool operator==(const Reply&) const = default;
};

// Appends "250 2.1.5 Recipient accepted.\r\n".
void write(std::string& out, const Reply& reply);

// The replies that several places give.
namespace replies {
Reply ok();                 // 250 2.0.0
Reply sender_accepted();    // 250 2.1.0
Reply recipient_accepted(); // 250 2.1.5
Reply unknown_recipient();  // 550 5.1.1
Reply disabled_recipient(); // 550 5.2.1
Reply mailbox_full();       // 452 4.2.2
Reply no_relay();           // 550 5.7.1
Reply try_later();          // 451 4.3.0
Reply too_busy();           // 421 4.3.2, then close
Reply message_too_large();  // 552 5.3.4
Reply hop_loop();           // 554 5.4.6
Reply timed_out();          // 421 4.4.2, then close
} // namespace replies

} // namespace facteur::smtp
