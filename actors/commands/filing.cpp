#include "actors/commands/filing.h"

#include "actors/clock.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/messages.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace facteur {
namespace {

constexpr std::size_t most_octets_under_way = 64u << 20; // one larger message alone is let through
constexpr std::size_t most_messages_under_way = 1024;
constexpr std::size_t most_unanswered = 256; // so that many share one sync
constexpr auto busy_pause = std::chrono::milliseconds(100);
constexpr int busy_tries = 600; // a minute

} // namespace

struct Filing::Implementation {
    struct Job {
        std::uint64_t number = 0;
        mailfiles::FoundMessage message;
        store::MailboxId mailbox = 0;
    };
    struct Ready {
        FileEmail request;
        std::string where;
        std::size_t octets = 0;
    };

    Implementation(Environment& of, store::AccountId id, std::function<void(const std::string&)> tell)
        : environment(of), account(id), complain(std::move(tell)) {
        for (unsigned n = 0; n < std::max(1u, std::thread::hardware_concurrency()); ++n)
            parsers.emplace_back([this] { parse_all(); });
        filer = std::thread([this] { file_all(); });
    }

    void add(mailfiles::FoundMessage message, store::MailboxId mailbox);
    void parse_all();
    void file_all();
    std::optional<Ready> next_ready(bool wait);
    void answered(const Ready& ready, bool duplicate);
    void refused(const Ready& ready, const std::string& why);
    void leave(const Ready& ready);
    void finish();

    Environment& environment;
    store::AccountId account;
    std::function<void(const std::string&)> complain;

    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> waiting;
    std::map<std::uint64_t, Ready> ready; // by number
    std::uint64_t next_number = 0, next_filed = 0;
    std::size_t octets_under_way = 0, messages_under_way = 0;
    bool finishing = false;
    Totals totals;

    std::vector<std::thread> parsers;
    std::thread filer;
};

void Filing::Implementation::add(mailfiles::FoundMessage message, store::MailboxId mailbox) {
    const auto octets = message.bytes->size();
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] {
        return messages_under_way == 0 || (octets_under_way + octets <= most_octets_under_way &&
                                           messages_under_way < most_messages_under_way);
    });
    octets_under_way += octets;
    ++messages_under_way;
    waiting.push_back({next_number++, std::move(message), mailbox});
    changed.notify_all();
}

void Filing::Implementation::parse_all() {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return finishing || !waiting.empty(); });
            if (waiting.empty()) return;
            job = std::move(waiting.front());
            waiting.pop_front();
        }
        Ready made;
        made.octets = job.message.bytes->size();
        made.where = std::move(job.message.where);
        made.request.account = account;
        made.request.email.email =
            ingest(std::move(job.message.bytes), job.message.received, std::move(job.message.keywords));
        made.request.mailboxes = {job.mailbox};
        made.request.skip_same_body = true;
        made.request.at = seconds_now();
        const std::lock_guard lock(mutex);
        ready.emplace(job.number, std::move(made));
        changed.notify_all();
    }
}

// The next one in order; nothing when there is none (and, if it may wait, will be none).
std::optional<Filing::Implementation::Ready> Filing::Implementation::next_ready(bool wait) {
    std::unique_lock lock(mutex);
    const auto is_there = [&] { return !ready.empty() && ready.begin()->first == next_filed; };
    if (wait) changed.wait(lock, [&] { return is_there() || (finishing && next_filed == next_number); });
    if (!is_there()) return std::nullopt;
    ++next_filed;
    return std::move(ready.extract(ready.begin()).mapped());
}

void Filing::Implementation::leave(const Ready& of) {
    octets_under_way -= of.octets;
    --messages_under_way;
    changed.notify_all();
}

void Filing::Implementation::answered(const Ready& of, bool duplicate) {
    const std::lock_guard lock(mutex);
    ++(duplicate ? totals.there_already : totals.filed);
    if (!duplicate) totals.octets += of.octets;
    leave(of);
}

void Filing::Implementation::refused(const Ready& of, const std::string& why) {
    complain(fmt::format("{}: {}", of.where, why));
    const std::lock_guard lock(mutex);
    ++totals.failed;
    leave(of);
}

void Filing::Implementation::file_all() {
    caf::scoped_actor self(environment.system);
    const auto ask = [&](const FileEmail& request) {
        return self->request(environment.mailboxes.of(account), caf::infinite, request);
    };
    std::deque<std::pair<Ready, decltype(ask(FileEmail{}))>> unanswered;
    const auto hear_oldest = [&] {
        auto [of, response] = std::move(unanswered.front());
        unanswered.pop_front();
        std::optional<store::Error> error;
        for (int tries = 0; tries < busy_tries; ++tries) {
            error.reset();
            const auto take = [&, &done = of](const EmailFiled& filed) { answered(done, filed.duplicate); };
            const auto note = [&](const caf::error& why) { error = to_store(why); };
            if (tries == 0)
                response.receive(take, note);
            else
                ask(of.request).receive(take, note);
            if (!error || error->code != store::Code::busy) break;
            std::this_thread::sleep_for(busy_pause);
        }
        if (error) refused(of, error->message);
    };
    while (auto next = next_ready(unanswered.empty())) {
        do {
            auto response = ask(next->request);
            unanswered.emplace_back(std::move(*next), std::move(response));
            next = unanswered.size() < most_unanswered ? next_ready(false) : std::nullopt;
        } while (next);
        while (!unanswered.empty())
            hear_oldest();
    }
}

void Filing::Implementation::finish() {
    {
        const std::lock_guard lock(mutex);
        if (finishing) return;
        finishing = true;
        changed.notify_all();
    }
    for (auto& parser : parsers)
        parser.join();
    filer.join();
}

Filing::Filing(Environment& environment, store::AccountId account,
               std::function<void(const std::string&)> complain)
    : implementation_(std::make_unique<Implementation>(environment, account, std::move(complain))) {}

Filing::~Filing() {
    finish();
}

void Filing::add(mailfiles::FoundMessage message, store::MailboxId mailbox) {
    implementation_->add(std::move(message), mailbox);
}

void Filing::finish() {
    implementation_->finish();
}

Filing::Totals Filing::totals() const {
    const std::lock_guard lock(implementation_->mutex);
    return implementation_->totals;
}

} // namespace facteur
