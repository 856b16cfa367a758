#include "transport/net/resolver.h"

#include "transport/dns/message.h"

#include <ares.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/rand.h>
#include <uv.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace facteur::net {
namespace {

constexpr std::int64_t milliseconds_a_second = 1'000;

using Question = std::pair<std::string, dns::Type>;
using Done = std::function<void(const dns::Answer&)>;

// c-ares wants one initialisation in a process, before its first channel.
int initialise_library() {
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    return status;
}

std::uint16_t random_id() {
    std::uint16_t id = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&id), sizeof id);
    return id;
}

void delete_on_close(uv_handle_t* handle) {
    delete reinterpret_cast<uv_poll_t*>(handle); // NOLINT: libuv's until now
}

} // namespace

struct Resolver::Implementation : std::enable_shared_from_this<Resolver::Implementation> {
    Loop& loop;
    ResolverOptions options;
    dns::Cache cache;
    ares_channel channel = nullptr;
    std::map<ares_socket_t, uv_poll_t*> sockets;
    std::map<Question, std::vector<Done>> open;
    bool timer_waits = false;

    Implementation(Loop& of, const ResolverOptions& how) : loop(of), options(how), cache(how.cache) {}
    ~Implementation() { close(); }

    Result<void> start();
    void close();
    void ask(Question question, Done done);
    void answered(const Question& question, dns::Answer answer);

    void watch(ares_socket_t socket, bool readable, bool writable);
    void process(ares_socket_t readable, ares_socket_t writable);
    void set_timer();

    [[nodiscard]] std::int64_t now() const {
        return static_cast<std::int64_t>(loop.now()) / milliseconds_a_second;
    }
};

Result<void> Resolver::Implementation::start() {
    ares_options wanted{};
    // One UDP socket, and so one source port, serves a burst of questions at most.
    wanted.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    wanted.timeout = static_cast<int>(options.timeout);
    wanted.tries = static_cast<int>(options.tries);
    wanted.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
        static_cast<Implementation*>(self)->watch(socket, readable != 0, writable != 0);
    };
    wanted.sock_state_cb_data = this;
    int status = initialise_library();
    if (status == ARES_SUCCESS)
        status = ares_init_options(
            &channel, &wanted, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS)
        return fail(Code::io, fmt::format("The resolver cannot start: {}", ares_strerror(status)));
    if (options.servers.empty()) return {};
    const auto servers = fmt::format("{}", fmt::join(options.servers, ","));
    status = ares_set_servers_ports_csv(channel, servers.c_str());
    if (status != ARES_SUCCESS)
        return fail(Code::malformed,
                    fmt::format("\"{}\" is no list of DNS servers: {}", servers, ares_strerror(status)));
    return {};
}

void Resolver::Implementation::close() {
    // What still waits is told ARES_EDESTRUCTION, and answers nobody. Who waited may hold the last of the
    // resolver, whose end comes back here: then nothing is left to be done.
    const auto waiting = std::exchange(open, {});
    if (channel != nullptr) ares_destroy(std::exchange(channel, nullptr));
}

void Resolver::Implementation::watch(ares_socket_t socket, bool readable, bool writable) {
    auto& poll = sockets[socket];
    if (!readable && !writable) {
        if (poll != nullptr) {
            uv_poll_stop(poll);
            uv_close(reinterpret_cast<uv_handle_t*>(poll), delete_on_close);
        }
        sockets.erase(socket);
        return;
    }
    if (poll == nullptr) {
        poll = new uv_poll_t(); // NOLINT: until delete_on_close
        uv_poll_init(loop.raw(), poll, socket);
        poll->data = this;
    }
    uv_poll_start(poll, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0),
                  [](uv_poll_t* handle, int status, int events) {
                      const auto self = static_cast<Implementation*>(handle->data)->shared_from_this();
                      uv_os_fd_t file = -1;
                      uv_fileno(reinterpret_cast<uv_handle_t*>(handle), &file);
                      // An error is for c-ares to find when it reads.
                      const bool in = status < 0 || (events & UV_READABLE) != 0;
                      const bool out = status < 0 || (events & UV_WRITABLE) != 0;
                      self->process(in ? file : ARES_SOCKET_BAD, out ? file : ARES_SOCKET_BAD);
                  });
}

void Resolver::Implementation::process(ares_socket_t readable, ares_socket_t writable) {
    if (channel == nullptr) return;
    ares_process_fd(channel, readable, writable);
    set_timer();
}

