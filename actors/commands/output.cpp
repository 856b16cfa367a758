#include "actors/commands/output.h"

#include "transport/mime/headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace facteur {
namespace {

// Characters, not octets: names have accents.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string dumped(const nlohmann::json& value, int indent) {
    return value.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

std::string Table::text() const {
    std::vector<std::size_t> widths(rows_.front().size(), 0);
    std::vector<bool> numbers;
    for (const auto& title : rows_.front())
        numbers.push_back(title.starts_with(">"));
    const auto cell = [&](std::size_t row, std::size_t column) {
        const std::string_view text = rows_[row][column];
        return row == 0 && numbers[column] ? text.substr(1) : text;
    };
    for (std::size_t row = 0; row < rows_.size(); ++row)
        for (std::size_t column = 0; column < widths.size(); ++column)
            widths[column] = std::max(widths[column], width_of(cell(row, column)));
    std::string out;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        std::string line;
        for (std::size_t column = 0; column < widths.size(); ++column) {
            const std::string padding(widths[column] - width_of(cell(row, column)), ' ');
            if (column > 0) line += "  ";
            if (numbers[column]) line += padding;
            line += cell(row, column);
            if (!numbers[column]) line += padding;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

void JsonList::add(const nlohmann::json& element) {
    console_.write((empty_ ? "[\n" : ",\n") + dumped(element, -1));
    empty_ = false;
}

void JsonList::finish() {
    console_.write(empty_ ? "[]\n" : "\n]\n");
}

void write_json(Console& console, const nlohmann::json& value) {
    console.write(dumped(value, 2) + "\n");
}

std::string size_text(std::uint64_t octets) {
    constexpr std::array<std::string_view, 5> units{"kB", "MB", "GB", "TB", "PB"};
    if (octets < 1000) return fmt::format("{} B", octets);
    auto value = static_cast<double>(octets) / 1000;
    std::size_t unit = 0;
    for (; value >= 999.95 && unit + 1 < units.size(); ++unit)
        value /= 1000;
    return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string count_text(std::uint64_t count) {
    auto text = std::to_string(count);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string time_text(store::Time time) {
    return mime::iso_utc(time);
}

} // namespace facteur
