#include "actors/server.h"

#include "actors/accounts/authenticator.h"
#include "actors/admin/server.h"
#include "actors/certificate.h"
#include "actors/collectors.h"
#include "actors/commands/command.h"
#include "actors/delivery/queue.h"
#include "actors/ground.h"
#include "actors/housekeeping.h"
#include "actors/indexing/indexing.h"
#include "actors/limits.h"
#include "actors/log.h"
#include "actors/mailbox/large_texts.h"
#include "actors/messages.h"
#include "actors/metrics.h"
#include "actors/process.h"
#include "actors/pulse.h"
#include "actors/searching/searches.h"
#include "actors/session/auth/web_sessions.h"
#include "actors/session/http/http_door.h"
#include "actors/session/imap/imap_door.h"
#include "actors/session/smtp/smtp_door.h"
#include "actors/supervisor.h"
#include "transport/net/listener.h"

#include <caf/actor_registry.hpp>

#include <cmath>
#include <csignal>
#include <ctime>

namespace facteur {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto drain_patience = std::chrono::seconds(5);  // for what clients have under way
constexpr auto actors_patience = std::chrono::seconds(3); // for actors to hear their last answers
constexpr auto drain_step = std::chrono::milliseconds(20);
constexpr auto longest_wait = std::chrono::seconds(10); // between two looks at the watchdog

std::size_t or_else(std::uint32_t configured, std::size_t otherwise) {
    return configured > 0 ? configured : std::max<std::size_t>(1, otherwise);
}

bool wait_until(const std::function<bool()>& is_so, Clock::duration patience) {
    const auto end = Clock::now() + patience;
    while (!is_so()) {
        if (Clock::now() > end) return false;
        std::this_thread::sleep_for(drain_step);
    }
    return true;
}

// SIGTERM, SIGINT and SIGHUP come to the main thread alone, by `next`.
class Signals {
public:
    Signals() {
        ::sigemptyset(&set_);
        for (const int signal : {SIGTERM, SIGINT, SIGHUP})
            ::sigaddset(&set_, signal);
        ::pthread_sigmask(SIG_BLOCK, &set_, nullptr); // every thread made later inherits it
    }
    // 0: none within `patience`.
    int next(std::chrono::milliseconds patience) const {
        const timespec time{patience.count() / 1000, patience.count() % 1000 * 1'000'000};
        const int signal = ::sigtimedwait(&set_, nullptr, &time);
        return signal > 0 ? signal : 0;
    }

private:
    sigset_t set_{};
};

class Server {
public:
    explicit Server(const Config& config) : config_(config), jmap_limits_(jmap_limits(config)) {}
    ~Server() { stop(); }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    Result<void> start();
    void reload();
    void stop();
    // Do all parts still work? Asked now and then, for the watchdog.
    bool is_alive();

private:
    Result<void> open();
    Result<void> listen();
    Result<void> listen(Door door, const std::vector<std::string>& addresses, const net::Accept& accept);
    int run_command(const std::vector<std::string>& arguments, Console& console);

