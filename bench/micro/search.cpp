// The search index: joining the postings of words that stand in known shares of 100,000 documents, what a
// person types on 10,000 letters, taking documents in, and looking at one that is not indexed.
#include "store/search/search.h"

#include "bench/micro/letters.h"
#include "bench/micro/place.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace facteur::micro {
namespace {

using namespace store;
using namespace store::search;

constexpr AccountId account = 1;
constexpr std::size_t batch = 500;

std::unique_ptr<Index> open_index(const std::string& path) {
    auto opened = Index::open({path, Index::Options{}.map});
    if (!opened) give_up(opened.error().message);
    return std::move(*opened);
}

void take_in(Index& index, const std::vector<Document>& documents, Sequence mark) {
    if (const auto done = index.update(documents, {}, mark); !done) give_up(done.error().message);
}

void count_hits(benchmark::State& loop, const Index& index, const Expression& expression,
                const Index::TextOf& text_of = {}) {
    std::size_t hits = 0;
    for (auto _ : loop)
        hits = index.query(account, expression, text_of)->emails.size();
    loop.counters["hits"] = static_cast<double>(hits);
}

// ---- postings

// The word "partN" stands in each Nth document, at the same places as no other's multiples.
class Shares {
public:
    static constexpr std::size_t documents = 100'000;
    Shares() : index_(open_index(place_.path())) {
        for (std::size_t from = 0; from < documents; from += batch) {
            std::vector<Document> some;
            for (auto i = from; i < from + batch; ++i) {
                Document made{account, i + 1, {}};
                for (const std::size_t share : {1, 2, 3, 100, 101, 10'000})
                    if (i % share == 0) made[Field::body] += fmt::format("part{} ", share);
                some.push_back(std::move(made));
            }
            take_in(*index_, some, from + batch);
        }
    }
    [[nodiscard]] const Index& index() const { return *index_; }

private:
    Place place_;
    std::unique_ptr<Index> index_;
};

void postings(benchmark::State& loop, const std::string& query) {
    static const Shares shares;
    count_hits(loop, shares.index(), parse(query, 0));
}
BENCHMARK_CAPTURE(postings, one, "part2")->Name("search/postings/half")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(postings, rare, "part10000")->Name("search/postings/ten")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(postings, common, "part2 part3")
    ->Name("search/intersection/half_and_third")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(postings, mixed, "part100 part2")
    ->Name("search/intersection/hundredth_and_half")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(postings, both_rare, "part100 part101")
    ->Name("search/intersection/hundredth_and_hundredth")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(postings, three, "part1 part2 part3")
    ->Name("search/intersection/all_and_half_and_third")
    ->Unit(benchmark::kMicrosecond);

// ---- letters

Document document(Letters& letters, EmailId email) {
    Document made{account, email, {}};
    made[Field::from] = letters.text(2) + "<" + letters.word() + "@academie.test>";
    made[Field::to] = letters.text(2) + "<" + letters.word() + "@academie.test>";
    made[Field::subject] = letters.text(6);
    made[Field::body] = letters.text(40 + email % 400);
    return made;
}

std::size_t octets_of(const std::vector<Document>& documents) {
    std::size_t octets = 0;
    for (const auto& document : documents)
        for (const auto& text : document.text)
            octets += text.size();
    return octets;
}

class IndexedLetters {
public:
    static constexpr std::size_t documents = 10'000;
    IndexedLetters() : index_(open_index(place_.path())) {
        for (EmailId email = 1; email <= documents; ++email)
            all_.push_back(document(letters_, email));
        for (std::size_t from = 0; from < documents; from += batch)
            take_in(*index_,
                    {all_.begin() + static_cast<long>(from), all_.begin() + static_cast<long>(from + batch)},
                    from + batch);
    }
    static IndexedLetters& get() {
        static IndexedLetters made;
        return made;
    }

    [[nodiscard]] Index& index() const { return *index_; }
    [[nodiscard]] Letters& letters() { return letters_; }
    [[nodiscard]] const Document& operator[](std::size_t number) const { return all_[number]; }
    [[nodiscard]] std::string phrase() const {
        const auto& text = all_[0][Field::body];
        return text.substr(0, text.rfind(' ', 40));
    }
    [[nodiscard]] double octets_each() const {
        return static_cast<double>(index_->statistics().octets) / static_cast<double>(documents);
    }

private:
    Place place_;
    Letters letters_;
    std::vector<Document> all_;
    std::unique_ptr<Index> index_;
};

void typed(benchmark::State& loop, const std::string& text, std::uint32_t in, bool typing) {
    count_hits(loop, IndexedLetters::get().index(), parse(text, in, typing));
}
BENCHMARK_CAPTURE(typed, word, "nion", 0, false)->Name("search/letters/word")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(typed, subject, "nion", bit(Field::subject), false)
    ->Name("search/letters/word_in_subject")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(typed, three, "con", 0, true)
    ->Name("search/letters/prefix_of_3")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(typed, one, "c", 0, true)
    ->Name("search/letters/prefix_of_1")
    ->Unit(benchmark::kMicrosecond);

void phrase(benchmark::State& loop) {
    const auto& letters = IndexedLetters::get();
    count_hits(loop, letters.index(), parse('"' + letters.phrase() + '"', 0),
               [&](EmailId email, std::uint32_t) { return std::optional(letters[email - 1]); });
}
BENCHMARK(phrase)->Name("search/letters/phrase")->Unit(benchmark::kMicrosecond);

void piece(benchmark::State& loop, const std::string& text, std::uint32_t in) {
    count_hits(loop, IndexedLetters::get().index(), {Expression::Kind::contains, text, in, {}});
}
BENCHMARK_CAPTURE(piece, four, "nion", bit(Field::subject))
    ->Name("search/letters/piece_of_4")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(piece, one, "c", 0)->Name("search/letters/piece_of_1")->Unit(benchmark::kMicrosecond);

void no_word(benchmark::State& loop) {
    count_hits(loop, IndexedLetters::get().index(), {Expression::Kind::not_, {}, 0, {parse("nion", 0)}});
}
BENCHMARK(no_word)->Name("search/letters/not")->Unit(benchmark::kMicrosecond);

void judging(benchmark::State& loop) {
    const auto& letters = IndexedLetters::get();
    const auto expression = parse("nion", 0);
    std::size_t number = 0;
    for (auto _ : loop)
        benchmark::DoNotOptimize(matches(letters[number++ % IndexedLetters::documents], expression));
}
BENCHMARK(judging)->Name("search/judge_one")->Unit(benchmark::kMicrosecond);

// Into an index of its own, which grows.
void taking_in(benchmark::State& loop) {
    const Place place;
    const auto index = open_index(place.path());
    auto& letters = IndexedLetters::get();
    std::vector<Document> some(static_cast<std::size_t>(loop.range(0)));
    EmailId email = 0;
    std::size_t octets = 0;
    for (auto _ : loop) {
        loop.PauseTiming();
        for (auto& one : some)
            one = document(letters.letters(), ++email);
        octets += octets_of(some);
        loop.ResumeTiming();
        take_in(*index, some, email);
    }
    loop.SetItemsProcessed(static_cast<std::int64_t>(email));
    loop.SetBytesProcessed(static_cast<std::int64_t>(octets));
    loop.counters["octets_each"] = letters.octets_each();
}
BENCHMARK(taking_in)->Name("search/take_in")->Arg(1)->Arg(batch)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace facteur::micro
