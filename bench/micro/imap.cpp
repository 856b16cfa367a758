// IMAP: commands that the machine reads and answers, answers that the writers make, threads; and FETCH and
// SEARCH over a mailbox, without a connection.
#include "actors/session/imap/fetch.h"
#include "actors/session/imap/search.h"
#include "bench/micro/filled_mailbox.h"
#include "transport/imap/fetch_response.h"
#include "transport/imap/machine.h"
#include "transport/imap/thread.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

namespace facteur::micro {
namespace {

using namespace imap;

constexpr int pipelined = 50;

void commands(benchmark::State& loop, const std::string& line) {
    Options options;
    options.tls = true;
    Machine machine(options);
    std::size_t octets = 0;
    const auto answer = [&](std::string_view bytes) {
        machine.feed(bytes);
        while (auto event = machine.next()) {
            if (std::holds_alternative<LoginGiven>(*event)) machine.authenticated();
            machine.complete(Condition::ok, "", "Done");
        }
        octets += machine.take_output().size();
    };
    answer("a LOGIN a b\r\nb SELECT INBOX\r\n");
    std::string batch;
    for (int i = 0; i < pipelined; ++i)
        batch += line;
    for (auto _ : loop)
        answer(batch);
    benchmark::DoNotOptimize(octets);
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()) * pipelined);
}
BENCHMARK_CAPTURE(commands, noop, "a1 NOOP\r\n")->Name("imap/commands/noop_x50");
BENCHMARK_CAPTURE(commands, flags, "a1 UID FETCH 1:100 (FLAGS)\r\n")->Name("imap/commands/fetch_flags_x50");
BENCHMARK_CAPTURE(commands, header,
                  "a1 UID FETCH 7 (UID BODY.PEEK[HEADER.FIELDS (Date From To Subject)])\r\n")
    ->Name("imap/commands/fetch_header_x50");
BENCHMARK_CAPTURE(commands, search, "a1 UID SEARCH RETURN (ALL) UNSEEN SINCE 1-Feb-2026 FROM \"martin\"\r\n")
    ->Name("imap/commands/search_x50");

template <typename Write>
void answers(benchmark::State& loop, Write write) {
    std::string out;
    std::uint32_t number = 0;
    for (auto _ : loop) {
        FetchWriter fetch(out, ++number);
        fetch.uid(number + 1000);
        write(fetch);
        fetch.finish();
        if (out.size() > 60'000) out.clear();
    }
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()));
}

void answer_flags(benchmark::State& loop) {
    answers(loop, [](FetchWriter& fetch) { fetch.flags({"\\Seen", "\\Answered", "$Forwarded"}); });
}
BENCHMARK(answer_flags)->Name("imap/answers/flags");

void answer_envelope(benchmark::State& loop) {
    EnvelopeView e;
    e.date = "Tue, 24 Nov 2026 17:13:11 +0100";
    e.subject = "Re: Conseil de classe de la 3e B, réunion préparatoire";
    e.from = {{"Hélène Martin", "helene.martin@example.fr"}};
    e.to = {{"Karim Benali", "karim.benali@example.fr"}, {"", "b@example.fr"}};
    e.message_id = "<1@example.fr>";
    e.in_reply_to = "<2@example.fr>";
    answers(loop, [&](FetchWriter& fetch) { fetch.envelope(e); });
}
BENCHMARK(answer_envelope)->Name("imap/answers/envelope");

void answer_structure(benchmark::State& loop) {
    std::vector<BodyPart> parts(4);
    parts[0].type = "multipart", parts[0].subtype = "mixed";
    parts[1].parent = 0, parts[1].type = "multipart", parts[1].subtype = "alternative";
    parts[2].parent = parts[3].parent = 1;
    parts[2].parameters = parts[3].parameters = {{"charset", "utf-8"}};
    answers(loop, [&](FetchWriter& fetch) { fetch.body_structure(parts); });
}
BENCHMARK(answer_structure)->Name("imap/answers/body_structure_of_4");

