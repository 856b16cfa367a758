// What the load programs share: a blocking TCP client, a small HTTP client over it, latencies, and the CPU
// and memory of the server's process. Loopback only; errors end the program with a sentence, and so does a
// server that says nothing for five minutes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::load {

[[noreturn]] void stop(const std::string& why);

class Client {
public:
    explicit Client(std::uint16_t port); // 127.0.0.1
    ~Client();
    Client(Client&& other) noexcept;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(std::string_view bytes) const;
    std::string line();                  // without its CRLF
    std::string bytes(std::size_t size); // exactly so many
    void fill();                         // waits for more
    // False: nothing came for so many seconds. Otherwise `line` gives one, or waits for its end.
    [[nodiscard]] bool wait(double seconds) const;

private:
    int socket_ = -1;
    std::string buffer_;
    std::size_t at_ = 0;
};

struct Login {
    std::uint16_t port = 0;
    std::string user, password;
    std::string session_path = "/jmap/session"; // of JMAP
};

// One HTTP/1.1 connection, signed in by Basic.
class Http {
public:
    explicit Http(const Login& login);
    std::string get(const std::string& path);
    std::string post(const std::string& path, const std::string& json);
    // Sends the request and reads the head alone: what follows is a stream.
    void open_stream(const std::string& path);

private:
    std::size_t head(const std::string& path);
    std::string answer(const std::string& path);

    Client client_;
    std::string authorization_;
};

// A JMAP session of one account.
class Jmap {
public:
    explicit Jmap(const Login& login);
    std::string call(const std::string& method_calls); // the JSON of the array of calls → the whole answer
    [[nodiscard]] const std::string& account() const { return account_; }
    std::uint64_t count_emails();

private:
    Http http_;
    std::string account_, path_;
};

// Seconds of a steady clock.
double now();

class Latencies {
public:
    void add(double seconds) { seconds_.push_back(seconds); }
    void add(const Latencies& others);
    [[nodiscard]] double percentile(double percent); // milliseconds
    [[nodiscard]] std::size_t size() const { return seconds_.size(); }

private:
    std::vector<double> seconds_;
};

// Of a process, from /proc.
double cpu_seconds(int pid);
std::uint64_t resident_octets(int pid); // proportional set size

} // namespace facteur::load
