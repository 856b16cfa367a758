// What a page of a list costs: Email/query and Email/get of 50 rows, straight on the methods, without a
// network.
#include "actors/accounts/authenticator.h"
#include "actors/accounts/directory.h"
#include "actors/delivery/queue.h"
#include "actors/mailbox/large_texts.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/metrics.h"
#include "actors/searching/searches.h"
#include "actors/session/auth/web_sessions.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/method.h"
#include "bench/micro/filled_mailbox.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace facteur::micro {
namespace {

// A service that no read method asks.
template <typename T>
T& unreached() {
    alignas(T) static std::byte room[sizeof(T)];
    return reinterpret_cast<T&>(room);
}

class Methods {
public:
    Methods() : filled_(FilledMailbox::get()), directory_(filled_.store(), "academie.test") {
        user_.id = FilledMailbox::account;
    }

    // Both calls of a page; the length of their answers.
    std::size_t page(const std::string& query) {
        const Services services{config_,
                                limits_,
                                filled_.store(),
                                directory_,
                                unreached<Authenticator>(),
                                unreached<WebSessions>(),
                                unreached<Mailboxes>(),
                                filled_.indexing(),
                                unreached<Searches>(),
                                unreached<LargeTexts>(),
                                unreached<Queue>(),
                                unreached<Metrics>()};
        const jmap::CreatedIds created_ids;
        Turn turn;
        const MethodContext context{services, user_, created_ids, ~0u, 0, turn};
        const auto found = run(context, "Email/query", query);
        const auto ids = jmap::Document::parse(found);
        const auto list = jmap::member(*jmap::as_object(ids->root()), "ids");
        const auto get = fmt::format(
            R"({{"accountId": "a1", "ids": {}, "properties": ["id", "threadId", "mailboxIds", "keywords", "size",
                "receivedAt", "from", "to", "subject", "hasAttachment", "preview"]}})",
            jmap::to_json(*list));
        return found.size() + run(context, "Email/get", get).size();
    }

private:
    static std::string run(const MethodContext& context, std::string_view method,
                           const std::string& arguments) {
        const auto document = jmap::Document::parse(arguments);
        if (!document) give_up(document.error().message);
        std::string answer;
        jmap::Writer out(answer);
        const auto done = find_method(method)->read(context, *jmap::as_object(document->root()), out);
        if (!done) give_up(done.error().description);
        return answer;
    }

    FilledMailbox& filled_;
    Config config_;
    jmap::Limits limits_;
    Directory directory_;
    store::AccountRow user_;
};

const std::string newest = R"(, "sort": [{"property": "receivedAt", "isAscending": false}])";
const std::string threads = R"(, "collapseThreads": true, "calculateTotal": true)" + newest;

void list(benchmark::State& loop, const std::string& filter, const std::string& rest) {
    static Methods methods;
    const auto query =
        fmt::format(R"({{"accountId": "a1", "limit": 50, "filter": {{"inMailbox": "{}"{}}}{}}})",
                    mailbox_id(FilledMailbox::inbox), filter, rest);
    std::size_t octets = 0;
    for (auto _ : loop)
        octets = methods.page(query);
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()));
    loop.counters["octets"] = static_cast<double>(octets);
}

BENCHMARK_CAPTURE(list, newest, "", newest)->Name("jmap/list/newest")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(list, threads, "", threads)->Name("jmap/list/threads")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(list, half, "", threads + R"(, "position": 1600)")
    ->Name("jmap/list/threads_at_half")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(list, unread, R"(, "notKeyword": "$seen")", newest)
    ->Name("jmap/list/unread")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(list, unread_threads, R"(, "notKeyword": "$seen")", threads)
    ->Name("jmap/list/unread_threads")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(list, word, R"(, "text": "discipline")", R"(, "calculateTotal": true)" + newest)
    ->Name("jmap/list/word_in_one_of_fifty")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(list, common, R"(, "text": "bonjour")", R"(, "calculateTotal": true)" + newest)
    ->Name("jmap/list/word_in_all")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(list, subject, "", R"(, "sort": [{"property": "subject"}])")
    ->Name("jmap/list/by_subject")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(list, sender, "", R"(, "sort": [{"property": "from"}])")
    ->Name("jmap/list/by_sender")
    ->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace facteur::micro
