#include "actors/commands/command.h"
#include "actors/commands/mailbox_paths.h"
#include "actors/commands/output.h"

#include <catch2/catch.hpp>

using namespace facteur;

TEST_CASE("a command line names a command or says what is wrong with it") {
    CHECK(parse_command_line({"serve", "--config", "x.toml"}).serve);
    CHECK(parse_command_line({"serve", "--config", "x.toml"}).config == "x.toml");

    CHECK(parse_command_line({"account", "list", "--json", "--config", "y.toml"}).config == "y.toml");
    CHECK(parse_command_line({"--config", "z.toml", "account", "list"}).config == "z.toml");
    CHECK(parse_command_line({"account", "list"}).run.command);
    CHECK(parse_command_line({"account", "import", "a.csv"}).run.makes_store);
    CHECK_FALSE(parse_command_line({"account", "list"}).run.makes_store);

    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{},
                                               {"account"},
                                               {"fly"},
                                               {"account", "add"},
                                               {"account", "list", "--fast"},
                                               {"import", "x"},
                                               {"export", "x", "--account", "a", "--format", "tar"}}) {
        const auto line = parse_command_line(wrong);
        CHECK_FALSE(line.run.command);
        CHECK_FALSE(line.serve);
        CHECK(line.exit == exit_usage);
        CHECK_FALSE(line.trouble.empty());
    }
}

TEST_CASE("help is an answer, not an error") {
    for (const std::vector<std::string>& asked : std::vector<std::vector<std::string>>{
             {"--help"}, {"import", "--help"}, {"account", "add", "--help"}}) {
        const auto line = parse_command_line(asked);
        CHECK(line.exit == exit_ok);
        CHECK_FALSE(line.run.command);
        CHECK_FALSE(line.text.empty());
        CHECK(line.trouble.empty());
    }
    CHECK(parse_command_line({"--version"}).text.find('.') != std::string::npos);
}

TEST_CASE("tables are set by characters, numbers to the right") {
    Table table({"NAME", ">N"});
    table.add({"Élodie", "1"});
    table.add({"Jo", "1,000"});
    CHECK(table.text() == "NAME        N\nÉlodie      1\nJo      1,000\n");
    CHECK(size_text(999) == "999 B");
    CHECK(size_text(999'960) == "1.0 MB");
    CHECK(size_text(1'234'567'890) == "1.2 GB");
    CHECK(count_text(1234567) == "1,234,567");
    CHECK(count_text(123) == "123");
}

TEST_CASE("paths of mailboxes") {
    CHECK(split_path("Projets/2026") == std::vector<std::string>{"Projets", "2026"});
    CHECK(split_path("/a//b/") == std::vector<std::string>{"a/b"});
    CHECK(split_path("").empty());
    CHECK(join_path({"a/b", "c"}) == "a//b/c");
    CHECK(role_of_name("Sent Items") == "sent");
    CHECK(role_of_name("ÉLÉMENTS SUPPRIMÉS") == "trash");
    CHECK(role_of_name("Projets").empty());
}
