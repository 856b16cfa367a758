// How subcommands show things: tables for humans, JSON for scripts.
#pragma once

#include "actors/commands/console.h"
#include "store/ids.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace facteur {

// Columns set off by two spaces, as wide as their longest cell; a header that begins with ">" is a column of
// numbers, set to the right.
class Table {
public:
    explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

// A JSON array whose elements are written as they come.
class JsonList {
public:
    explicit JsonList(Console& console) : console_(console) {}
    void add(const nlohmann::json& element);
    void finish();

private:
    Console& console_;
    bool empty_ = true;
};

void write_json(Console& console, const nlohmann::json& value);

// "1.2 MB": powers of 1,000, as the configuration has them.
std::string size_text(std::uint64_t octets);
// "12,345"
std::string count_text(std::uint64_t count);
// "2026-11-25T02:00:00Z"
std::string time_text(store::Time time);

} // namespace facteur
