#include "actors/log.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

using namespace facteur;

namespace {
std::string line(bool json, std::initializer_list<LogField> fields) {
    return log_line(json, 1764036000123, Severity::warn, "a door was shut", fields.begin(), fields.size());
}
} // namespace

TEST_CASE("a line of text quotes what could be misread") {
    CHECK(line(false, {{"door", "smtp"}, {"tries", 3}}) ==
          "2025-11-25T02:00:00.123Z warn  a door was shut door=smtp tries=3");
    CHECK(line(false, {{"why", "two words"}, {"empty", ""}}).ends_with(R"( why="two words" empty="")"));
    CHECK(line(false, {{"why", "x\ny=\"z\""}}).ends_with(R"( why="x\ny=\"z\"")"));
}

TEST_CASE("a line of JSON is JSON whatever the fields hold") {
    const auto parsed =
        nlohmann::json::parse(line(true, {{"why", "a \"quote\"\n\x01\\"}, {"tries", 3}, {"seconds", 0.5}}));
    CHECK(parsed["level"] == "warn");
    CHECK(parsed["event"] == "a door was shut");
    CHECK(parsed["time"] == "2025-11-25T02:00:00.123Z");
    CHECK(parsed["why"] == "a \"quote\"\n\x01\\");
    CHECK(parsed["tries"] == 3);
    CHECK(parsed["seconds"] == 0.5);
}

TEST_CASE("the log goes where it is told to, and a file that was rotated away is made anew") {
    const auto folder =
        std::filesystem::temp_directory_path() / ("facteur-log-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    Config::Log config;
    config.file = (folder / "facteur.log").string();
    const auto content = [&] {
        std::ifstream in(config.file);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    REQUIRE(configure_log(config).has_value());
    log(Severity::info, "first");
    log(Severity::debug, "not at this level");
    CHECK(content().ends_with("info  first\n"));
    std::filesystem::rename(config.file, folder / "old");
    config.level = "debug";
    REQUIRE(configure_log(config).has_value());
    log(Severity::debug, "second");
    CHECK(content().ends_with("debug second\n"));

    auto wrong = config;
    wrong.file = folder.string(); // no file
    CHECK_FALSE(configure_log(wrong).has_value());
    log(Severity::info, "third");
    CHECK(content().ends_with("info  third\n"));
    REQUIRE(configure_log({}).has_value());
    std::filesystem::remove_all(folder);
}
