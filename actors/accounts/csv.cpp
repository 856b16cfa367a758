#include "actors/accounts/csv.h"

#include <fmt/format.h>

namespace facteur {
namespace {

constexpr std::size_t longest_record = 1u << 20;

// The sign that stands oftener in the first line.
char separator_of(std::string_view text) {
    const auto line = text.substr(0, text.find('\n'));
    const auto count = [&](char c) { return std::count(line.begin(), line.end(), c); };
    return count(';') > count(',') ? ';' : ',';
}

} // namespace

Result<void> read_csv(std::string_view text, const std::function<void(CsvRecord)>& each) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    const char separator = separator_of(text);
    std::uint64_t line = 1;
    for (std::size_t at = 0; at < text.size();) {
        CsvRecord record;
        record.line = line;
        std::string field;
        bool quoted = false, ended = false;
        const auto start = at;
        for (; at < text.size() && !ended; ++at) {
            if (at - start > longest_record)
                return fail(
                    Code::too_large,
                    fmt::format("line {}: the record is too long, or a quote is not closed", record.line));
            const char c = text[at];
            if (c == '\n') ++line;
            if (quoted) {
                if (c != '"')
                    field.push_back(c);
                else if (at + 1 < text.size() && text[at + 1] == '"')
                    field.push_back(text[++at]);
                else
                    quoted = false;
            } else if (c == '"' && field.empty()) {
                quoted = true;
            } else if (c == separator) {
                record.fields.push_back(std::move(field));
                field.clear();
            } else if (c == '\n') {
                ended = true;
            } else if (c != '\r') {
                field.push_back(c);
            }
        }
        if (quoted) return fail(Code::malformed, fmt::format("line {}: a quote is not closed", record.line));
        record.fields.push_back(std::move(field));
        if (record.fields.size() > 1 || !record.fields.front().empty()) each(std::move(record));
    }
    return {};
}

} // namespace facteur