void threads(benchmark::State& loop) {
    const auto count = static_cast<std::size_t>(loop.range(0));
    std::vector<std::string> ids(count);
    std::vector<ThreadRow> rows(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        ids[i] = std::to_string(i) + "@example.fr";
        rows[i].number = i + 1;
        rows[i].date = i;
        rows[i].message_id = ids[i];
        if (i % 5 != 0) rows[i].references = {ids[i - i % 5], ids[i - 1]};
    }
    for (auto _ : loop) {
        std::string out;
        write_thread(out, thread_rows(rows, ThreadAlgorithm::references));
        benchmark::DoNotOptimize(out);
    }
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()) * loop.range(0));
}
BENCHMARK(threads)->Name("imap/thread_references")->Arg(10'000)->Unit(benchmark::kMillisecond);

// ---- over a mailbox

const std::shared_ptr<UidMap>& uids() {
    static const auto map = [] {
        auto made = std::make_shared<UidMap>();
        FilledMailbox::get()
            .store()
            .read(FilledMailbox::account)
            .by_uid(FilledMailbox::account, FilledMailbox::inbox, 0,
                    [&](const store::UidEntry& entry) { return made->append(entry.uid), true; });
        return made;
    }();
    return map;
}

void searching(benchmark::State& loop, SearchKey::Kind kind, const std::string& text) {
    const auto& filled = FilledMailbox::get();
    SearchKey key;
    key.kind = kind;
    key.text = text;
    std::size_t hits = 0;
    for (auto _ : loop) {
        MailboxSearch running(
            {FilledMailbox::account, FilledMailbox::inbox, uids(), {}, FilledMailbox::newest, false}, key);
        Turn turn;
        if (!running.find_texts(filled.indexing(), turn)) give_up("a search failed");
        hits = running.run(filled.store().read(FilledMailbox::account), turn).size();
    }
    loop.counters["hits"] = static_cast<double>(hits);
}
BENCHMARK_CAPTURE(searching, all, SearchKey::Kind::all, "")
    ->Name("imap/search/all")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(searching, unseen, SearchKey::Kind::unseen, "")
    ->Name("imap/search/unseen")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(searching, from, SearchKey::Kind::from, "dubois")
    ->Name("imap/search/from_rare")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(searching, piece, SearchKey::Kind::from, "ubois-ra")
    ->Name("imap/search/from_piece")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(searching, nobody, SearchKey::Kind::from, "nobodythere")
    ->Name("imap/search/from_nobody")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(searching, subject, SearchKey::Kind::subject, "nion")
    ->Name("imap/search/subject_piece")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(searching, rare, SearchKey::Kind::text, "xylophone")
    ->Name("imap/search/text_rare")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(searching, rare_piece, SearchKey::Kind::text, "ylopho")
    ->Name("imap/search/text_rare_piece")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(searching, common, SearchKey::Kind::text, "on")
    ->Name("imap/search/text_common")
    ->Unit(benchmark::kMicrosecond);

void fetching(benchmark::State& loop, FetchItem::Kind kind, std::uint32_t count) {
    const auto& filled = FilledMailbox::get();
    FetchOptions options;
    options.account = FilledMailbox::account;
    options.mailbox = FilledMailbox::inbox;
    std::size_t octets = 0;
    for (auto _ : loop) {
        Fetch running(options, {{kind, false, false, {}, {}}}, uids(),
                      {{1, std::min(count, uids()->size())}});
        octets = 0;
        for (auto state = Fetch::State::more; state == Fetch::State::more;) {
            std::string out;
            state = running.go_on(filled.store().read(FilledMailbox::account), out, 64 << 10);
            octets += out.size();
        }
    }
    loop.counters["octets"] = static_cast<double>(octets);
}
BENCHMARK_CAPTURE(fetching, flags, FetchItem::Kind::flags, 10'000)
    ->Name("imap/fetch/flags_10000")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(fetching, envelopes, FetchItem::Kind::envelope, 1000)
    ->Name("imap/fetch/envelopes_1000")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(fetching, structures, FetchItem::Kind::body_structure, 50)
    ->Name("imap/fetch/body_structures_50")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(fetching, bodies, FetchItem::Kind::rfc822, 100)
    ->Name("imap/fetch/bodies_100")
    ->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace facteur::micro
