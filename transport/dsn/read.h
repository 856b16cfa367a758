// Finds the report in a delivery status notification that came in, from whoever: what it says may be a lie,
// so that a caller acts only on an envelope id or a recipient that it knows itself.
//
// Linear in the message; never fails on its content. Thread-safety: pure function.
#pragma once

#include "transport/dsn/report.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::dsn {

struct ReadNotice {
    Report report;
    std::vector<std::string> message_ids; // of the message that it is about, without < >; may be empty
};

// Nothing when the message is no multipart/report with a delivery status that names a recipient.
std::optional<ReadNotice> read(std::string_view message);

} // namespace facteur::dsn
