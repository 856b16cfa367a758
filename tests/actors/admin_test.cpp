#include "actors/admin/client.h"
#include "actors/admin/server.h"
#include "actors/admin/wire.h"
#include "actors/commands/command.h"
#include "tests/store/fixture.h"

#include <fcntl.h>

#include <condition_variable>
#include <future>

using namespace facteur;
using store::test::TemporaryFolder;

namespace {

// Stands for the program that was typed.
class TypedConsole : public Console {
public:
    void write(std::string_view text) override { out += text; }
    void complain(std::string_view text) override { trouble += text; }
    [[nodiscard]] bool shows_progress() const override { return true; }
    Result<Descriptor> open(const std::string& path, OpenFor purpose) override {
        const int flags = purpose == OpenFor::writing ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;
        Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
        if (!file) return fail(facteur::Code::io, "cannot read " + path);
        return file;
    }
    Result<void> make_folder(const std::string& path) override {
        folders.push_back(path);
        return {};
    }
    Result<void> rename(const std::string& from, const std::string& to) override {
        folders.push_back(from + ">" + to);
        return fail(facteur::Code::io, "not today");
    }
    Result<void> remove(const std::string& path) override {
        folders.push_back("-" + path);
        return {};
    }
    Result<std::string> ask_secret(const std::string& prompt) override { return "secret for " + prompt; }
    [[nodiscard]] bool is_cancelled() override { return cancelled; }

    std::string out, trouble;
    std::vector<std::string> folders;
    std::atomic<bool> cancelled{false};
};

struct Pair {
    TemporaryFolder folder;
    std::unique_ptr<admin::Server> server;

    explicit Pair(admin::Server::Runner runner) {
        auto opened = admin::Server::open(folder.path(), "1", std::move(runner));
        REQUIRE(opened.has_value());
        server = std::move(*opened);
    }
    int run(Console& console, const std::vector<std::string>& arguments = {},
            const std::string& version = "1") {
        const auto socket = admin::connect_to(folder.path());
        REQUIRE(socket);
        return admin::run_remotely(socket, version, arguments, console);
    }
};

} // namespace

TEST_CASE("a command runs in the server as if it ran here") {
    std::vector<std::string> seen;
    Pair pair([&](const std::vector<std::string>& arguments, Console& console) {
        seen = arguments;
        CHECK(console.shows_progress());
        console.write("out");
        console.complain("trouble");
        console.write(std::string(300'000, 'x'));
        CHECK(console.make_folder("a/b").has_value());
        CHECK(console.rename("from", "to").error().message == "not today");
        CHECK(console.remove("old").has_value());
        CHECK(console.ask_secret("you: ").value_or("") == "secret for you: ");
        return 7;
    });
    TypedConsole console;
    CHECK(pair.run(console, {"account", "", "a b"}) == 7);
    CHECK(seen == std::vector<std::string>{"account", "", "a b"});
    CHECK(console.out == "out" + std::string(300'000, 'x'));
    CHECK(console.trouble == "trouble");
    CHECK(console.folders == std::vector<std::string>{"a/b", "from>to", "-old"});
}

TEST_CASE("files are opened there and read here") {
    Pair pair([&](const std::vector<std::string>& arguments, Console& console) {
        const auto file = console.open(arguments[0], OpenFor::writing);
        REQUIRE(file.has_value());
        CHECK(::write(file->get(), "octets", 6) == 6);
        CHECK(console.open("/nonexistent", OpenFor::reading).error().message == "cannot read /nonexistent");
        return 0;
    });
    TypedConsole console;
    const auto path = pair.folder.path() + "/file";
    CHECK(pair.run(console, {path}) == 0);
    CHECK(std::filesystem::file_size(path) == 6);
}

TEST_CASE("another version is refused") {
    Pair pair([](const auto&, Console&) { return 0; });
    TypedConsole console;
    CHECK(pair.run(console, {"x"}, "2") == exit_unreachable);
    CHECK(console.trouble.find("restart the server") != std::string::npos);
}

TEST_CASE("who typed the command can cancel it, and so does the server's end") {
    std::promise<void> begun;
    const auto until_cancelled = [&](const std::vector<std::string>& arguments, Console& console) {
        if (arguments[0] == "by server") begun.set_value();
        while (!console.is_cancelled())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        console.write("cancelled");
        return 1;
    };
    Pair pair(until_cancelled);
    TypedConsole mine;
    mine.cancelled = true;
    CHECK(pair.run(mine, {"by client"}) == 1);
    CHECK(mine.out == "cancelled");

    TypedConsole other;
    auto running = std::async(std::launch::async, [&] { return pair.run(other, {"by server"}); });
    begun.get_future().wait();
    pair.server.reset();
    CHECK(running.get() == 1);
    CHECK(other.out == "cancelled");
    CHECK_FALSE(admin::connect_to(pair.folder.path()));
}

TEST_CASE("a folder may lie deeper than an address of a socket is long") {
    const TemporaryFolder folder;
    const auto deep = folder.path() + "/" + std::string(200, 'd');
    std::filesystem::create_directories(deep);
    auto server = admin::Server::open(deep, "1", [](const auto&, Console&) { return 3; });
    REQUIRE(server.has_value());
    TypedConsole console;
    CHECK(admin::run_remotely(admin::connect_to(deep), "1", {"x"}, console) == 3);
}
