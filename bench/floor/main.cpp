// facteur-floor: what a machine takes for a server that does nothing but what cannot be left out.
// facteur-load drives it as it drives Facteur.
//
//     facteur-floor serve --imap P --smtp P --lmtp P --http P --octets N --record N --file PATH
//     facteur-floor pack MBOX --level 3
//
// It keeps no mail and looks at no password: a request is read, its answer was known before. Messages, and
// what STORE changes if --record says so, are written and synced before they are confirmed, and told to IDLE
// sessions.
#include "bench/floor/pack.h"
#include "bench/floor/server.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace facteur::floor {
namespace {

struct Options {
    std::uint16_t imap = 0, smtp = 0, lmtp = 0, http = 0;
    std::size_t octets = 0, record = 0;
    std::string file, mbox;
    int level = 3;
};

// Says when it listens.
void serve(const Options& options) {
    Disk disk(options.file);
    Mailboxes mailboxes;
    const auto filler = imap_filler(options.octets), whole = http_answer(options.octets);
    Server server(disk);
    server.listen(options.imap, [&] { return imap_talk(mailboxes, filler, options.record); });
    server.listen(options.smtp, [&] { return smtp_talk(mailboxes, false); });
    server.listen(options.lmtp, [&] { return smtp_talk(mailboxes, true); });
    server.listen(options.http, [&] { return http_talk(whole); });
    fmt::print("ready\n");
    std::fflush(stdout);
    server.run();
}

} // namespace
} // namespace facteur::floor

int main(int argc, char** argv) {
    using namespace facteur::floor;
    Options options;
    CLI::App app{"A server on 127.0.0.1 that does nothing but what cannot be left out."};
    app.require_subcommand(1);
    auto* server = app.add_subcommand("serve", "until it is ended");
    server->add_option("--imap", options.imap)->required();
    server->add_option("--smtp", options.smtp)->required();
    server->add_option("--lmtp", options.lmtp)->required();
    server->add_option("--http", options.http)->required();
    server->add_option("--file", options.file, "for what must be durable; made anew")->required();
    server->add_option("--octets", options.octets, "of each answer of IMAP and HTTP");
    server->add_option("--record", options.record, "octets that a STORE makes durable");
    server->callback([&] { serve(options); });
    auto* packer = app.add_subcommand("pack", "what an mbox takes, packed by zstd as one stream");
    packer->add_option("mbox", options.mbox)->required();
    packer->add_option("--level", options.level);
    packer->callback([&] { pack(options.mbox, options.level); });
    CLI11_PARSE(app, argc, argv);
    return 0;
}
