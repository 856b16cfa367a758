#include "actors/mailfiles/from_line.h"
#include "actors/mailfiles/maildir.h"
#include "actors/mailfiles/sources.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::mailfiles;

TEST_CASE("the name of a message tells its flags and keywords") {
    const MaildirKeywords keywords("0 $Important\n2 projet\nnonsense\n99 far\n");
    const auto name = read_maildir_name("1400000000.M20P7.host,S=12:2,FRSac", keywords);
    CHECK(name.unique == "1400000000.M20P7.host,S=12");
    CHECK(name.received == 1400000000);
    CHECK(name.keywords.flags ==
          (store::flag_flagged | store::flag_answered | store::flag_seen | store::flag_important));
    CHECK(name.keywords.others == std::vector<std::string>{"projet"});
    CHECK(read_maildir_name("1.x:2,ST", keywords).trashed);
    CHECK(read_maildir_name("message", keywords).received == 0);
    CHECK(read_maildir_name("message", keywords).keywords == store::Keywords{});
}

TEST_CASE("a name that was made is read again") {
    store::Keywords flags;
    for (const auto* name : {"$seen", "$draft", "$junk", "urgent", "projet"})
        add_keyword(flags, name);
    MaildirKeywords keywords;
    const auto name = maildir_name(1764036000, 17, 1234, flags, keywords);
    CHECK(name.starts_with("1764036000.M17.facteur,S=1234:2,DS"));
    const auto read = read_maildir_name(name, MaildirKeywords(keywords.file()));
    CHECK(read.keywords == flags);
    CHECK(read.received == 1764036000);
}

TEST_CASE("there are letters for 26 keywords") {
    MaildirKeywords keywords;
    for (int n = 0; n < 26; ++n)
        CHECK(keywords.letter_of("k" + std::to_string(n)) == 'a' + n);
    CHECK(keywords.letter_of("one too many") == 0);
    CHECK(keywords.letter_of("k25") == 'z');
}

TEST_CASE("folders of Maildir++ have names of RFC 3501") {
    CHECK(maildir_folder({"Projets", "Été & hiver", "v1.2/3"}) ==
          ".Projets.&AMk-t&AOk- &- hiver.v1&AC4-2&AC8-3");
    for (const auto& names : std::vector<std::vector<std::string>>{
             {"Projets", "Été & hiver", "v1.2/3"}, {"日本語"}, {"Amélie 🎒"}, {"a&b"}, {"-"}, {"&-"}})
        CHECK(maildir_folder_path(maildir_folder(names)) == names);
    CHECK(maildir_folder_path(".&broken") == std::vector<std::string>{"&broken"});
    CHECK(maildir_folder_path("..a..").size() == 1);
}

TEST_CASE("when a message came is told by its trace, then its date, then its file") {
    constexpr store::Time now = 1764036000;
    const std::string trace = "Received: by x; Tue, 2 Jul 1996 12:34:56 +0000\n";
    CHECK(received_of(
              trace +
                  "Received: by y; Mon, 1 Jul 1996 12:34:56 +0000\nDate: Sun, 30 Jun 1996 00:00:00 +0000\n\n",
              5, now) == 836310896);
    CHECK(received_of("Date: Tue, 2 Jul 1996 12:34:56 +0000\n\n", 5, now) == 836310896);
    CHECK(received_of("Subject: x\n\n", 900000000, now) == 900000000);
    CHECK(received_of("Date: Tue, 2 Jul 2096 12:34:56 +0000\n\n", 900000000, now) == 900000000);
    CHECK(received_of("Date: Thu, 1 Jan 1970 00:00:00 +0000\n\n", 0, now) == now);
}
