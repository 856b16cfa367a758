#include "actors/mailfiles/from_line.h"
#include "actors/mailfiles/mbox_reader.h"

#include <catch2/catch.hpp>

#include <random>

using namespace facteur;
using namespace facteur::mailfiles;

namespace {

std::vector<MboxMessage> read(std::string_view bytes, std::size_t piece = 1u << 20,
                              std::size_t largest = 1u << 20) {
    std::vector<MboxMessage> messages;
    MboxReader reader(largest, [&](MboxMessage message) { messages.push_back(std::move(message)); });
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        reader.feed(bytes.substr(at, piece));
    reader.finish();
    return messages;
}

std::optional<store::Time> time_of(std::string_view line) {
    const auto from = read_from_line(line);
    return from ? std::optional(from->received) : std::nullopt;
}

std::string written(const std::string& message, const store::Keywords& keywords = {}) {
    return from_line("a@b.test", 1764036000) + own_fields(keywords) + mbox_quoted(message);
}

} // namespace

TEST_CASE("a From line tells a time in all the forms that programs write") {
    constexpr store::Time expected = 836310896; // 1996-07-02T12:34:56Z
    CHECK(time_of("From - Tue Jul 02 12:34:56 1996\n") == expected);
    CHECK(time_of("From a@b.test Tue Jul  2 12:34:56 1996\r\n") == expected);
    CHECK(time_of("From a@b.test Tue Jul  2 12:34:56 GMT 1996\n") == expected);
    CHECK(time_of("From a@b.test Tue Jul  2 14:34:56 +0200 1996\n") == expected);
    CHECK(time_of("From a@b.test Tue, 2 Jul 1996 14:34:56 +0200\n") == expected);
    CHECK(time_of("From a@b.test Tue Jul  2 12:34 1996\n") == expected - 56);
    CHECK(time_of("From \"a b\"@c.test Tue Jul  2 12:34:56 1996 remote from x\n") == expected);
    CHECK(from_line("a@b.test", expected) == "From a@b.test Tue Jul  2 12:34:56 1996\n");
    CHECK(from_line("", expected).starts_with("From MAILER-DAEMON Tue"));
    CHECK(time_of("From - \n") == 0);
    for (const auto* text : {"From here on it rains\n", "From May to June 1996\n", "From a Jul 2\n",
                             "from - Tue Jul 02 12:34:56 1996\n", "From x Tue Jul 99 12:34:56 1996\n",
                             "From x Tue Jul 2 99:34:56 1996\n", "From \n"})
        CHECK_FALSE(time_of(text).has_value());
}

TEST_CASE("an mbox is read message by message, however it is cut") {
    const std::string text =
        "From - Tue Jul 02 12:34:56 1996\nSubject: one\n\nFrom here on\n>From a line\n>>From two\n\n"
        "From - Tue Jul 02 12:34:57 1996\r\nSubject: two\r\n\r\nlast line without an end";
    for (const std::size_t piece : {1000u, 7u, 1u}) {
        const auto messages = read(text, piece);
        REQUIRE(messages.size() == 2);
        CHECK(messages[0].bytes == "Subject: one\n\nFrom here on\nFrom a line\n>From two\n");
        CHECK(messages[0].received == 836310896);
        CHECK(messages[1].bytes == "Subject: two\r\n\r\nlast line without an end");
        CHECK(messages[1].number == 2);
    }
}

TEST_CASE("Netscape leaves out dates and empty lines") {
    const auto messages = read(
        "From - \nSubject: one\n\nbody\nFrom - Tue Jul 02 12:34:56 1996\nSubject: two\n\n"
        "From a@b Tue Jul 02 12:34:56 1996\nthe line before was empty\nFrom a@b Tue Jul 02 12:34:56 1996\n");
    REQUIRE(messages.size() == 3);
    CHECK(messages[0].bytes == "Subject: one\n\nbody\n");
    CHECK(messages[0].received == 0);
    CHECK(messages[2].bytes == "the line before was empty\nFrom a@b Tue Jul 02 12:34:56 1996\n");
}

TEST_CASE("a message above the limit is told and not kept") {
    const auto messages =
        read(written("A: b\n\n" + std::string(5000, 'x') + "\n") + written("A: c\n\n"), 100, 1000);
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].too_large);
    CHECK(messages[0].bytes.empty());
    CHECK(messages[1].bytes == "A: c\n\n");
}

TEST_CASE("what stands before the first message is counted") {
    MboxReader reader(1000, [](MboxMessage) { FAIL("there is no message"); });
    reader.feed("no mbox\n\nat all\n");
    reader.finish();
    CHECK(reader.octets_outside() == 15);
}

TEST_CASE("flags of Netscape, mutt and Dovecot are read; what the message has of its own stays") {
    auto messages = read("From - Tue Jul 02 12:34:56 1996\nX-Mozilla-Status: 1005\nX-Mozilla-Status2: "
                         "00000000\nStatus: mine\n\nx\n");
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].bytes == "Status: mine\n\nx\n");
    CHECK(messages[0].keywords.flags == (store::flag_seen | store::flag_flagged | store::flag_forwarded));
    messages = read("From - Tue Jul 02 12:34:56 1996\nStatus: RO\nX-Status: AF\nX-Keywords: $Junk "
                    "Projet\nSubject: x\n\n");
    CHECK(messages[0].keywords.flags ==
          (store::flag_seen | store::flag_answered | store::flag_flagged | store::flag_junk));
    CHECK(messages[0].keywords.others == std::vector<std::string>{"projet"});
    CHECK(read("From - Tue Jul 02 12:34:56 1996\nX-Mozilla-Status: 0008\n\n")[0].deleted);
}

TEST_CASE("what is written is read again, octet for octet, with its flags") {
    store::Keywords keywords;
    for (const auto* name : {"$seen", "$draft", "$important", "$forwarded", "projet", "x-y"})
        add_keyword(keywords, name);
    for (const std::string message :
         {"Subject: a\r\n\r\nFrom b\r\n>From c\r\n\r\n", "Status: RO\nX-Status: A\n\nbody\n",
          "X-Mozilla-Status: 0001\n\n\n\n\n", "no header at all\n", "\n", "Subject: x\n\n\r\n",
          "From a@b Tue Jul  2 12:34:56 1996\nSubject: x\n\n"}) {
        const auto messages = read(written(message, keywords) + written("Subject: next\n\n"));
        REQUIRE(messages.size() == 2);
        CHECK(messages[0].bytes == message);
        CHECK(messages[0].keywords == keywords);
        CHECK(messages[0].received == 1764036000);
    }
}

TEST_CASE("random messages survive an mbox in random pieces") {
    std::mt19937 chance(7);
    const std::vector<std::string> lines{
        "From ", ">From ", "From - Tue Jul 02 12:34:56 1996", ">>From x", "", "text", "Status: R", "\r"};
    for (int round = 0; round < 300; ++round) {
        std::vector<std::string> originals;
        std::string mbox;
        for (int n = 0; n < 3; ++n) {
            std::string message;
            for (auto count = chance() % 8 + 1; count > 0; --count)
                message += lines[chance() % lines.size()] + (chance() % 3 == 0 ? "\r\n" : "\n");
            mbox += written(message);
            originals.push_back(std::move(message));
        }
        const auto messages = read(mbox, chance() % 50 + 1);
        REQUIRE(messages.size() == originals.size());
        for (std::size_t n = 0; n < originals.size(); ++n)
            REQUIRE(messages[n].bytes == originals[n]);
    }
}
