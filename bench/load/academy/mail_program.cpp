#include "bench/load/academy/mail_program.h"

#include "bench/load/academy/imap_client.h"

#include <fmt/format.h>

#include <deque>
#include <utility>

namespace facteur::load::academy {
namespace {

// Seconds of the real day, on average.
constexpr double stays_open = 2 * 3600, between_readings = 900;
constexpr std::uint64_t fetched_at_first = 50; // messages; the others are in its cache

enum class Step { sync, read, log_out };

class MailProgram : public Activity {
public:
    MailProgram(World& world, std::size_t person, double due)
        : Activity(world), person_(person), due_(due),
          client_(world.loop, world.ports.imap, person,
                  {[this](std::uint64_t exists) { see(exists); },
                   [this](const std::string& why) { lose(why); }}) {}

    void begin() {
        const auto end = due_ + world_.some_time(stays_open);
        for (auto when = due_ + world_.some_time(between_readings); when < end;
             when += world_.some_time(between_readings))
            plan(when, Step::read);
        plan(end, Step::log_out);
        run(kinds::login, due_,
            fmt::format("LOGIN \"{}\" \"{}\"", world_.academy.address(person_), world_.academy.password),
            [this] {
                const auto due = now();
                run(kinds::select, due, "SELECT INBOX", [this, due] {
                    const auto exists = client_.exists();
                    synced_ = exists > fetched_at_first ? exists - fetched_at_first : 0;
                    watch_ = std::make_unique<Watch>(world_, person_, kinds::imap_push);
                    sync(due);
                });
            });
    }

    [[nodiscard]] const Kind* unanswered() const override { return busy_; }
    [[nodiscard]] bool is_person() const override { return true; }

private:
    void plan(double due, Step step) {
        at(due, [this, due, step] { want(due, step); });
    }

    void want(double due, Step step) {
        waiting_.emplace_back(due, step);
        go_on();
    }

    void see(std::uint64_t exists) {
        if (!watch_ || exists <= seen_) return;
        seen_ = exists;
        watch_->told();
        want(now(), Step::sync);
    }

    void lose(const std::string& why) {
        if (leaves_) return retire();
        world_.tally.failed(busy_ != nullptr ? *busy_ : kinds::imap_push, why);
        busy_ = nullptr;
        retire();
    }

    void run(const Kind& kind, double due, const std::string& command, std::function<void()> then) {
        busy_ = &kind;
        client_.run(command, [this, &kind, due, then = std::move(then)](const std::string& refused) {
            busy_ = nullptr;
            if (!refused.empty()) {
                world_.tally.failed(kind, refused);
                return retire();
            }
            world_.tally.done(kind, due);
            then();
        });
    }

    void go_on() {
        if (busy_ != nullptr || ends_idle_) return;
        if (waiting_.empty()) return idle();
        if (idles_) {
            ends_idle_ = true;
            return client_.end_idle();
        }
        const auto [due, step] = waiting_.front();
        waiting_.pop_front();
        switch (step) {
        case Step::sync: return sync(due);
        case Step::read: return read(due);
        case Step::log_out: return log_out();
        }
    }

    void idle() {
        if (idles_) return;
        idles_ = true;
        client_.idle([this](const std::string& refused) {
            idles_ = ends_idle_ = false;
            if (!refused.empty()) {
                world_.tally.failed(kinds::imap_push, refused);
                return retire();
            }
            go_on();
        });
    }

    void sync(double due) {
        const auto exists = seen_ = client_.exists();
        if (exists <= synced_) return go_on(); // an earlier one fetched it too
        const auto first = std::exchange(synced_, exists) + 1;
        run(kinds::sync, due,
            fmt::format("FETCH {}:{} (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)", first,
                        exists),
            [this] { go_on(); });
    }

    void read(double due) {
        if (synced_ == 0) return go_on();
        const auto latest = std::min(synced_, fetched_at_first);
        const auto number = synced_ - world_.random() % latest;
        run(kinds::body, due, fmt::format("FETCH {} (UID BODY.PEEK[])", number), [this, number] {
            run(kinds::flag, now(), fmt::format("STORE {} +FLAGS (\\Seen)", number), [this] { go_on(); });
        });
    }

    void log_out() {
        leaves_ = true;
        watch_.reset();
        client_.run("LOGOUT", [this](const std::string&) { retire(); });
    }

    std::size_t person_;
    double due_;
    const Kind* busy_ = &kinds::login; // what is under way
    bool idles_ = false, ends_idle_ = false, leaves_ = false;
    std::deque<std::pair<double, Step>> waiting_;
    std::uint64_t synced_ = 0, seen_ = 0; // message numbers: nobody expunges
    std::unique_ptr<Watch> watch_;
    ImapClient client_;
};

} // namespace

void begin_mail_program(World& world, double due) {
    const auto program = std::make_shared<MailProgram>(world, world.anybody(), due);
    world.begin(program);
    program->begin();
}

} // namespace facteur::load::academy
