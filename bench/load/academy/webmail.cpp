#include "bench/load/academy/webmail.h"

#include "bench/load/academy/web_client.h"

#include <deque>
#include <utility>

namespace facteur::load::academy {
namespace {

// Seconds of the real day, on average.
constexpr double between_actions = 25, page_stays_open = 900;
constexpr double actions_of_session = 8;

enum class Act { list, open, search, send, send_file, sign_out };

class Webmail : public Activity {
public:
    Webmail(World& world, std::size_t person, double due)
        : Activity(world), person_(person), due_(due), client_(world, person) {}

    void begin() {
        auto when = due_;
        const auto count = 1 + std::poisson_distribution<int>(actions_of_session - 1)(world_.random);
        for (int i = 0; i < count; ++i)
            plan(when += world_.some_time(between_actions), some_act());
        plan(when + world_.some_time(page_stays_open), Act::sign_out);
        client_.sign_in([this](const std::string& problem) {
            if (!is_done(kinds::sign_in, due_, problem)) return give_up();
            busy_ = &kinds::first_list;
            client_.load_folders([this](const std::string& why) {
                if (!why.empty()) {
                    is_done(kinds::first_list, due_, why);
                    return give_up();
                }
                load_list(kinds::first_list, due_, 0);
                watch();
            });
        });
    }

    [[nodiscard]] const Kind* unanswered() const override { return busy_; }
    [[nodiscard]] bool is_person() const override { return true; }

private:
    Act some_act() {
        const auto draw = world_.random() % 100;
        if (draw < 60) return Act::open;
        if (draw < 75) return Act::list;
        if (draw < 85) return Act::search;
        return draw < 95 ? Act::send : Act::send_file;
    }

    void plan(double due, Act act) {
        at(due, [this, due, act] {
            waiting_.emplace_back(due, act);
            go_on();
        });
    }

    void go_on() {
        if (busy_ != nullptr || waiting_.empty()) return;
        const auto [due, act] = waiting_.front();
        waiting_.pop_front();
        switch (act) {
        case Act::list: return load_list(kinds::list, due, world_.chance(30) ? jmap::page : 0);
        case Act::open: return open(due);
        case Act::search: return search(due);
        case Act::send: return send(kinds::send, due, {});
        case Act::send_file: return send_file(due);
        case Act::sign_out: return sign_out(due);
        }
    }

    bool is_done(const Kind& kind, double due, const std::string& problem) {
        busy_ = nullptr;
        if (problem.empty())
            world_.tally.done(kind, due);
        else
            world_.tally.failed(kind, problem);
        return problem.empty();
    }

    // One that cannot go on does not fail again for everything that it had planned.
    void give_up() { retire(); }

    void load_list(const Kind& kind, double due, std::size_t position) {
        busy_ = &kind;
        client_.call(jmap::list(client_.account(), {{"inMailbox", client_.inbox()}}, position),
                     [this, &kind, due](const std::string& problem, const std::string& body) {
                         if (is_done(kind, due, problem))
                             if (auto found = jmap::ids(body); !found.empty()) rows_ = std::move(found);
                         go_on();
                     });
    }

    void open(double due) {
        if (rows_.empty()) return load_list(kinds::list, due, 0);
        busy_ = &kinds::open;
        const auto row = std::min(world_.random() % rows_.size(), world_.random() % rows_.size());
        client_.call(jmap::open(client_.account(), rows_[row]), [this, due](const std::string& problem,
                                                                            const std::string& body) {
            is_done(kinds::open, due, problem);
            const auto blob = jmap::value(body, "blobId", "\"attachments\":[{");
            if (problem.empty() && !blob.empty() && (world_.is_report_cards || world_.chance(50)))
                return load_attachment(blob);
            go_on();
        });
    }

    void load_attachment(const std::string& blob) {
        busy_ = &kinds::attachment;
        client_.load(blob, [this, due = now()](const std::string& problem) {
            is_done(kinds::attachment, due, problem);
            go_on();
        });
    }

    void search(double due) {
        busy_ = &kinds::search;
        client_.call(jmap::search(client_.account(), word(world_.random)),
                     [this, due](const std::string& problem, const std::string&) {
                         is_done(kinds::search, due, problem);
                         go_on();
                     });
    }

    void send_file(double due) {
        busy_ = &kinds::send_file;
        client_.upload(pdf(world_.random, file_size(world_.random)),
                       [this, due](const std::string& problem, const std::string& blob) {
                           if (problem.empty()) return send(kinds::send_file, due, blob);
                           is_done(kinds::send_file, due, problem);
                           go_on();
                       });
    }

    void send(const Kind& kind, double due, const std::string& blob) {
        busy_ = &kind;
        std::vector<std::string> to;
        do
            to.push_back(world_.academy.address(world_.anybody()));
        while (world_.chance(30) && to.size() < 5);
        client_.send(std::move(to), prose(world_.random, text_size(world_.random)), blob,
                     [this, &kind, due](const std::string& problem, const std::string&) {
                         is_done(kind, due, problem);
                         go_on();
                     });
    }

    void watch() {
        watch_ = std::make_unique<Watch>(world_, person_, kinds::web_push);
        stream_ = std::make_unique<EventStream>(
            world_.loop, world_.ports.http, person_, "/jmap/eventsource/?types=*&closeafter=no&ping=0",
            client_.cookie(),
            EventStream::Listener{[this](const std::string& why_not) {
                                      if (why_not.empty()) return;
                                      world_.tally.failed(kinds::web_push, why_not);
                                      watch_.reset();
                                  },
                                  [this](std::string_view data) {
                                      if (watch_ && data.find("\"EmailDelivery\"") != std::string_view::npos)
                                          watch_->told();
                                  }});
    }

    void sign_out(double due) {
        busy_ = &kinds::sign_out;
        watch_.reset();
        stream_.reset();
        client_.sign_out([this, due](const std::string& problem) {
            is_done(kinds::sign_out, due, problem);
            retire();
        });
    }

    std::size_t person_;
    double due_;
    const Kind* busy_ = &kinds::sign_in; // what is under way
    std::deque<std::pair<double, Act>> waiting_;
    std::vector<std::string> rows_;
    WebClient client_;
    std::unique_ptr<Watch> watch_;
    std::unique_ptr<EventStream> stream_;
};

} // namespace

void begin_webmail(World& world, double due) {
    const auto person = std::make_shared<Webmail>(world, world.anybody(), due);
    world.begin(person);
    person->begin();
}

} // namespace facteur::load::academy
