// A small IMAP client, and the commands of facteur-load that use it.
#pragma once

#include "bench/load/client.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace facteur::load {

// An answer other than OK ends the program.
class Imap {
public:
    explicit Imap(std::uint16_t port); // reads the greeting
    explicit Imap(const Login& login); // and signs in

    void run(std::string_view command) {
        send(command);
        finish();
    }
    // Several may be under way; `finish` is called once for each.
    void send(std::string_view command);
    void finish();

    void begin_idle();
    // An untagged line that ends so; false: nothing came for so many seconds.
    [[nodiscard]] bool wait_for(std::string_view end, double patience);

    [[nodiscard]] std::uint64_t count_messages(const std::string& mailbox); // by STATUS
    [[nodiscard]] std::uint64_t exists() const { return exists_; }          // as told last
    [[nodiscard]] std::uint64_t hits() const { return hits_; }              // of the last SEARCH
    [[nodiscard]] std::uint64_t octets() const { return octets_; }          // received

private:
    void see(const std::string& line);

    Client client_;
    std::uint64_t sent_ = 0, finished_ = 0, exists_ = 0, hits_ = 0, octets_ = 0;
    std::string status_;
};

// `imap`: one operation over and over. `imap-idle`: sessions that wait. `imap-fill`: appends the messages of
// an mbox.
void add_imap(CLI::App& app);

} // namespace facteur::load
