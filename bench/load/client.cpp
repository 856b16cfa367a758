#include "bench/load/client.h"

#include "bench/load/base64.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

namespace facteur::load {
namespace {

constexpr timeval patience{100, 0};

std::string file(const std::string& path) {
    std::ifstream in(path);
    if (!in) stop("cannot read " + path);
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

} // namespace

void stop(const std::string& why) {
    std::fputs((why + "\n").c_str(), stderr);
    std::exit(1);
}

Client::Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        stop(fmt::format("cannot connect to 127.0.0.1:{}", port));
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

Client::~Client() {
    if (socket_ >= 0) ::close(socket_);
}

Client::Client(Client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)), at_(other.at_) {}

void Client::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) stop("the server closed the connection");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool Client::wait(double seconds) const {
    if (at_ < buffer_.size()) return true;
    pollfd readable{socket_, POLLIN, 0};
    return ::poll(&readable, 1, static_cast<int>(seconds * 1000)) > 0;
}

void Client::fill() {
    if (at_ > 0) buffer_.erase(0, std::exchange(at_, 0));
    std::array<char, 65536> piece;
    // Else an answer in two small writes waits for the acknowledgement of the first, which would be held back
    // for 40 ms.
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    const auto got = ::recv(socket_, piece.data(), piece.size(), 0);
    if (got < 0 && errno == EAGAIN) stop(fmt::format("the server said nothing for {} s", patience.tv_sec));
    if (got <= 0) stop("the server closed the connection");
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
}

std::string Client::line() {
    for (;;) {
        const auto end = buffer_.find("\r\n", at_);
        if (end != std::string::npos) {
            auto found = buffer_.substr(at_, end - at_);
            at_ = end + 2;
            return found;
        }
        fill();
    }
}

std::string Client::bytes(std::size_t size) {
    while (buffer_.size() - at_ < size)
        fill();
    auto found = buffer_.substr(at_, size);
    at_ += size;
    return found;
}

Http::Http(const Login& login)
    : client_(login.port),
      authorization_("Authorization: Basic " + base64(login.user + ":" + login.password) + "\r\n") {}

// Reads the head; the length of the body that it announces.
std::size_t Http::head(const std::string& path) {
    const auto status = client_.line();
    if (status.rfind("HTTP/1.1 200", 0) != 0) stop(path + ": " + status);
    std::size_t length = 0;
    for (auto line = client_.line(); !line.empty(); line = client_.line())
        if (line.rfind("content-length:", 0) == 0 || line.rfind("Content-Length:", 0) == 0)
            length = std::stoull(line.substr(15));
    return length;
}

std::string Http::answer(const std::string& path) {
    return client_.bytes(head(path));
}

std::string Http::get(const std::string& path) {
    client_.send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + authorization_ + "\r\n");
    return answer(path);
}

std::string Http::post(const std::string& path, const std::string& json) {
    client_.send("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
                 authorization_ + "Content-Length: " + std::to_string(json.size()) + "\r\n\r\n" + json);
    return answer(path);
}

void Http::open_stream(const std::string& path) {
    client_.send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n" +
                 authorization_ + "\r\n");
    head(path);
}

Jmap::Jmap(const Login& login) : http_(login) {
    const auto session = nlohmann::json::parse(http_.get(login.session_path));
    account_ = session["primaryAccounts"]["urn:ietf:params:jmap:mail"].get<std::string>();
    path_ = session["apiUrl"].get<std::string>();
    if (const auto host = path_.find("://"); host != std::string::npos)
        path_.erase(0, path_.find('/', host + 3));
}

std::string Jmap::call(const std::string& method_calls) {
    return http_.post(
        path_,
        R"({"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail","urn:ietf:params:jmap:submission"],"methodCalls":)" +
            method_calls + "}");
}

std::uint64_t Jmap::count_emails() {
    const auto answer = nlohmann::json::parse(call(fmt::format(
        R"([["Email/query",{{"accountId":"{}","limit":0,"calculateTotal":true}},"0"]])", account_)));
    return answer["methodResponses"][0][1]["total"].get<std::uint64_t>();
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Latencies::add(const Latencies& others) {
    seconds_.insert(seconds_.end(), others.seconds_.begin(), others.seconds_.end());
}

double Latencies::percentile(double percent) {
    if (seconds_.empty()) return 0;
    const auto at = std::min(seconds_.size() - 1,
                             static_cast<std::size_t>(percent / 100 * static_cast<double>(seconds_.size())));
    std::nth_element(seconds_.begin(), seconds_.begin() + static_cast<std::ptrdiff_t>(at), seconds_.end());
    return seconds_[at] * 1000;
}

double cpu_seconds(int pid) {
    const auto stat = file(fmt::format("/proc/{}/stat", pid));
    // The fields behind the name, which may hold blanks: state is the first, utime the 12th, stime the 13th.
    std::istringstream fields(stat.substr(stat.rfind(')') + 2));
    std::string field;
    double ticks = 0;
    for (int i = 1; i <= 13 && fields >> field; ++i)
        if (i >= 12) ticks += std::stod(field);
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::uint64_t resident_octets(int pid) {
    std::istringstream lines(file(fmt::format("/proc/{}/smaps_rollup", pid)));
    for (std::string line; std::getline(lines, line);)
        if (line.rfind("Pss:", 0) == 0) return std::stoull(line.substr(4)) * 1024;
    stop("smaps_rollup has no Pss");
}

} // namespace facteur::load
