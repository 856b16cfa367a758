// What an email is on disk: making its two rows, reading them whole, and reading in place what a list shows.
#include "actors/mailbox/ingest.h"
#include "bench/micro/letters.h"
#include "bench/micro/place.h"
#include "store/rows_codec.h"

#include <benchmark/benchmark.h>

namespace facteur::micro {
namespace {

struct Sample {
    store::EmailRow row;
    store::StructureRow structure;
    std::string row_bytes, structure_bytes;

    Sample() {
        const auto made = ingest(std::make_shared<const std::string>(Letters().letter(1)), 1'700'000'000);
        row = made->row;
        row.id = 4711;
        row.thread = 4710;
        row.mailboxes = {{1, 4711, false, 1'700'000'000}};
        row.keywords.flags = store::flag_seen;
        structure = made->structure;
        row_bytes = store::encode(row);
        structure_bytes = store::encode(structure);
        if (store::EmailView::over(row_bytes)->row() != row ||
            *store::decode_structure(structure_bytes) != structure)
            give_up("a row is not what it was before it was encoded");
    }
};
const Sample& sample() {
    static const Sample made;
    return made;
}

void count_octets(benchmark::State& loop, const std::string& bytes) {
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()));
    loop.counters["octets"] = static_cast<double>(bytes.size());
}

void encode_email(benchmark::State& loop) {
    for (auto _ : loop)
        benchmark::DoNotOptimize(store::encode(sample().row));
    count_octets(loop, sample().row_bytes);
}
BENCHMARK(encode_email)->Name("rows/email/encode");

void decode_email(benchmark::State& loop) {
    for (auto _ : loop)
        benchmark::DoNotOptimize(store::EmailView::over(sample().row_bytes)->row());
    count_octets(loop, sample().row_bytes);
}
BENCHMARK(decode_email)->Name("rows/email/decode");

void view_email(benchmark::State& loop) {
    for (auto _ : loop) {
        const auto view = store::EmailView::over(sample().row_bytes);
        benchmark::DoNotOptimize(view->flags() + view->received() + view->size() + view->subject().size() +
                                 view->preview().size() + view->from().size());
    }
    count_octets(loop, sample().row_bytes);
}
BENCHMARK(view_email)->Name("rows/email/view");

void encode_structure(benchmark::State& loop) {
    for (auto _ : loop)
        benchmark::DoNotOptimize(store::encode(sample().structure));
    count_octets(loop, sample().structure_bytes);
}
BENCHMARK(encode_structure)->Name("rows/structure/encode");

void decode_structure(benchmark::State& loop) {
    for (auto _ : loop)
        benchmark::DoNotOptimize(store::decode_structure(sample().structure_bytes));
    count_octets(loop, sample().structure_bytes);
}
BENCHMARK(decode_structure)->Name("rows/structure/decode");

void ingesting(benchmark::State& loop) {
    const auto bytes = std::make_shared<const std::string>(Letters().letter(1));
    for (auto _ : loop)
        benchmark::DoNotOptimize(ingest(bytes, 1'700'000'000));
    loop.SetBytesProcessed(static_cast<std::int64_t>(loop.iterations()) *
                           static_cast<std::int64_t>(bytes->size()));
}
BENCHMARK(ingesting)->Name("rows/ingest"); // parse, hash, pack, rows

} // namespace
} // namespace facteur::micro
