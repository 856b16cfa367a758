// How fast mail is read: `mime_bench [MEGABYTES]`. Prints MB per second of processor time of parsing, of what
// a delivery does with a message (structure, envelope, lists, preview), of decoding and of writing, over
// generated mail.
#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/thread.h"
#include "transport/mime/write.h"

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <functional>

namespace {

using namespace facteur::mime;

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

void measure(const std::string& what, std::size_t size, std::size_t wanted,
             const std::function<void()>& run) {
    const std::size_t rounds = wanted / size + 1;
    const std::clock_t begin = std::clock(); // of this process: other load does not count
    for (std::size_t i = 0; i < rounds; ++i)
        run();
    const double seconds = static_cast<double>(std::clock() - begin + 1) / CLOCKS_PER_SEC;
    fmt::print("{:40} {:10.0f} MB/s {:12.0f} a second\n", what,
               static_cast<double>(rounds * size) / seconds / 1e6, static_cast<double>(rounds) / seconds);
}

void deliver(const std::string& bytes) {
    const Message m = parse(bytes);
    const auto lists = body_lists(m);
    const auto found = envelope(header_of(bytes));
    volatile std::size_t keep = preview(bytes, m, lists).size() + sort_subject(found.subject).size() +
                                thread_ids(found).size() + (has_attachment(m, lists) ? 1 : 0);
    static_cast<void>(keep);
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t wanted = (argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 300) * 1000000;
    const std::string text = words(3000),
                      html = "<html><head><style>" + std::string(4000, 'x') + "</style></head><body><p>" +
                             words(20000) + "</p></body></html>",
                      binary = octets(4000000);
    NewPart pdf;
    pdf.type = "application/pdf";
    pdf.content = binary;
    pdf.name = "Compte rendu été.pdf";
    pdf.disposition = "attachment";
    const std::string heavy = message(body_tree(text, html, {}, {pdf})), plain = message(body_tree(text, "")),
                      letter = message(body_tree(text, html));
    for (const auto& [name, bytes] : {std::pair<std::string, const std::string&>{"4 MB attachment", heavy},
                                      {"3 KB of text", plain},
                                      {"HTML letter of 25 KB", letter}}) {
        measure("parse: " + name, bytes.size(), wanted, [&, &b = bytes] { parse(b); });
        measure("deliver: " + name, bytes.size(), wanted, [&, &b = bytes] { deliver(b); });
    }
    const std::string base64 = heavy.substr(heavy.rfind("\r\n\r\n") + 4);
    measure("decode base64", base64.size(), wanted, [&] { decode_transfer(base64, Encoding::base64); });
    const std::string qp = quoted_printable_encode(html);
    measure("decode quoted-printable", qp.size(), wanted,
            [&] { decode_transfer(qp, Encoding::quoted_printable); });
    measure("HTML to text", html.size(), wanted, [&] { html_to_text(html); });
    measure("windows-1252 to UTF-8", html.size(), wanted, [&] { to_utf8(html, "windows-1252"); });
    measure("koi8-r to UTF-8", html.size(), wanted, [&] { to_utf8(html, "koi8-r"); });
    measure("is UTF-8", html.size(), wanted, [&] {
        volatile bool valid = is_valid_utf8(html);
        static_cast<void>(valid);
    });
    measure("write: 4 MB attachment", heavy.size(), wanted,
            [&] { message(body_tree(text, html, {}, {pdf})); });
}