    const Config& config_;
    const jmap::Limits jmap_limits_;
    Metrics metrics_;
    std::shared_ptr<TlsSource> tls_;
    // In the order in which they are made; taken down in the order that `stop` tells.
    std::unique_ptr<Ground> ground_;
    std::unique_ptr<Authenticator> authenticator_;
    std::unique_ptr<WebSessions> web_sessions_;
    std::unique_ptr<Indexing> indexing_;
    std::unique_ptr<Searches> searches_;
    std::unique_ptr<LargeTexts> large_texts_;
    std::unique_ptr<Queue> queue_;
    std::unique_ptr<Services> services_;
    std::unique_ptr<SmtpDoors> smtp_;
    std::unique_ptr<ImapDoors> imap_;
    std::unique_ptr<HttpDoors> http_;
    std::unique_ptr<net::LoopPool> loops_;
    std::unique_ptr<Housekeeping> housekeeping_;
    std::unique_ptr<admin::Server> admin_;
    std::unique_ptr<Pulse> pulse_;
};

Result<void> Server::open() {
    auto ground =
        Ground::open(config_, or_else(config_.limits.workers, std::thread::hardware_concurrency()), true);
    if (!ground) return fail(Code::io, ground.error().message);
    ground_ = std::move(*ground);
    auto secret = store_secret(config_);
    if (!secret) return tl::unexpected(secret.error());
    auto certificate = load_certificate(config_);
    if (!certificate) return tl::unexpected(certificate.error());
    tls_ = std::make_shared<TlsSource>(std::move(*certificate));
    auto indexing = Indexing::start(ground_->store());
    if (!indexing) return fail(Code::io, indexing.error().message);
    indexing_ = std::move(*indexing);
    const auto srs_secret = store::to_hex(store::hash_of("reverse-paths\n" + *secret));
    authenticator_ = std::make_unique<Authenticator>(ground_->directory(), config_.auth, std::move(*secret));
    web_sessions_ = std::make_unique<WebSessions>(ground_->store(), config_.auth);
    searches_ = std::make_unique<Searches>();
    large_texts_ = std::make_unique<LargeTexts>();
    queue_ = std::make_unique<Queue>(ground_->system());
    services_ = std::unique_ptr<Services>(new Services{
        config_, jmap_limits_, ground_->store(), ground_->directory(), *authenticator_, *web_sessions_,
        ground_->mailboxes(), *indexing_, *searches_, *large_texts_, *queue_, metrics_, srs_secret});
    ground_->on_commit = [this](store::ShardId shard) { indexing_->wake(shard); };
    ground_->on_queued = [this](store::ShardId shard) { queue_->wake(shard); };
    ground_->directory().on_closed = [this](store::AccountId account) {
        caf::anon_send(ground_->mailboxes().of(account), CloseSessions{account});
    };
    collect_on_scrape(metrics_, *services_, ground_->system());
    return {};
}

Result<void> Server::listen(Door door, const std::vector<std::string>& addresses, const net::Accept& accept) {
    for (const auto& address : addresses) {
        const auto port = net::listen(*loops_, address, accept);
        if (!port)
            return fail(Code::io,
                        fmt::format("listen.{}: {}: {}", name_of(door), address, port.error().message));
        log(Severity::info, "listening", {{"door", name_of(door)}, {"address", address}});
    }
    return {};
}

Result<void> Server::listen() {
    const auto& on = config_.listen;
    smtp_ = std::make_unique<SmtpDoors>(ground_->system(), *services_, tls_);
    imap_ = std::make_unique<ImapDoors>(ground_->system(), *services_, tls_);
    http_ = std::make_unique<HttpDoors>(ground_->system(), *services_);
    loops_ = std::make_unique<net::LoopPool>(
        or_else(config_.limits.loops, std::thread::hardware_concurrency() / 2));
    const std::vector<std::tuple<Door, const std::vector<std::string>*, net::Accept>> doors{
        {Door::admin, &on.admin, http_->accept(Door::admin)},
        {Door::smtp, &on.smtp, smtp_->accept(Door::smtp)},
        {Door::submission, &on.submission, smtp_->accept(Door::submission)},
        {Door::submissions, &on.submissions, smtp_->accept(Door::submissions)},
        {Door::lmtp, &on.lmtp, smtp_->accept(Door::lmtp)},
        {Door::imap, &on.imap, imap_->accept(Door::imap)},
        {Door::imaps, &on.imaps, imap_->accept(Door::imaps)},
        {Door::http, &on.http, http_->accept(Door::http)},
        {Door::https, &on.https, http_->accept(Door::https, tls_)}};
    for (const auto& [door, addresses, accept] : doors)
        if (auto done = listen(door, *addresses, accept); !done) return done;
    return {};
}

Result<void> Server::start() {
    const auto begun = Clock::now();
    if (auto done = open(); !done) return done;
    if (auto done = listen(); !done) return done;
    queue_->start(*services_);
    housekeeping_ = std::make_unique<Housekeeping>(*services_);
    auto admin = admin::Server::open(config_.store.path, program_version(),
                                     [this](const std::vector<std::string>& arguments, Console& console) {
                                         return run_command(arguments, console);
                                     });
    if (!admin) return tl::unexpected(admin.error());
    admin_ = std::move(*admin);
    pulse_ = std::make_unique<Pulse>(ground_->system(), ground_->store(), *loops_);
    http_->set_ready(true);
    const auto took = std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
    log(Severity::info, "ready",
        {{"version", program_version()}, {"store", config_.store.path}, {"milliseconds", std::round(took)}});
    return {};
}

int Server::run_command(const std::vector<std::string>& arguments, Console& console) {
    const auto line = parse_command_line(arguments);
    if (!line.run.command) {
        console.write(line.text);
        console.complain(line.trouble);
        return line.exit;
    }
    auto environment = ground_->environment(services_.get());
    const int code = line.run.command(environment, console);
    log(Severity::info, "admin command", {{"command", arguments.front()}, {"exit", code}});
    return code;
}

void Server::reload() {
    auto config = config_.file.empty() ? Result<Config>(config_) : read_config(config_.file);
    if (!config) {
        log(Severity::error, "the configuration was not reread", {{"why", config.error().message}});
        return;
    }
    if (auto done = configure_log(config->log); !done)
        log(Severity::error, "the log was not reopened", {{"why", done.error().message}});
    auto certificate = load_certificate(*config);
    if (certificate)
        tls_->replace(std::move(*certificate));
    else
        log(Severity::error, "the certificate was not reread", {{"why", certificate.error().message}});
    if (auto done = queue_->read_signers(*config); !done)
        log(Severity::error, "the DKIM keys were not reread", {{"why", done.error().message}});
    log(Severity::info, "reloaded");
}

bool Server::is_alive() {
    if (pulse_->beat()) return true;
    log(Severity::warn, "a part of the server has not answered since it was last asked");
    return false;
}

void Server::stop() {
    if (!ground_) return;
    if (http_) http_->set_ready(false);
    pulse_.reset();
    admin_.reset();
    housekeeping_.reset();
    if (smtp_) smtp_->drain();
    if (imap_) imap_->drain();
    if (http_) http_->drain();
    if (queue_) queue_->stop();
    if (loops_) {
        const auto open = [this] { return smtp_->open() + imap_->open() + http_->open(); };
        if (!wait_until([&] { return open() == 0; }, drain_patience))
            log(Severity::warn, "connections were cut", {{"count", open()}});
        loops_->stop();
    }
    if (searches_) searches_->stop();
    if (large_texts_) large_texts_->stop();
    if (indexing_) indexing_->stop();
    // Whoever still waits for a write hears of it before the actors end.
    ground_->store().close();
    ground_->mailboxes().stop();
    if (!wait_until([this] { return ground_->system().registry().running() == 0; }, actors_patience))
        log(Severity::warn, "actors did not end", {{"count", ground_->system().registry().running()}});
    authenticator_.reset(); // its threads speak to actors
    ground_->close();
    loops_.reset();
    http_.reset();
    imap_.reset();
    smtp_.reset();
    services_.reset();
    queue_.reset();
    large_texts_.reset();
    searches_.reset();
    indexing_.reset();
    web_sessions_.reset();
    ground_.reset();
    log(Severity::info, "stopped");
}

} // namespace

int serve(const Config& config) {
    const Signals signals;
    raise_file_limit();
    if (auto done = configure_log(config.log); !done) {
        log(Severity::error, "the server cannot start", {{"why", done.error().message}});
        return exit_usage;
    }
    Server server(config);
    if (auto started = server.start(); !started) {
        log(Severity::error, "the server cannot start", {{"why", started.error().message}});
        return exit_unreachable;
    }
    supervisor::ready("Serving");
    const auto watchdog = supervisor::watchdog_interval();
    const auto wait =
        watchdog ? std::min<std::chrono::milliseconds>(*watchdog / 3, longest_wait) : longest_wait;
    while (true) {
        const int signal = signals.next(wait);
        if (server.is_alive()) supervisor::alive();
        if (signal == SIGHUP) {
            supervisor::reloading();
            server.reload();
            supervisor::ready("Serving");
        } else if (signal != 0) {
            supervisor::stopping();
            log(Severity::info, "stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
            server.stop();
            return exit_ok;
        }
    }
}

} // namespace facteur
