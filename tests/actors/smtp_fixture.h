// SMTP doors of a whole server but for the program around it, on loopback sockets and a temporary store, and
// a client that speaks line by line. The store is checked when the server goes.
#pragma once

#include "actors/accounts/authenticator.h"
#include "actors/accounts/directory.h"
#include "actors/delivery/queue.h"
#include "actors/indexing/indexing.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/messages.h"
#include "actors/searching/searches.h"
#include "actors/session/auth/web_sessions.h"
#include "actors/session/jmap/method.h"
#include "actors/session/smtp/smtp_door.h"
#include "tests/store/fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <thread>

namespace facteur::test {

constexpr std::int64_t start_of_time = 1'764'000'000;

inline void wait_until(const std::function<bool()>& condition) {
    for (int tries = 0; !condition() && tries < 20'000; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(condition());
}

// A blocking client; a read that takes longer than 20 s fails the test.
class SmtpClient {
public:
    explicit SmtpClient(std::uint16_t port, bool greeted = true)
        : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        timeval limit{20, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        if (greeted) REQUIRE(read().starts_with("220"));
    }
    ~SmtpClient() { ::close(socket_); }
    SmtpClient(const SmtpClient&) = delete;
    SmtpClient& operator=(const SmtpClient&) = delete;

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return; // the server has hung up: the next read tells
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void end() { ::shutdown(socket_, SHUT_WR); }
    // A whole reply, its lines joined by "\n"; empty when the connection ended.
    std::string read() {
        std::string reply;
        while (true) {
            auto line = read_line();
            if (line.empty()) return reply;
            reply += reply.empty() ? line : "\n" + line;
            if (line.size() < 4 || line[3] != '-') return reply;
        }
    }
    std::string say(const std::string& line) {
        send(line + "\r\n");
        return read();
    }
    // Says hello, then a message as far as it is taken: the reply that ended it.
    std::string deliver(const std::string& from, const std::vector<std::string>& to,
                        const std::string& message, const std::string& hello = "EHLO client.test") {
        say(hello);
        return send_mail(from, to, message);
    }
    std::string send_mail(const std::string& from, const std::vector<std::string>& to,
                          const std::string& message) {
        if (auto reply = say("MAIL FROM:<" + from + ">"); !reply.starts_with("250")) return reply;
        for (const auto& recipient : to)
            if (auto reply = say("RCPT TO:<" + recipient + ">"); !reply.starts_with("250")) return reply;
        if (auto reply = say("DATA"); !reply.starts_with("354")) return reply;
        return say(message + (message.ends_with("\r\n") ? "." : "\r\n."));
    }

private:
    std::string read_line() {
        while (true) {
            if (const auto end = buffer_.find("\r\n"); end != std::string::npos) {
                auto line = buffer_.substr(0, end);
                buffer_.erase(0, end + 2);
                return line;
            }
            std::array<char, 4096> bytes{};
            const auto size = ::recv(socket_, bytes.data(), bytes.size(), 0);
            if (size <= 0) return {};
            buffer_.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }

    int socket_;
    std::string buffer_;
};

class SmtpServer {
public:
    // `configure` changes the configuration before anything is made from it.
    explicit SmtpServer(const std::function<void(Config&)>& configure = {})
        : config_(make_config(configure)), store_(store::test::open(store_options(folder_.path()))),
          directory_(*store_, config_.domain),
          authenticator_(directory_, config_.auth, "secret of this store"), sessions_(*store_, config_.auth),
          system_(system_config_.config), mailboxes_(system_, {*store_, plan_method, {}, {}}),
          queue_(system_),
          indexing_(start_indexing(*store_)), services_{config_,        limits_,
                                                        *store_,        directory_,
                                                        authenticator_, sessions_,
                                                        mailboxes_,     *indexing_,
                                                        searches_,      queue_,
                                                        metrics_,       "a secret of reverse-paths"},
          doors_(std::make_unique<SmtpDoors>(system_, services_, std::make_shared<TlsSource>())), loops_(1) {
        for (const auto door : {Door::smtp, Door::submission, Door::lmtp}) {
            const auto port = net::listen(loops_, "127.0.0.1:0", doors_->accept(door));
            REQUIRE(port.has_value());
            ports_[door] = *port;
        }
    }
    ~SmtpServer() {
        loops_.stop();
        // Sessions end with their connections; mailbox actors stay until they have been idle for long.
        wait_until([this] { return system_.registry().running() <= mailboxes_.active(); });
        system_.await_actors_before_shutdown(false);
        doors_.reset();
        indexing_.reset();
        store_->close();
        store::test::require_clean(*store_);
    }

    store::AccountRow add(const std::string& address, const std::string& password = {},
                          std::uint64_t quota = 0) {
        NewAccount account;
        account.address = address;
        account.name = address.substr(0, address.find('@'));
        account.password = password;
        account.quota = quota;
        const auto row = directory_.add(account, start_of_time);
        REQUIRE(row.has_value());
        return *row;
    }
    // Bodies of the mailbox's emails, newest first; 0: of all mailboxes.
    std::vector<std::string> mail(const store::AccountRow& account, store::MailboxId mailbox = 0) {
        const auto now = store_->read(account.id);
        std::vector<std::string> bodies;
        now.by_received(account.id, mailbox, {}, [&](const store::ListEntry& entry) {
            const auto body = now.read_body(now.email(account.id, entry.email)->body());
            REQUIRE(body.has_value());
            bodies.push_back(*body);
            return true;
        });
        return bodies;
    }
    store::MailboxId mailbox(const store::AccountRow& account, const std::string& role) {
        return store_->read(account.id).mailbox_by_role(account.id, role).value_or(0);
    }

    std::uint16_t port(Door door) const { return ports_.at(door); }
    store::Store& store() { return *store_; }
    Directory& directory() { return directory_; }
    SmtpDoors& doors() { return *doors_; }
    const Services& services() const { return services_; }
    caf::actor_system& system() { return system_; }

private:
    struct SystemConfig {
        SystemConfig() {
            add_message_types(config);
            config.set("scheduler.max-threads", 2);
        }
        caf::actor_system_config config;
    };
    static Config make_config(const std::function<void(Config&)>& configure) {
        Config config;
        config.domain = "academie.test";
        config.auth.plaintext_on_loopback = true;
        config.auth.hashing_threads = 1;
        if (configure) configure(config);
        return config;
    }
    static store::Options store_options(const std::string& path) {
        auto options = store::test::small(path);
        options.shards = 4;
        options.lanes = 2;
        return options;
    }
    static std::unique_ptr<Indexing> start_indexing(store::Store& store) {
        auto indexing = Indexing::start(store);
        REQUIRE(indexing.has_value());
        return std::move(*indexing);
    }

    const store::test::TemporaryFolder folder_;
    Config config_;
    jmap::Limits limits_;
    std::unique_ptr<store::Store> store_;
    Directory directory_;
    Authenticator authenticator_;
    WebSessions sessions_;
    SystemConfig system_config_;
    caf::actor_system system_;
    Mailboxes mailboxes_;
    Queue queue_;
    std::unique_ptr<Indexing> indexing_;
    Searches searches_;
    Metrics metrics_;
    Services services_;
    std::unique_ptr<SmtpDoors> doors_;
    net::LoopPool loops_;
    std::map<Door, std::uint16_t> ports_;
};

} // namespace facteur::test
