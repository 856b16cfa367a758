// The configuration: one TOML file, every key with a default, documented in ops/facteur.toml.
//
// Sizes are written "50 MB" (powers of 1,000) or "50 MiB"; durations "10 s", "5 min", "2 h", "30 d"; both may
// be plain numbers (octets, seconds). An unknown key or a bad value is an error that names file, line and
// key. Read once at start; SIGHUP rereads [tls], [log] and [dkim].
#pragma once

#include "transport/base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace facteur {

struct Config {
    std::string domain = "localhost"; // the academy's mail domain: default of addresses, name in greetings

    struct Store {
        std::string path = "data"; // relative to the configuration's folder
        std::uint16_t shards = 0;  // 0: four a lane
        std::uint16_t lanes = 0;   // 0: half the cores, at least one
        std::uint64_t lane_queue = 256'000'000;
        std::chrono::seconds keep_history{30 * 24 * 3600}; // JMAP changes and the log
    } store;

    struct Listen { // "host:port", "[::1]:port", "*:port"; empty: off
        std::vector<std::string> smtp, submission, submissions, lmtp, imap, imaps, http, https, admin;
    } listen;

    struct Tls {
        std::string certificate, key; // PEM files; empty: a self-signed pair is made in the store's folder
    } tls;

    struct Smtp {
        std::string hostname; // empty: `domain`
        std::uint64_t message_size = 50'000'000;
        std::uint32_t recipients = 1000;
        std::uint32_t connections = 5000, connections_per_address = 50;
        std::uint32_t errors = 20; // wrong commands before the connection ends
        std::chrono::seconds idle{300};
        std::vector<std::string> relay_networks; // CIDR: may send to any recipient without signing in
        std::string postmaster;             // the account that gets postmaster's mail; empty: the oldest one
        std::uint64_t memory = 512'000'000; // of all messages under way; then 452 4.3.1
    } smtp;

    struct Imap {
        std::uint32_t connections = 20'000, connections_per_address = 2000, connections_per_user = 100;
        std::uint64_t memory = 256'000'000;      // of messages that come by APPEND
        std::chrono::seconds progress_every{10}; // that a client hears of a long command
    } imap;

    struct Queue {                     // mail to other servers
        std::string resolver;          // "host:port" of a DNS server; empty: those of /etc/resolv.conf
        bool trusted_resolver = false; // it validates DNSSEC and the way to it is safe: DANE is believed
        std::string authorities; // PEM file of those whose certificates are believed; empty: the system's
        std::uint16_t port = 25; // of other servers
        std::uint16_t https_port = 443; // of those that tell MTA-STS policies
        std::uint32_t connections = 100, connections_per_domain = 5;
        std::uint64_t memory = 256'000'000; // of messages that are being sent
        std::chrono::seconds expire{5 * 24 * 3600}, warn_after{4 * 3600};
    } queue;

    // Where the mail of a domain goes instead of to its own servers.
    struct Route {
        enum class Tls { opportunistic, required, implicit, none } tls = Tls::opportunistic;
        bool verify = true; // required and implicit: the certificate must be the host's
        std::string host;   // empty: by MX, only `tls` counts
        std::uint16_t port = 0;
        std::string user, password_file;
    };
    std::map<std::string, Route, std::less<>> routes; // by domain, in lower case; "*": every other

    // Who may write to more than smtp.recipients at a time, in the web mail or by JMAP.
    struct MassMail {
        std::vector<std::string> senders; // addresses
        std::uint32_t recipients = 50'000;
    } mass_mail;

    struct Dkim {
        std::string folder; // of SELECTOR.pem files; empty: the store's folder "dkim"
        // Those whose keys sign what leaves; empty: nothing is signed.
        std::vector<std::string> selectors;
    } dkim;

    struct Auth {
        bool plaintext_on_loopback = false; // passwords without TLS from 127.0.0.0/8 and ::1
        std::chrono::seconds session{12 * 3600}, remembered_session{30 * 24 * 3600};
        std::uint32_t failures = 10; // of one account or address before it has to wait
        std::chrono::seconds failure_wait{60};
        std::uint32_t hashing_threads = 0; // 0: the number of cores
    } auth;

    struct Log {
        std::string level = "info";  // trace, debug, info, warn, error
        std::string format = "text"; // text (key=value) or json
        std::string file;            // empty: standard error
    } log;

    struct Limits {
        std::uint64_t quota = 5'000'000'000; // octets of an account's mail
        std::uint64_t upload = 50'000'000;
        std::uint64_t request = 10'000'000; // one JMAP request
        std::uint32_t http_connections = 20'000, http_connections_per_address = 200;
        std::uint32_t loops = 0;   // network threads; 0: half the cores, at least one
        std::uint32_t workers = 0; // actor threads; 0: the number of cores
    } limits;

    std::string file; // where it was read from, empty: defaults
};

Result<Config> read_config(const std::string& file);
Result<Config> parse_config(std::string_view text, const std::string& file);

// "50 MB", "10 min".
Result<std::uint64_t> parse_size(std::string_view text);
Result<std::chrono::seconds> parse_duration(std::string_view text);

} // namespace facteur
