// How fast IMAP's wire side is: `imap_bench [ROUNDS]`. Prints, for one core, commands that the machine reads
// and answers a second, answers that the writers make a second, and what an idle machine weighs.
#include "transport/imap/fetch_response.h"
#include "transport/imap/machine.h"
#include "transport/imap/thread.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace {

using namespace facteur::imap;

std::size_t sink = 0; // so that nothing is optimised away

// The median of five, in thousands a second of processor time. `run` does `count` of them.
template <typename Run>
void measure(std::string_view what, std::size_t count, Run run) {
    std::vector<double> rates;
    for (int i = 0; i < 5; ++i) {
        const auto begin = std::clock();
        run(count);
        const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        rates.push_back(static_cast<double>(count) / std::max(seconds, 1e-9) / 1000);
    }
    std::sort(rates.begin(), rates.end());
    fmt::print("{:<40} {:>10.0f} thousand a second\n", what, rates[2]);
}

void commands(std::string_view what, std::string_view line, std::size_t count) {
    Options options;
    options.tls = true;
    Machine machine(options);
    const auto answer = [&](std::string_view bytes) {
        machine.feed(bytes);
        while (auto event = machine.next()) {
            if (std::holds_alternative<LoginGiven>(*event)) machine.authenticated();
            machine.complete(Condition::ok, "", "Done");
        }
        sink += machine.take_output().size();
    };
    answer("a LOGIN a b\r\nb SELECT INBOX\r\n");
    std::string batch;
    for (int i = 0; i < 50; ++i)
        batch += line;
    measure(what, count, [&](std::size_t n) {
        for (std::size_t i = 0; i < n; i += 50)
            answer(batch);
    });
}

EnvelopeView an_envelope() {
    EnvelopeView e;
    e.date = "Tue, 24 Nov 2026 17:13:11 +0100";
    e.subject = "Re: Conseil de classe de la 3e B, réunion préparatoire";
    e.from = {{"Hélène Martin", "helene.martin@example.fr"}};
    e.to = {{"Karim Benali", "karim.benali@example.fr"}, {"", "b@example.fr"}};
    e.message_id = "<1@example.fr>";
    e.in_reply_to = "<2@example.fr>";
    return e;
}

template <typename Write>
void answers(std::string_view what, std::size_t count, Write write) {
    std::string out;
    measure(what, count, [&](std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            FetchWriter fetch(out, static_cast<std::uint32_t>(i + 1));
            fetch.uid(static_cast<std::uint32_t>(i + 1000));
            write(fetch);
            fetch.finish();
            if (out.size() > 60'000) {
                sink += out.size();
                out.clear();
            }
        }
    });
}

void threads(std::size_t count) {
    std::vector<std::string> ids(count);
    std::vector<ThreadRow> rows(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        ids[i] = std::to_string(i) + "@example.fr";
        rows[i].number = i + 1;
        rows[i].date = i;
        rows[i].message_id = ids[i];
        if (i % 5 != 0) rows[i].references = {ids[i - i % 5], ids[i - 1]};
    }
    measure("messages in THREAD REFERENCES", count, [&](std::size_t) {
        std::string out;
        write_thread(out, thread_rows(rows, ThreadAlgorithm::references));
        sink += out.size();
    });
}

} // namespace

int main(int argc, char** argv) {
    const auto rounds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200'000UL;
    commands("NOOP", "a1 NOOP\r\n", rounds);
    commands("UID FETCH of flags", "a1 UID FETCH 1:100 (FLAGS)\r\n", rounds);
    commands("FETCH of a header", "a1 UID FETCH 7 (UID BODY.PEEK[HEADER.FIELDS (Date From To Subject)])\r\n",
             rounds);
    commands("UID SEARCH", "a1 UID SEARCH RETURN (ALL) UNSEEN SINCE 1-Feb-2026 FROM \"martin\"\r\n", rounds);
    answers("FETCH of flags", rounds, [](FetchWriter& fetch) {
        fetch.flags({"\\Seen", "\\Answered", "$Forwarded"});
    });
    const auto envelope = an_envelope();
    answers("ENVELOPE", rounds, [&](FetchWriter& fetch) { fetch.envelope(envelope); });
    std::vector<BodyPart> parts(4);
    parts[0].type = "multipart", parts[0].subtype = "mixed";
    parts[1].parent = 0, parts[1].type = "multipart", parts[1].subtype = "alternative";
    parts[2].parent = parts[3].parent = 1;
    parts[2].parameters = parts[3].parameters = {{"charset", "utf-8"}};
    answers("BODYSTRUCTURE of four parts", rounds, [&](FetchWriter& fetch) { fetch.body_structure(parts); });
    threads(100'000);
    fmt::print("an idle machine: {} octets\n", sizeof(Machine));
    return sink == 0 ? 1 : 0;
}