void Resolver::Implementation::set_timer() {
    timeval space{};
    if (timer_waits || channel == nullptr) return;
    const auto* wait = ares_timeout(channel, nullptr, &space);
    if (wait == nullptr) return;
    timer_waits = true;
    loop.after(static_cast<std::uint64_t>(wait->tv_sec) * milliseconds_a_second +
                   static_cast<std::uint64_t>(wait->tv_usec) / 1'000,
               [self = weak_from_this()] {
                   const auto alive = self.lock();
                   if (!alive) return;
                   alive->timer_waits = false;
                   alive->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
               });
}

void Resolver::Implementation::ask(Question question, Done done) {
    const auto later = [&](dns::Answer answer) {
        loop.post([done = std::move(done), answer = std::move(answer)] { done(answer); });
    };
    if (auto known = cache.find(question.first, question.second, now())) return later(std::move(*known));
    if (const auto same = open.find(question); same != open.end())
        return same->second.push_back(std::move(done));
    if (channel == nullptr || open.size() >= options.questions) return later({});
    open[question].push_back(std::move(done));

    struct Call {
        std::weak_ptr<Implementation> self;
        Question question;
    };
    const auto bytes = dns::write_question(random_id(), question.first, question.second);
    auto call = std::make_unique<Call>(Call{weak_from_this(), std::move(question)});
    ares_send(
        channel, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()),
        [](void* argument, int status, int /*timeouts*/, unsigned char* answer, int size) {
            const std::unique_ptr<Call> ended(static_cast<Call*>(argument));
            const auto self = ended->self.lock();
            if (!self || status == ARES_EDESTRUCTION) return;
            const auto& [name, type] = ended->question;
            dns::Answer read;
            if (status == ARES_SUCCESS && answer != nullptr)
                read = dns::read_answer(
                    {reinterpret_cast<const char*>(answer), static_cast<std::size_t>(size)}, name, type);
            else if (status == ARES_ETIMEOUT)
                read.outcome = dns::Outcome::timed_out;
            // c-ares may be in the midst of its lists.
            self->loop.post([self, question = ended->question, read = std::move(read)]() mutable {
                self->answered(question, std::move(read));
            });
        },
        call.release());
    set_timer();
}

void Resolver::Implementation::answered(const Question& question, dns::Answer answer) {
    if (!options.trusted) answer.authenticated = false;
    cache.put(question.first, question.second, answer, now());
    const auto waiting = open.extract(question);
    if (waiting.empty()) return;
    for (const auto& done : waiting.mapped())
        done(answer);
}

Resolver::Resolver(std::shared_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Resolver::~Resolver() {
    implementation_->close();
}

Result<std::shared_ptr<Resolver>> Resolver::open(Loop& loop, const ResolverOptions& options) {
    auto implementation = std::make_shared<Implementation>(loop, options);
    if (auto started = implementation->start(); !started) return tl::unexpected(started.error());
    loop.on_stop([implementation] { implementation->close(); });
    return std::shared_ptr<Resolver>(new Resolver(std::move(implementation)));
}

std::size_t Resolver::cached() const {
    return implementation_->cache.size();
}

void Resolver::ask(const std::string& name, dns::Type type, Done done) {
    auto normalised = dns::normalise_name(name);
    if (!normalised) {
        dns::Answer nowhere;
        nowhere.outcome = dns::Outcome::no_domain;
        return implementation_->loop.post(
            [done = std::move(done), nowhere = std::move(nowhere)] { done(nowhere); });
    }
    implementation_->ask({std::move(*normalised), type}, std::move(done));
}

namespace {

HostAddresses merge(const dns::Answer& six, const dns::Answer& four) {
    HostAddresses merged;
    for (const auto* answer : {&six, &four})
        for (const auto& record : answer->records)
            if (const auto* address = std::get_if<dns::Address>(&record);
                address != nullptr && merged.addresses.size() < max_host_addresses)
                merged.addresses.push_back(address->text);
    merged.authenticated = six.authenticated && four.authenticated;
    merged.canonical_name = four.canonical_name.empty() ? six.canonical_name : four.canonical_name;
    // What may be there later counts more than what is not there.
    const auto& worse = six.is_temporary() ? six : four;
    merged.outcome = merged.addresses.empty() ? worse.outcome : dns::Outcome::found;
    return merged;
}

} // namespace

void Resolver::find_addresses(const std::string& host, std::function<void(const HostAddresses&)> done) {
    struct Both {
        dns::Answer six, four;
        int waiting = 2;
        std::function<void(const HostAddresses&)> done;
        void came() {
            if (--waiting == 0) done(merge(six, four));
        }
    };
    auto both = std::make_shared<Both>();
    both->done = std::move(done);
    ask(host, dns::Type::aaaa, [both](const dns::Answer& answer) {
        both->six = answer;
        both->came();
    });
    ask(host, dns::Type::a, [both](const dns::Answer& answer) {
        both->four = answer;
        both->came();
    });
}

} // namespace facteur::net
