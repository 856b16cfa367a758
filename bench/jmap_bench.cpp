// What a page of a list costs: Email/query and Email/get of 50 rows, straight on the methods, without a
// network.
//
//     jmap_bench [EMAILS...]        10,000 and 100,000 when none is given
//
// Prints p50 and p99 of the wall time of one request's two calls, and the CPU time of one, for each kind of
// list.
#include "actors/accounts/authenticator.h"
#include "actors/accounts/directory.h"
#include "actors/delivery/queue.h"
#include "actors/indexing/indexing.h"
#include "actors/mailbox/ingest.h"
#include "actors/mailbox/large_texts.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/metrics.h"
#include "actors/searching/searches.h"
#include "actors/session/auth/web_sessions.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/method.h"
#include "store/store.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace facteur {
namespace {

constexpr store::AccountId account = 1;
constexpr std::size_t batch = 500;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "{}\n", why);
    std::exit(1);
}

// A service that no read method asks.
template <typename T>
T& unreached() {
    alignas(T) static std::byte room[sizeof(T)];
    return reinterpret_cast<T&>(room);
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Academy {
public:
    explicit Academy(std::size_t emails) {
        store::Options options;
        options.path = path_;
        options.shards = 1;
        auto opened = store::Store::open(options);
        if (!opened) give_up(opened.error().message);
        store_ = std::move(*opened);
        user_.id = account;
        commit([&](store::Draft& draft) -> store::Result<void> {
            inbox_ = draft.new_mailbox();
            draft.add(store::MailboxPut{{inbox_, 0, "Inbox", "inbox", 0, true, 1}});
            return {};
        });
        fill(emails);
        directory_ = std::make_unique<Directory>(*store_, "academie.test");
        auto indexing = Indexing::start(*store_);
        if (!indexing) give_up(indexing.error().message);
        indexing_ = std::move(*indexing);
        if (const auto done = indexing_->wait_until_current(); !done) give_up(done.error().message);
    }
    ~Academy() {
        indexing_.reset();
        store_.reset();
        std::filesystem::remove_all(path_);
    }

    // Both calls of a page; the length of their answers.
    std::size_t page(const std::string& query) {
        const Services services{config_,
                                limits_,
                                *store_,
                                *directory_,
                                unreached<Authenticator>(),
                                unreached<WebSessions>(),
                                unreached<Mailboxes>(),
                                *indexing_,
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
    [[nodiscard]] std::string inbox() const { return mailbox_id(inbox_); }

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

    void commit(const store::Plan& plan, std::vector<store::Body> bodies = {}) {
        const auto done = store_->commit({account, 1'700'000'000, std::move(bodies), plan, {}});
        if (!done) give_up(done.error().message);
    }

    // Threads of three, a third unread, some flagged, one in fifty about a "conseil".
    void fill(std::size_t emails) {
        for (std::size_t from = 0; from < emails; from += batch) {
            std::vector<std::shared_ptr<const IngestedEmail>> ingested;
            std::vector<store::Body> bodies;
            for (auto i = from; i < std::min(emails, from + batch); ++i) {
                const auto thread = i / 3;
                auto text = fmt::format(
                    "From: Personne {0} <p{0}@academie.test>\r\nTo: anne@academie.test\r\n"
                    "Subject: {1}Sujet numero {2}\r\nMessage-ID: <{3}@academie.test>\r\n"
                    "References: <t{2}@academie.test>\r\n\r\nBonjour, voici le message {3}{4}.\r\n",
                    i % 97, i % 3 > 0 ? "Re: " : "", thread, i, i % 50 == 0 ? " du conseil" : "");
                store::Keywords keywords{
                    (i % 3 > 0 ? store::flag_seen : 0u) | (i % 20 == 0 ? store::flag_flagged : 0u), {}};
                ingested.push_back(ingest(std::make_shared<const std::string>(std::move(text)),
                                          1'600'000'000 + static_cast<store::Time>(i) * 60, keywords));
                bodies.push_back(ingested.back()->body);
            }
            commit([&](store::Draft& draft) { return file(draft, ingested, from); }, std::move(bodies));
        }
    }
    store::Result<void> file(store::Draft& draft,
                             const std::vector<std::shared_ptr<const IngestedEmail>>& emails,
                             std::size_t from) {
        for (std::size_t n = 0; n < emails.size(); ++n) {
            store::EmailAdded added{emails[n]->row, emails[n]->structure, true};
            added.row.id = draft.new_email();
            const auto place = (from + n) % 3;
            added.row.thread = added.row.id - place;
            added.row.mailboxes = {{inbox_, draft.new_uid(inbox_)}};
            draft.add(std::move(added));
        }
        return {};
    }

    std::string path_ =
        (std::filesystem::temp_directory_path() / fmt::format("jmap-bench-{}", ::getpid())).string();
    Config config_;
    jmap::Limits limits_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<Directory> directory_;
    std::unique_ptr<Indexing> indexing_;
    store::AccountRow user_;
    store::MailboxId inbox_ = 0;
};

void measure(Academy& academy, const std::string& name, const std::string& rest, int rounds) {
    const auto query = R"({"accountId": "a1", "limit": 50, )" + rest + "}";
    academy.page(query);
    std::vector<double> times;
    std::size_t octets = 0;
    const auto cpu = cpu_seconds();
    for (int i = 0; i < rounds; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        octets = academy.page(query);
        times.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count());
    }
    const auto used = (cpu_seconds() - cpu) / rounds * 1e6;
    std::sort(times.begin(), times.end());
    fmt::print("  {:<44} p50 {:>9.0f} µs  p99 {:>9.0f} µs  CPU {:>9.0f} µs  {:>6} octets\n", name,
               times[times.size() / 2], times[times.size() * 99 / 100], used, octets);
}

void measure_all(std::size_t emails) {
    Academy academy(emails);
    fmt::print("{} emails\n", emails);
    const auto in = fmt::format(R"("filter": {{"inMailbox": "{}")", academy.inbox());
    const std::string newest = R"("sort": [{"property": "receivedAt", "isAscending": false}])";
    const std::string collapse = R"("collapseThreads": true, "calculateTotal": true, )" + newest;
    measure(academy, "inbox", in + "}, " + newest, 1000);
    measure(academy, "inbox, threads, total", in + "}, " + collapse, 1000);
    measure(academy, "inbox, threads, total, at half",
            fmt::format("{}}}, {}, \"position\": {}", in, collapse, emails / 6), 200);
    measure(academy, "inbox, unread", in + R"(, "notKeyword": "$seen"}, )" + newest, 1000);
    measure(academy, "inbox, unread, threads, total", in + R"(, "notKeyword": "$seen"}, )" + collapse, 100);
    measure(academy, "inbox, a word in one of fifty, total",
            in + R"(, "text": "conseil"}, "calculateTotal": true, )" + newest, 100);
    measure(academy, "inbox, a word in all, total",
            in + R"(, "text": "bonjour"}, "calculateTotal": true, )" + newest, 50);
    measure(academy, "inbox, by subject", in + R"(}, "sort": [{"property": "subject"}])", 20);
    measure(academy, "inbox, by sender", in + R"(}, "sort": [{"property": "from"}])", 20);
}

} // namespace
} // namespace facteur

int main(int count, char** arguments) {
    std::vector<std::size_t> sizes;
    for (int i = 1; i < count; ++i)
        sizes.push_back(std::strtoull(arguments[i], nullptr, 10));
    if (sizes.empty()) sizes = {10'000, 100'000};
    for (const auto size : sizes)
        facteur::measure_all(size);
    return 0;
}
