// Reads comma-separated values (RFC 4180), also with semicolons as French spreadsheets write them, a byte
// order mark and bare LF. Bounded: a record of more than 1 MiB is an error.
#pragma once

#include "transport/base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

struct CsvRecord {
    std::uint64_t line = 0; // where it starts, from 1
    std::vector<std::string> fields;
};

// Calls `each` for every record that is not blank. Fails at a quote that never ends.
Result<void> read_csv(std::string_view text, const std::function<void(CsvRecord)>& each);

} // namespace facteur
