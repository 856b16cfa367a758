#include "bench/load/mass.h"

#include "bench/load/client.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <thread>

namespace facteur::load {
namespace {

using Json = nlohmann::json;
constexpr auto between_letters = std::chrono::milliseconds(250);
constexpr auto between_looks = std::chrono::milliseconds(2);
constexpr std::size_t letters_before = 40;

std::string address(const MassMail& mass, std::size_t user) {
    return fmt::format("u{}@{}", user, mass.domain);
}

Json run(Jmap& jmap, const Json& calls) {
    auto answers = Json::parse(jmap.call(calls.dump()))["methodResponses"];
    for (const auto& answer : answers)
        if (answer[0] == "error" || !answer[1].value("notCreated", Json()).is_null())
            stop("JMAP: " + answer.dump().substr(0, 500));
    return answers;
}

class Writer {
public:
    Writer(const MassMail& mass, std::size_t user)
        : mass_(mass), from_(address(mass, user)), jmap_({mass.http_port, from_, mass.password}) {
        const auto mailboxes =
            run(jmap_,
                {{"Mailbox/query", {{"accountId", jmap_.account()}, {"filter", {{"role", "drafts"}}}}, "0"}});
        drafts_ = mailboxes[0][1]["ids"][0];
        const auto identities = run(jmap_, {{"Identity/get", {{"accountId", jmap_.account()}}, "0"}});
        identity_ = identities[0][1]["list"][0]["id"];
    }

    std::string make_email(const std::string& text) {
        const Json email{{"mailboxIds", {{drafts_, true}}},
                         {"from", {{{"email", from_}}}},
                         {"subject", "Mesure"},
                         {"textBody", {{{"partId", "t"}, {"type", "text/plain"}}}},
                         {"bodyValues", {{"t", {{"value", text}}}}}};
        return run(jmap_, {{"Email/set",
                            {{"accountId", jmap_.account()}, {"create", {{"k", email}}}},
                            "0"}})[0][1]["created"]["k"]["id"];
    }

    std::string submit(const std::string& email, const std::vector<std::string>& recipients) {
        Json rcpt_to = Json::array();
        for (const auto& recipient : recipients)
            rcpt_to.push_back({{"email", recipient}});
        const Json submission{{"identityId", identity_},
                              {"emailId", email},
                              {"envelope", {{"mailFrom", {{"email", from_}}}, {"rcptTo", rcpt_to}}}};
        return run(jmap_, {{"EmailSubmission/set",
                            {{"accountId", jmap_.account()}, {"create", {{"s", submission}}}},
                            "0"}})[0][1]["created"]["s"]["id"];
    }

    // Recipients whose delivery is not told yet.
    std::size_t waiting(const std::string& submission) {
        const auto answers =
            run(jmap_,
                {{"EmailSubmission/get",
                  {{"accountId", jmap_.account()}, {"ids", {submission}}, {"properties", {"deliveryStatus"}}},
                  "0"}});
        std::size_t count = 0;
        for (const auto& [recipient, status] : answers[0][1]["list"][0]["deliveryStatus"].items())
            if (status["delivered"] == "queued") ++count;
        return count;
    }

private:
    const MassMail& mass_;
    std::string from_, drafts_, identity_;
    Jmap jmap_;
};

// One letter of u2, until u3 sees it.
double write_letter(Writer& writer, Jmap& reader, const std::string& to) {
    const auto before = reader.count_emails();
    const auto begun = now();
    writer.submit(writer.make_email("Bonjour"), {to});
    while (reader.count_emails() == before)
        std::this_thread::sleep_for(between_looks);
    return now() - begun;
}

} // namespace

void mass_mail(const MassMail& mass) {
    std::vector<std::string> everybody;
    for (std::size_t user = 1; user <= mass.users; ++user)
        if (user != 3) everybody.push_back(address(mass, user));
    Writer person(mass, 2), office(mass, 1);
    Jmap reader({mass.http_port, address(mass, 3), mass.password});
    Latencies before, meanwhile;
    for (std::size_t i = 0; i < letters_before; ++i)
        before.add(write_letter(person, reader, address(mass, 3)));

    const auto email = office.make_email(std::string(mass.size, 'x'));
    const auto memory = mass.pid > 0 ? resident_octets(mass.pid) : 0;
    const auto cpu = mass.pid > 0 ? cpu_seconds(mass.pid) : 0;
    const auto begun = now();
    const auto submission = office.submit(email, everybody);
    const auto accepted = now() - begun;
    std::atomic<bool> filed{false};
    std::thread letters([&] {
        while (!filed) {
            meanwhile.add(write_letter(person, reader, address(mass, 3)));
            std::this_thread::sleep_for(between_letters);
        }
    });
    while (office.waiting(submission) > 0) {
        if (now() - begun > mass.patience) stop("the mass mail was not filed in time");
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    const auto done = now() - begun;
    filed = true;
    letters.join();
    const auto count = static_cast<double>(everybody.size());
    const auto used = mass.pid > 0 ? cpu_seconds(mass.pid) - cpu : 0;
    const auto grown =
        mass.pid > 0 ? static_cast<double>(resident_octets(mass.pid)) - static_cast<double>(memory) : 0;
    fmt::print(
        R"({{"what":"mass","recipients":{},"octets":{},"accepted_s":{:.3f},"filed_s":{:.1f},"filed_per_s":{:.0f},)"
        R"("cpu_ms_each":{:.3f},"grown_mb":{:.0f},"letters":{},"letter_before_p50_ms":{:.1f},"letter_before_max_ms":{:.1f},)"
        R"("letter_p50_ms":{:.1f},"letter_p99_ms":{:.1f},"letter_max_ms":{:.1f}}})"
        "\n",
        everybody.size(), mass.size, accepted, done, count / done, used * 1000 / count, grown / 1e6,
        meanwhile.size(), before.percentile(50), before.percentile(100), meanwhile.percentile(50),
        meanwhile.percentile(99), meanwhile.percentile(100));
}

} // namespace facteur::load
