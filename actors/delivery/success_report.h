// The report that a sender asked for with NOTIFY=SUCCESS: his message was delivered (RFC 3461 §5.2.6, RFC
// 3464, RFC 6522). Thread-safety: pure function.
#pragma once

#include "store/ids.h"
#include "transport/base/result.h"
#include "transport/smtp/parameters.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

struct SuccessReport {
    std::string host;        // ours
    std::string id;          // of the transaction
    std::string sender;      // whom the report is for
    std::string envelope_id; // ENVID, may be empty
    store::Time at = 0;
    struct Recipient {
        std::string address;
        std::optional<smtp::OriginalRecipient> original; // ORCPT
    };
    std::vector<Recipient> recipients; // those that it is asked for
    std::string header;                // of the message, which is sent back
};

// A whole message, to be delivered from the null path.
Result<std::string> write_success_report(const SuccessReport& report);

} // namespace facteur
