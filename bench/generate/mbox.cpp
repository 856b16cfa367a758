#include "bench/generate/mbox.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <fstream>

namespace facteur::generate {
namespace {

// "Tue Nov 24 10:00:00 2026", UTC
std::string ctime_of(std::int64_t at) {
    using namespace std::chrono;
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto time = sys_seconds{seconds{at}};
    const auto midnight = floor<std::chrono::days>(time);
    const year_month_day date{midnight};
    const auto rest = (time - midnight).count();
    return fmt::format("{} {} {:2} {:02}:{:02}:{:02} {}", days[weekday{midnight}.c_encoding()],
                       months[static_cast<unsigned>(date.month()) - 1], static_cast<unsigned>(date.day()),
                       rest / 3600, rest / 60 % 60, rest % 60, static_cast<int>(date.year()));
}

std::string password_of(const Plan& plan, const Person& person) {
    if (!plan.password.empty()) return plan.password;
    static const std::vector<std::string> words = {
        "cartable", "ardoise", "compas", "craie", "tableau", "cahier",  "trousse", "crayon",
        "gomme",    "equerre", "livre",  "carte", "globe",   "pupitre", "cloche",  "preau"};
    Random random = Random(plan.seed).fork("password of " + person.address);
    return fmt::format("{}-{}-{}-{}", random.pick(words), random.pick(words), random.pick(words),
                       random.between(100, 999));
}

std::string csv_field(const std::string& text) {
    return text.find_first_of(",\"\n") == std::string::npos ? text : "\"" + text + "\"";
}

} // namespace

std::string mbox_entry(const std::string& sender, std::int64_t at, const std::string& message,
                       const Flags& flags) {
    std::string out =
        fmt::format("From {} {}\nStatus: {}O\nX-Status: {}{}\nX-Keywords:\n", sender, ctime_of(at),
                    flags.is_read ? "R" : "", flags.is_answered ? "A" : "", flags.is_flagged ? "F" : "");
    for (std::size_t line = 0; line < message.size();) {
        const auto end = std::min(message.find('\n', line), message.size() - 1) + 1;
        const auto name = message.find_first_not_of('>', line);
        if (name != std::string::npos && message.compare(name, 5, "From ") == 0) out += '>';
        out.append(message, line, end - line);
        line = end;
    }
    if (!out.ends_with('\n')) out += '\n';
    return out + '\n';
}

bool write_accounts(const Plan& plan, const People& people) {
    std::ofstream out(plan.folder + "/accounts.csv", std::ios::binary | std::ios::trunc);
    out << "address,name,password,locale,school,department,subject,role\n";
    for (std::size_t i = 0; i < people.accounts(); ++i) {
        const Person& person = people.staff()[i];
        out << fmt::format("{},{},{},fr,{},{},{},{}\n", person.address, csv_field(person.name()),
                           password_of(plan, person), csv_field(person.school), csv_field(person.department),
                           csv_field(person.subject), csv_field(person.role));
    }
    out.close();
    return out.good();
}

} // namespace facteur::generate
