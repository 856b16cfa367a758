// How fast mail is read: parsing alone, what a delivery does with a message (structure, envelope, lists,
// preview), decoding and writing; octets a second of one core.
#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/thread.h"
#include "transport/mime/write.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace facteur::micro {
namespace {

using namespace mime;

std::uint64_t state = 1;
std::uint64_t draw() {
    return state = state * 6364136223846793005U + 1442695040888963407U;
}

std::string octets(std::size_t size) {
    std::string out(size, '\0');
    for (char& c : out)
        c = static_cast<char>(draw() >> 56);
    return out;
}

std::string words(std::size_t size) {
    static const std::vector<std::string> all = {"réunion ", "conseil ",  "de ", "classe ",  "élève ",
                                                 "le ",      "bulletin ", "à ",  "envoyer ", "avant\n"};
    std::string out;
    while (out.size() < size)
        out += all[(draw() >> 40) % all.size()];
    return out;
}

std::string message(const NewPart& body) {
    NewMessage m;
    m.fields.push_back(
        {"Received", Raw{" from mx.example.fr (mx.example.fr [192.0.2.1])\r\n\tby mx.academie.example with "
                         "ESMTPS id 1234;\r\n\tTue, 24 Nov 2026 16:13:11 +0000"}});
    m.fields.push_back({"From", std::vector<Address>{{"Hélène Martin", "helene.martin@example.fr"}}});
    m.fields.push_back(
        {"To", std::vector<Address>{{"Karim Benali", "karim.benali@example.fr"}, {"", "b@example.fr"}}});
    m.fields.push_back({"Subject", Text{"Re: Conseil de classe de la 3e B, réunion préparatoire"}});
    m.fields.push_back({"Date", Date{1795536791, 60}});
    m.fields.push_back({"Message-ID", MessageIds{{"1@example.fr"}}});
    m.fields.push_back({"References", MessageIds{{"2@example.fr", "3@example.fr", "4@example.fr"}}});
    m.body = body;
    WriteOptions options;
    options.random = draw;
    return *write(m, options);
}

struct Samples {
    std::string text = words(3000);
    std::string html = "<html><head><style>" + std::string(4000, 'x') + "</style></head><body><p>" +
                       words(20000) + "</p></body></html>";
    std::string binary = octets(4'000'000);
    std::string plain = message(body_tree(text, "")), letter = message(body_tree(text, html));
    std::string heavy = with_attachment();
    std::string base64 = heavy.substr(heavy.rfind("\r\n\r\n") + 4), quoted = quoted_printable_encode(html);

    [[nodiscard]] std::string with_attachment() const {
        NewPart pdf;
        pdf.type = "application/pdf";
        pdf.content = binary;
        pdf.name = "Compte rendu été.pdf";
        pdf.disposition = "attachment";
        return message(body_tree(text, html, {}, {pdf}));
    }
};
const Samples& samples() {
    static const Samples made;
    return made;
}

using Sample = std::string Samples::*;

template <typename Work>
void over(benchmark::State& loop, Sample sample, Work work) {
    const auto& bytes = samples().*sample;
    for (auto _ : loop)
        benchmark::DoNotOptimize(work(bytes));
    loop.SetBytesProcessed(static_cast<std::int64_t>(loop.iterations()) *
                           static_cast<std::int64_t>(bytes.size()));
}

void parsing(benchmark::State& loop, Sample sample) {
    over(loop, sample, [](const std::string& bytes) { return parse(bytes).parts.size(); });
}
BENCHMARK_CAPTURE(parsing, text_3_kb, &Samples::plain)->Name("mime/parse/text_3_kb");
BENCHMARK_CAPTURE(parsing, html_25_kb, &Samples::letter)->Name("mime/parse/html_25_kb");
BENCHMARK_CAPTURE(parsing, file_4_mb, &Samples::heavy)->Name("mime/parse/file_4_mb");

void delivering(benchmark::State& loop, Sample sample) {
    over(loop, sample, [](const std::string& bytes) {
        const Message m = parse(bytes);
        const auto lists = body_lists(m);
        const auto found = envelope(header_of(bytes));
        return preview(bytes, m, lists).size() + sort_subject(found.subject).size() +
               thread_ids(found).size() + (has_attachment(m, lists) ? 1 : 0);
    });
}
BENCHMARK_CAPTURE(delivering, text_3_kb, &Samples::plain)->Name("mime/deliver/text_3_kb");
BENCHMARK_CAPTURE(delivering, html_25_kb, &Samples::letter)->Name("mime/deliver/html_25_kb");
BENCHMARK_CAPTURE(delivering, file_4_mb, &Samples::heavy)->Name("mime/deliver/file_4_mb");

void base64(benchmark::State& loop) {
    over(loop, &Samples::base64,
         [](const std::string& bytes) { return decode_transfer(bytes, Encoding::base64).bytes.size(); });
}
BENCHMARK(base64)->Name("mime/decode/base64");

void quoted_printable(benchmark::State& loop) {
    over(loop, &Samples::quoted, [](const std::string& bytes) {
        return decode_transfer(bytes, Encoding::quoted_printable).bytes.size();
    });
}
BENCHMARK(quoted_printable)->Name("mime/decode/quoted_printable");

void html_text(benchmark::State& loop) {
    over(loop, &Samples::html, [](const std::string& bytes) { return html_to_text(bytes).size(); });
}
BENCHMARK(html_text)->Name("mime/html_to_text");

void charset(benchmark::State& loop, const char* name) {
    over(loop, &Samples::html, [name](const std::string& bytes) { return to_utf8(bytes, name).text.size(); });
}
BENCHMARK_CAPTURE(charset, windows_1252, "windows-1252")->Name("mime/to_utf8/windows_1252");
BENCHMARK_CAPTURE(charset, koi8_r, "koi8-r")->Name("mime/to_utf8/koi8_r");

void valid_utf8(benchmark::State& loop) {
    over(loop, &Samples::html, [](const std::string& bytes) { return is_valid_utf8(bytes); });
}
BENCHMARK(valid_utf8)->Name("mime/is_valid_utf8");

void writing(benchmark::State& loop) {
    over(loop, &Samples::heavy, [](const std::string&) { return samples().with_attachment().size(); });
}
BENCHMARK(writing)->Name("mime/write/file_4_mb");

} // namespace
} // namespace facteur::micro
