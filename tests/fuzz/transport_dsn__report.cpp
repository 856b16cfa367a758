// Random notices: what is read can be written, and reads the same again.
#include "transport/dsn/read.h"

#include <cstdlib>

using namespace facteur::dsn;

namespace {

// Lines that mail can carry, and nothing that ends a field early.
void check_lines(std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        if (end == std::string_view::npos || end > 998) std::abort();
        if (text.substr(0, end).find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
            std::abort();
        text.remove_prefix(end + 2);
    }
}

void check(const Report& report) {
    for (const bool utf8 : {true, false}) {
        const auto written = write_fields(report, utf8);
        check_lines(written);
        const auto again = read_fields(written);
        if (again.recipients.size() != report.recipients.size()) std::abort();
        for (std::size_t i = 0; i < again.recipients.size(); ++i)
            if (again.recipients[i].action != report.recipients[i].action) std::abort();
        if (const auto third = write_fields(again, utf8); read_fields(third) != again) std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(read_fields(text));
    if (const auto notice = read(text)) check(notice->report);
    return 0;
}
