// Measures the search index on generated documents: how fast it takes them, how large it becomes, and what
// queries cost. Words follow Zipf's law over a vocabulary of French-looking words with endings, so that stems
// and postings have the sizes that real mail gives them.
//
//     search_bench [documents] [accounts]
#include "store/search/search.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <random>

using namespace facteur::store;
using namespace facteur::store::search;

namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {
        constexpr std::array<std::string_view, 14> syllables{
            "con", "seil", "cla", "é", "lève", "ré", "u", "nion", "ma", "ti", "on", "par", "ent", "vou"};
        constexpr std::array<std::string_view, 6> endings{"", "s", "e", "es", "tion", "ment"};
        for (std::size_t i = 0; i < 60'000; ++i) {
            std::string word;
            for (auto n = 1 + random_() % 4; n > 0; --n)
                word += syllables[random_() % syllables.size()];
            words_.push_back(word + std::string(endings[random_() % endings.size()]));
        }
    }
    const std::string& word() {
        // The inverse of Zipf's distribution, roughly: rank = size ^ u.
        const double u = std::uniform_real_distribution<>(0, 1)(random_);
        return words_[static_cast<std::size_t>(std::pow(static_cast<double>(words_.size()), u)) - 1];
    }
    std::string text(std::size_t count) {
        std::string text;
        for (; count > 0; --count)
            text.append(word()).push_back(' ');
        return text;
    }
    Document document(AccountId account, EmailId email) {
        Document made{account, email, {}};
        made[Field::from] = text(2) + "<" + word() + "@academie.example>";
        made[Field::to] = text(2) + "<" + word() + "@academie.example>";
        made[Field::subject] = text(6);
        made[Field::body] = text(40 + random_() % 400);
        return made;
    }

private:
    std::mt19937 random_;
    std::vector<std::string> words_;
};

void report_query(const Index& index, const Generator&, const char* name, const Expression& expression,
                  const Index::TextOf& text_of = {}) {
    constexpr int rounds = 50;
    std::size_t found = 0;
    const auto start = Clock::now();
    for (int i = 0; i < rounds; ++i)
        if (const auto result = index.query(1, expression, text_of)) found = result->emails.size();
    fmt::print("query {:<28} {:>9.1f} µs  {:>7} found\n", name, seconds_since(start) / rounds * 1e6, found);
}

int run(std::size_t documents, AccountId accounts) {
    const auto path =
        std::filesystem::temp_directory_path() / fmt::format("facteur-search-bench-{}", ::getpid());
    Generator generator(1);
    std::vector<Document> all;
    std::size_t octets = 0;
    for (std::size_t i = 0; i < documents; ++i) {
        all.push_back(generator.document(1 + static_cast<AccountId>(i % accounts), 1 + i / accounts));
        for (const auto& text : all.back().text)
            octets += text.size();
    }
    {
        auto opened = Index::open({path.string()});
        if (!opened) return fmt::print(stderr, "{}\n", opened.error().message), 1;
        auto& index = **opened;
        constexpr std::size_t batch = 500;
        const auto start = Clock::now();
        for (std::size_t i = 0; i < all.size(); i += batch) {
            const std::vector<Document> some(all.begin() + static_cast<long>(i),
                                             all.begin() +
                                                 static_cast<long>(std::min(i + batch, all.size())));
            if (auto done = index.update(some, {}, i + 1); !done)
                return fmt::print(stderr, "{}\n", done.error().message), 1;
        }
        const auto seconds = seconds_since(start);
        const auto statistics = index.statistics();
        const auto count = static_cast<double>(documents);
        fmt::print("{} documents of {:.0f} octets in {} accounts, {} in a batch\n", documents,
                   static_cast<double>(octets) / count, accounts, batch);
        fmt::print("indexed  {:.0f} documents/s, {:.1f} MB/s of text\n", count / seconds,
                   static_cast<double>(octets) / seconds / 1e6);
        fmt::print("size     {:.0f} octets per document in use, {:.0f} of file, {} words\n",
                   static_cast<double>(statistics.octets) / count,
                   static_cast<double>(std::filesystem::file_size(path / "data.mdb")) / count,
                   statistics.terms);

        const auto text_of = [&](EmailId email, std::uint32_t) {
            return std::optional(all[(email - 1) * accounts]);
        };
        const auto rare = generator.text(1), second = all[0][Field::body].substr(0, 40);
        const auto phrase = second.substr(0, second.rfind(' '));
        report_query(index, generator, "rare word", parse(all[documents / 2][Field::from], 0));
        report_query(index, generator, "frequent word", parse(generator.word(), 0));
        report_query(index, generator, "two words", parse(generator.word() + " " + rare, 0));
        report_query(index, generator, "word in subject", parse(generator.word(), bit(Field::subject)));
        report_query(index, generator, "prefix of 3", parse("con", 0, true));
        report_query(index, generator, "prefix of 1", parse("c", 0, true));
        report_query(index, generator, "phrase, candidates only", parse('"' + phrase + '"', 0));
        report_query(index, generator, "phrase, confirmed", parse('"' + phrase + '"', 0), text_of);
        const auto contains = [](std::string_view text, std::uint32_t in) {
            return Expression{Expression::Kind::contains, std::string(text), in, {}};
        };
        const auto name = all[documents / 2][Field::from];
        report_query(index, generator, "piece of a rare name",
                     contains(name.substr(1, name.find(' ') - 2), bit(Field::from)));
        report_query(index, generator, "piece of 4", contains("nion", bit(Field::subject)));
        report_query(index, generator, "piece of 1", contains("c", 0));
        report_query(index, generator, "two pieces, candidates",
                     contains(phrase.substr(1, phrase.size() - 2), bit(Field::body)));
        report_query(index, generator, "not a frequent word",
                     {Expression::Kind::not_, {}, 0, {parse(generator.word(), 0)}});

        const auto scan_start = Clock::now();
        std::size_t matched = 0;
        const auto expression = parse(generator.word(), 0);
        const auto scanned = std::min<std::size_t>(1000, all.size());
        for (std::size_t i = 0; i < scanned; ++i)
            matched += matches(all[i], expression) ? 1 : 0;
        fmt::print("scan     {:.1f} µs per document not indexed ({} of {})\n",
                   seconds_since(scan_start) / static_cast<double>(scanned) * 1e6, matched, scanned);

        const auto single_start = Clock::now();
        for (std::size_t i = 0; i < 50; ++i)
            if (!index.update({generator.document(1, documents + i + 1)}, {}, documents + i)) return 1;
        fmt::print("alone    {:.1f} ms per update of one document\n", seconds_since(single_start) / 50 * 1e3);
    }
    std::filesystem::remove_all(path);
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    const auto documents = count > 1 ? std::stoul(arguments[1]) : 10'000;
    const auto accounts = count > 2 ? std::stoul(arguments[2]) : 1;
    return run(documents, static_cast<AccountId>(accounts));
}
