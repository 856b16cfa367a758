#include "tests/sessions/world.h"

#include <cstdlib>
#include <fstream>
#include <functional>

namespace facteur::test {
namespace {

constexpr auto mark_begin = "\x3d\x4d", mark_end = "\x4d\x3d"; // =M17M=

// Of "secret", and cheap.
constexpr auto password_hash =
    "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$+v0rf6ETYAIpqJIjJyARZ3W3zqJlkf+0TRXzsLHmR6o";

// Whom this world believes: reading all authorities of the system takes longer than all the rest of a run.
constexpr auto authority = "-----BEGIN CERTIFICATE-----\n"
                           "MIIBejCCAR+gAwIBAgIUPUPx6DMCpMJY0HeTfqmQ6u7j9IcwCgYIKoZIzj0EAwIw\n"
                           "ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyODE0NDc1NFoYDzIxMjYxMTA0MTQ0\n"
                           "NzU0WjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
                           "AARsvQf7GzQPijljGUi46HBPp/zig1Utq40jpZp8XRczOz7UF44ZIbPfkNg8owx0\n"
                           "eXsDcLaaljNq4HQjEFt7R07wo1MwUTAdBgNVHQ4EFgQUopNg1b5nyVHITHcTQ+JJ\n"
                           "OI2Hd+AwHwYDVR0jBBgwFoAUopNg1b5nyVHITHcTQ+JJOI2Hd+AwDwYDVR0TAQH/\n"
                           "BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA8ZtXv4SUGhKpsDlonA3UzBqJ4wPp\n"
                           "pJPPKvt7MVGhsWwCIQCaZQfLSaSsNVNMFlyNtnGmHWSgkRTgBt4rfBR521B/Aw==\n"
                           "-----END CERTIFICATE-----\n";

std::filesystem::path new_folder() {
    const std::filesystem::path memory = "/dev/shm";
    auto name = ((std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path()) /
                 "facteur-sessions-XXXXXX")
                    .string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
    return name;
}

void configure(Config& config, jmap::Limits& limits) {
    config.smtp.relay_networks = {"127.0.0.0/8"};
    config.smtp.message_size = 60'000;
    config.smtp.memory = 200'000;
    config.queue.resolver = "127.0.0.1:1"; // nobody is there
    limits.max_size_upload = 50'000;
    limits.max_objects_in_set = 20;
}

} // namespace

World::World() : folder_(new_folder()) {
    std::ofstream(folder_ / "authority.pem") << authority;
    open();
    for (const auto name : {"anne", "pierre", "zoe", "paul"}) {
        NewAccount account;
        account.address = std::string(name) + "@academie.test";
        account.name = name;
        account.password = password_hash;
        account.quota = std::string_view(name) == "paul" ? 4000 : 0;
        people_.push_back(house_->add(account));
    }
    value_or_throw(
        house_->directory().set_forwarding("zoe@academie.test", {"pierre@academie.test"}, true, 1));
    value_or_throw(house_->directory().add_alias("tous@academie.test",
                                                 {"anne@academie.test", "pierre@academie.test"}, 1));
}

World::~World() {
    if (house_) static_cast<void>(house_->end());
    house_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void World::open() {
    store::Options options;
    options.path = folder_ / "store";
    options.shards = 2;
    options.rows_map = options.search_map = 1ull << 28;
    options.bodies_map = 1ull << 30;
    house_ = std::make_unique<SmtpHouse>(options, [&](Config& config, jmap::Limits& limits) {
        configure(config, limits);
        config.queue.authorities = folder_ / "authority.pem";
    });
    house_->queue().start(house_->services());
}

void World::end() {
    const auto wrong = house_->end();
    house_.reset();
    require(wrong.empty(), "the store is not sound: " + wrong);
}

void World::reopen() {
    end();
    open();
}

std::string World::mark(const People& readers) {
    readers_.push_back(readers);
    return mark_begin + std::to_string(readers_.size() - 1) + mark_end;
}

namespace {

// The number of the mark that begins at `at`.
std::size_t number_at(std::string_view text, std::size_t at) {
    std::size_t number = 0;
    for (at += 2; at < text.size() && text[at] >= '0' && text[at] <= '9' && number < 1'000'000; ++at)
        number = number * 10 + static_cast<std::size_t>(text[at] - '0');
    return text.substr(at, 2) == mark_end ? number : std::string_view::npos;
}

void each_mark(std::string_view text, const std::function<void(std::size_t number)>& each) {
    for (auto at = text.find(mark_begin); at != std::string_view::npos; at = text.find(mark_begin, at + 2))
        each(number_at(text, at));
}

} // namespace

void World::may_see(const std::string& mark, const People& readers) {
    readers_[number_at(mark, 0)].insert(readers.begin(), readers.end());
}

void World::publish(std::size_t person) {
    public_.insert(person);
}

void World::check_sight(std::size_t person, std::string_view request, std::string_view answer) {
    // What one says oneself is no secret: a request that is spoilt may hold another's mark by chance, and
    // name a mailbox by it.
    each_mark(request, [&](std::size_t number) {
        if (number < readers_.size()) readers_[number].insert(person);
    });
    each_mark(answer, [&](std::size_t number) {
        if (number >= readers_.size()) return;
        const auto& readers = readers_[number];
        const bool told = std::any_of(readers.begin(), readers.end(),
                                      [&](std::size_t reader) { return public_.contains(reader); });
        require(readers.contains(person) || told, people_[person].address + " sees " + mark_begin +
                                                      std::to_string(number) + mark_end +
                                                      " of another account in " + std::string(answer));
    });
}

std::size_t World::copies(std::size_t person, const std::string& mark, std::vector<std::string>* bodies) {
    std::size_t found = 0;
    const auto id = people_[person].id;
    const auto now = house_->store().read(id);
    now.by_id(id, 0, [&](const store::EmailView& view) {
        auto body = now.read_body(view.body());
        require(body.has_value(), "a body cannot be read: " + (body ? "" : body.error().message));
        if (body->find(mark) == std::string::npos) return true;
        ++found;
        if (bodies) bodies->push_back(std::move(*body));
        return true;
    });
    return found;
}

} // namespace facteur::test
