#include "bench/load/academy/tally.h"

#include <fmt/format.h>

namespace facteur::load::academy {
namespace {

constexpr std::size_t most_reasons = 50;

nlohmann::ordered_json told_of(Latencies& latencies) {
    nlohmann::ordered_json row{{"count", latencies.size()}};
    for (const auto percent : {50, 95, 99})
        row[fmt::format("p{}_ms", percent)] = latencies.percentile(percent);
    row["max_ms"] = latencies.percentile(100);
    return row;
}

} // namespace

void Tally::done(const Kind& kind, double due) {
    const auto took = now() - due;
    auto& row = rows_[kind.name];
    row.waits = kind.waits;
    row.latencies.add(took);
    if (kind.waits == Waits::person) interactive_.add(took);
}

void Tally::failed(const Kind& kind, const std::string& why) {
    auto& row = rows_[kind.name];
    row.waits = kind.waits;
    ++row.errors;
    const auto reason = fmt::format("{}: {}", kind.name, why.substr(0, 300));
    if (reasons_.size() < most_reasons || reasons_.count(reason) > 0) ++reasons_[reason];
}

nlohmann::ordered_json Tally::told() {
    nlohmann::ordered_json all;
    std::size_t errors = 0;
    auto& list = all["kinds"] = nlohmann::ordered_json::array();
    for (auto& [name, row] : rows_) {
        nlohmann::ordered_json line{
            {"kind", name}, {"interactive", row.waits == Waits::person}, {"errors", row.errors}};
        line.update(told_of(row.latencies));
        list.push_back(std::move(line));
        errors += row.errors;
    }
    all["interactive"] = told_of(interactive_);
    all["errors"] = errors;
    all["reasons"] = reasons_;
    return all;
}

} // namespace facteur::load::academy
