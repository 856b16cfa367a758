#include "bench/load/mbox.h"

#include "bench/load/client.h"

#include <array>
#include <fstream>
#include <string_view>

namespace facteur::load {
namespace {

bool begins(std::string_view line, std::string_view with) {
    return line.substr(0, with.size()) == with;
}

// "From who Tue Nov  4 10:00:00 2026" → " 4-Nov-2026 10:00:00 +0000"
std::string date_of(const std::string& from_line) {
    constexpr std::size_t length = std::string_view("Tue Nov 24 10:00:00 2026").size();
    if (from_line.size() < length) stop("no date: " + from_line);
    const auto date = from_line.substr(from_line.size() - length);
    return date.substr(8, 2) + "-" + date.substr(4, 3) + "-" + date.substr(20, 4) + " " + date.substr(11, 8) +
           " +0000";
}

void add_flags(std::string& to, const std::string& letters) {
    constexpr std::array<std::pair<char, std::string_view>, 3> names{
        {{'R', "\\Seen"}, {'A', "\\Answered"}, {'F', "\\Flagged"}}};
    for (const auto& [letter, name] : names)
        if (letters.find(letter) != std::string::npos) to.append(to.empty() ? "" : " ").append(name);
}

} // namespace

void read_mbox(const std::string& path, const std::function<void(const MboxMessage&)>& take) {
    std::ifstream in(path, std::ios::binary);
    if (!in) stop("cannot read " + path);
    MboxMessage message;
    bool is_header = false, was_empty = true;
    const auto give = [&] {
        if (message.date.empty()) return;
        message.text.resize(message.text.size() - 2); // the empty line before the next one
        take(message);
    };
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (was_empty && begins(line, "From ")) {
            give();
            message = {"", date_of(line), ""};
            is_header = true;
            was_empty = false;
            continue;
        }
        was_empty = line.empty();
        is_header = is_header && !line.empty();
        if (is_header && (begins(line, "Status: ") || begins(line, "X-Status: "))) {
            add_flags(message.flags, line.substr(line.find(' ')));
            continue;
        }
        if (is_header && begins(line, "X-Keywords:")) continue;
        const auto quotes = line.find_first_not_of('>');
        if (quotes != std::string::npos && quotes > 0 && line.compare(quotes, 5, "From ") == 0)
            line.erase(0, 1);
        message.text.append(line).append("\r\n");
    }
    give();
}

} // namespace facteur::load
