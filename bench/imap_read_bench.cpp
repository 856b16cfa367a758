// Measures what IMAP reads, without a connection: FETCH and SEARCH over one mailbox of generated letters,
// whose words follow Zipf's law. Medians of repeats, in CPU time.
//
//     imap_read_bench [messages]
#include "actors/indexing/indexing.h"
#include "actors/mailbox/ingest.h"
#include "actors/session/imap/fetch.h"
#include "actors/session/imap/search.h"
#include "store/store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <random>

using namespace facteur;

namespace {

constexpr store::AccountId account = 1;
constexpr store::MailboxId inbox = 1;

class Letters {
public:
    Letters() : random_(1) {
        constexpr std::array<std::string_view, 14> syllables{
            "con", "seil", "cla", "el", "leve", "re", "u", "nion", "ma", "ti", "on", "par", "ent", "vou"};
        for (std::size_t i = 0; i < 60'000; ++i) {
            std::string word;
            for (auto n = 1 + random_() % 5; n > 0; --n)
                word += syllables[random_() % syllables.size()];
            words_.push_back(std::move(word));
        }
    }
    const std::string& word() {
        const double u = std::uniform_real_distribution<>(0, 1)(random_);
        return words_[static_cast<std::size_t>(std::pow(static_cast<double>(words_.size()), u)) - 1];
    }
    std::string text(std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text.append(word()).append(i % 12 == 11 ? "\r\n" : " ");
        return text;
    }
    // About one in 500 is from "Clementine Dubois-Rare"; one in 1,000 has "xylophone" in its text.
    std::string letter(std::size_t number) {
        const auto name = number % 500 == 7 ? std::string("Clementine Dubois-Rare") : word() + " " + word();
        return fmt::format("From: {} <{}@academie.test>\r\nTo: {} <{}@academie.test>\r\nSubject: {}\r\n"
                           "Date: Tue, 14 Nov 2023 22:13:20 +0100\r\nMessage-ID: <{}@academie.test>\r\n"
                           "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n\r\n{}{}\r\n--b\r\n"
                           "Content-Type: text/html; charset=utf-8\r\n\r\n<p>{}</p>\r\n--b--\r\n",
                           name, word(), word(), word(), text(6), number, text(40 + random_() % 200),
                           number % 1000 == 11 ? "xylophone" : "", text(20));
    }

private:
    std::mt19937 random_;
    std::vector<std::string> words_;
};

void fill(store::Store& store, std::size_t messages) {
    Letters letters;
    constexpr std::size_t batch = 500;
    for (std::size_t first = 0; first < messages; first += batch) {
        std::vector<std::shared_ptr<const IngestedEmail>> emails;
        std::vector<store::Body> bodies;
        for (auto i = first; i < std::min(first + batch, messages); ++i) {
            emails.push_back(ingest(std::make_shared<const std::string>(letters.letter(i)),
                                    1'700'000'000 + static_cast<store::Time>(i) * 600));
            bodies.push_back(emails.back()->body);
        }
        const auto plan = [&](store::Draft& draft) -> store::Result<void> {
            if (first == 0) draft.add(store::MailboxPut{{draft.new_mailbox(), 0, "in", {}, 0, true, 1}});
            for (const auto& email : emails) {
                store::EmailAdded added{email->row, email->structure, false};
                added.row.id = added.row.thread = draft.new_email();
                added.row.keywords.flags = added.row.id % 10 == 0 ? 0u : store::flag_seen;
                added.row.mailboxes.push_back(draft.new_place(inbox));
                draft.add(std::move(added));
            }
            return {};
        };
        if (const auto done = store.commit({account, 1'700'000'000, std::move(bodies), plan, {}}); !done)
            throw std::runtime_error(done.error().message);
    }
}

// Of this thread: what others do on the machine meanwhile does not count.
double cpu_microseconds() {
    timespec at{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) * 1e6 + static_cast<double>(at.tv_nsec) / 1e3;
}

template <typename Work>
void measure(const char* name, const Work& work) {
    std::vector<double> took;
    std::size_t result = 0;
    for (int i = 0; i < 15; ++i) {
        const auto start = cpu_microseconds();
        result = work();
        took.push_back(cpu_microseconds() - start);
    }
    std::sort(took.begin(), took.end());
    fmt::print("{:<34} {:>10.0f} µs (best {:.0f})   {} \n", name, took[took.size() / 2], took.front(),
               result);
}

int run(std::size_t messages) {
    const auto path =
        std::filesystem::temp_directory_path() / fmt::format("facteur-imap-bench-{}", ::getpid());
    {
        store::Options options;
        options.path = path.string();
        options.shards = 1;
        auto opened = store::Store::open(options);
        if (!opened) return fmt::print(stderr, "{}\n", opened.error().message), 1;
        auto& store = **opened;
        fill(store, messages);
        auto started = Indexing::start(store);
        if (!started || !(*started)->wait_until_current()) return 1;
        const auto& indexing = **started;

        const auto map = std::make_shared<UidMap>();
        store.read(account).by_uid(
            account, inbox, 0, [&](const store::UidEntry& entry) { return map->append(entry.uid), true; });
        using Key = imap::SearchKey::Kind;
        const auto search = [&](Key kind, std::string text) {
            return [&, kind, text] {
                imap::SearchKey key;
                key.kind = kind;
                key.text = text;
                MailboxSearch running({account, inbox, map, {}, 1'700'000'000, false}, key);
                Turn turn;
                if (!running.find_texts(indexing, turn)) return std::size_t{0};
                return running.run(store.read(account), turn).size();
            };
        };
        const auto fetch = [&](imap::FetchItem::Kind kind, std::uint32_t count) {
            return [&, kind, count] {
                FetchOptions fetch_options;
                fetch_options.account = account;
                fetch_options.mailbox = inbox;
                Fetch running(fetch_options, {{kind, false, false, {}, {}}}, map,
                              {{1, std::min(count, map->size())}});
                std::size_t octets = 0;
                for (auto state = Fetch::State::more; state == Fetch::State::more;) {
                    std::string out;
                    state = running.go_on(store.read(account), out, 64 << 10);
                    octets += out.size();
                }
                return octets;
            };
        };
        fmt::print("{} messages; messages found, or octets\n", messages);
        measure("SEARCH ALL", search(Key::all, {}));
        measure("SEARCH UNSEEN", search(Key::unseen, {}));
        measure("SEARCH FROM dubois", search(Key::from, "dubois"));
        measure("SEARCH FROM ubois-ra", search(Key::from, "ubois-ra"));
        measure("SEARCH FROM nobody-there", search(Key::from, "nobodythere"));
        measure("SEARCH SUBJECT nion", search(Key::subject, "nion"));
        measure("SEARCH TEXT xylophone", search(Key::text, "xylophone"));
        measure("SEARCH TEXT ylopho", search(Key::text, "ylopho"));
        measure("SEARCH TEXT on", search(Key::text, "on"));
        measure("FETCH FLAGS, all", fetch(imap::FetchItem::Kind::flags, map->size()));
        measure("FETCH ENVELOPE, 1000", fetch(imap::FetchItem::Kind::envelope, 1000));
        measure("FETCH BODYSTRUCTURE, 50", fetch(imap::FetchItem::Kind::body_structure, 50));
        measure("FETCH RFC822, 100", fetch(imap::FetchItem::Kind::rfc822, 100));
    }
    std::filesystem::remove_all(path);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    return run(argc > 1 ? std::stoul(argv[1]) : 10'000);
}
