#include "bench/load/academy/circulars.h"

#include "bench/load/academy/web_client.h"

namespace facteur::load::academy {
namespace {

constexpr double between_looks = 0.5; // seconds of the simulation
constexpr std::size_t circular_octets = 4000;

class Circular : public Activity {
public:
    Circular(World& world, double due, std::size_t recipients)
        : Activity(world), due_(due), recipients_(recipients), client_(world, 1) {}

    void begin() {
        client_.sign_in([this](const std::string& problem) {
            if (!problem.empty()) return end(kinds::circular, problem);
            client_.load_folders([this](const std::string& why) {
                if (!why.empty()) return end(kinds::circular, why);
                send();
            });
        });
    }

    [[nodiscard]] const Kind* unanswered() const override { return &kinds::circular_filed; }

private:
    void send() {
        std::vector<std::string> to;
        const auto first = world_.random() % world_.academy.accounts;
        for (std::size_t i = 0; i < recipients_; ++i)
            to.push_back(world_.academy.address(1 + (first + i) % world_.academy.accounts));
        client_.send(std::move(to), prose(world_.random, circular_octets), {},
                     [this](const std::string& problem, const std::string& body) {
                         if (!problem.empty()) return end(kinds::circular, problem);
                         world_.tally.done(kinds::circular, due_);
                         submission_ = jmap::value(body, "id", "[\"EmailSubmission/set\",");
                         look();
                     });
    }

    void look() {
        client_.call(jmap::delivery(client_.account(), submission_),
                     [this](const std::string& problem, const std::string& body) {
                         if (!problem.empty()) return end(kinds::circular_filed, problem);
                         if (body.find("\"delivered\":\"queued\"") != std::string::npos)
                             return at(now() + between_looks, [this] { look(); });
                         if (body.find("\"delivered\":\"no\"") != std::string::npos)
                             return end(kinds::circular_filed, "not delivered to everybody");
                         if (body.find("\"delivered\":") == std::string::npos)
                             return end(kinds::circular_filed, "no status: " + body.substr(0, 200));
                         world_.tally.done(kinds::circular_filed, due_);
                         retire();
                     });
    }

    void end(const Kind& kind, const std::string& problem) {
        world_.tally.failed(kind, problem);
        retire();
    }

    double due_;
    std::size_t recipients_;
    std::string submission_;
    WebClient client_;
};

} // namespace

void begin_circular(World& world, double due, std::size_t recipients) {
    const auto circular = std::make_shared<Circular>(world, due, recipients);
    world.begin(circular);
    circular->begin();
}

} // namespace facteur::load::academy
