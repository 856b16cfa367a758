#include "tests/transport/imap/driver.h"

#include <catch2/catch.hpp>

#include <chrono>

using namespace facteur::imap;
using namespace std::string_literals;

TEST_CASE("Commands, literals and continuations") {
    ReaderDriver driver;
    CHECK(driver.say("a1 NOOP\r\na2 capability\na3 ") == "a1 NOOP\na2 CAPABILITY\n");
    CHECK(driver.say("LOGIN {3}\r\n") == "+\n");
    CHECK(driver.say("bob {6+}\r\ns{1}\r\n\r\n") == "a3 LOGIN bob {6+}\r\ns{1}\r\n\n");
    CHECK(driver.say("a4 LOGIN {0}\r\n") == "+\n");
    CHECK(driver.say(" {0+}\r\n\r\n") == "a4 LOGIN \"\" \"\"\n");
    CHECK(driver.say("a5 IDLE\r\nDONE\r\na6 NOOP\r\n") == "a5 IDLE\nline [DONE]\na6 NOOP\n");
    CHECK(driver.say("a7 AUTHENTICATE PLAIN\r\n*\r\na8 NOOP\r\n") ==
          "a7 AUTHENTICATE PLAIN\nline [*]\na8 NOOP\n");
    CHECK(driver.reader.buffered() == 0);
}

TEST_CASE("APPEND comes in pieces") {
    ReaderDriver driver;
    CHECK(driver.say("A003 APPEND saved-messages (\\Seen $x) \"17-Jul-1996 02:44:25 -0700\" {5}\r\n") ==
          "A003 append saved-messages\nmessage \\Seen $x 17-Jul-1996 02:44:25 -0700\ndata 5 [+\n");
    CHECK(driver.say("hel") == "hel");
    CHECK(driver.say("lo") == "lo");
    CHECK(driver.say("\r\n") == "]\nend\n");
    CHECK(driver.say("a APPEND {5+}\r\ninbox ~{3+}\r\na\0b\r\nb NOOP\r\n"s) ==
          "a append INBOX\nmessage\ndata 3 literal8 [a\0b]\nend\nb NOOP\n"s);
}

TEST_CASE("MULTIAPPEND, UTF8, CATENATE and REPLACE") {
    ReaderDriver driver;
    CHECK(driver.say(
              "A003 APPEND x (\\Seen) {3+}\r\nabc \" 7-Feb-1994 22:43:04 -0800\" {2+}\r\nde {0+}\r\n\r\n") ==
          "A003 append x\nmessage \\Seen\ndata 3 [abc]\nmessage  7-Feb-1994 22:43:04 -0800\ndata 2 [de]\n"
          "message\ndata 0 []\nend\n");
    CHECK(driver.say("a APPEND x (\\Seen) UTF8 (~{2+}\r\nhi)\r\n") ==
          "a append x\nmessage \\Seen utf8\ndata 2 literal8 [hi]\nend\n");
    CHECK(driver.say("A003 APPEND Drafts (\\Draft) CATENATE (URL "
                     "\"/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER\" "
                     "TEXT {4+}\r\nbody URL {3+}\r\n/ab TEXT {1+}\r\nx)\r\n") ==
          "A003 append Drafts\nmessage \\Draft catenate\nurl "
          "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER\n"
          "data 4 [bodyurl /ab\ndata 1 [x]\nend\n");
    CHECK(driver.say("R REPLACE 4 Drafts (\\Draft) {1+}\r\nx\r\n") ==
          "R append Drafts for 4\nmessage \\Draft\ndata 1 [x]\nend\n");
    CHECK(driver.say("R UID REPLACE 2000 Drafts {1+}\r\nx\r\nS NOOP\r\n") ==
          "R append Drafts for uid 2000\nmessage\ndata 1 [x]\nend\nS NOOP\n");
    CHECK(driver.say("R REPLACE * Drafts {1+}\r\nx {1+}\r\ny\r\nS NOOP\r\n") ==
          "R append Drafts for 0\nmessage\ndata 1 [x]\nR BAD REPLACE takes one message\nS NOOP\n");
}

TEST_CASE("APPEND that is refused is read over") {
    ReaderDriver driver;
    driver.take = [](const AppendData&) { return false; };
    // A synchronising literal does not come any more.
    CHECK(driver.say("a APPEND x {5}\r\nb NOOP\r\n") ==
          "a append x\nmessage\ndata 5 [a NO [OVERQUOTA] Full\nb NOOP\n");
    CHECK(driver.say("a APPEND x {5+}\r\n12\r\n5 {3+}\r\n\r\n3\r\nb NOOP\r\n") ==
          "a append x\nmessage\ndata 5 [a NO [OVERQUOTA] Full\nb NOOP\n");
    // In the middle of the octets.
    ReaderDriver late;
    late.feed("a APPEND x {5+}\r\n12");
    late.reader.reject({"", false, "", "No", false});
    CHECK(late.say("\r\n5\r\nb NOOP\r\n") == "a NO No\nb NOOP\n");
    // A further synchronising literal ends it.
    late.feed("a APPEND x {2+}\r\n12");
    late.reader.reject({"", false, "", "No", false});
    CHECK(late.say(" {70}\r\nb NOOP\r\n") == "a NO No\nb NOOP\n");
    // While a continuation waits to be sent.
    late.events.clear();
    late.take = [&](const AppendData&) {
        late.reader.accept_data();
        return false;
    };
    CHECK(late.say("a APPEND x {2}\r\nb NOOP\r\n") ==
          "a append x\nmessage\ndata 2 [a NO [OVERQUOTA] Full\nb NOOP\n");
}

TEST_CASE("A message of the wrong size or form") {
    ReaderOptions options;
    options.limits.message_octets = 10;
    options.limits.append_octets = 15;
    options.limits.append_messages = 2;
    ReaderDriver driver(options);
    CHECK(driver.say("a APPEND x {11}\r\nb NOOP\r\n") ==
          "a append x\nmessage\na NO [TOOBIG] The message is too large\nb NOOP\n");
    CHECK(driver.say("a APPEND x {11+}\r\n01234567\r\n1\r\nb NOOP\r\n") ==
          "a append x\nmessage\na NO [TOOBIG] The message is too large\nb NOOP\n");
    CHECK(driver.say("a APPEND x {10+}\r\n0123456789 {6+}\r\n012345\r\nb NOOP\r\n") ==
          "a append x\nmessage\ndata 10 [0123456789]\nmessage\na NO [TOOBIG] The message is too large\nb "
          "NOOP\n");
    CHECK(
        driver.say("a APPEND x {1+}\r\n0 {1+}\r\n1 {1+}\r\n2\r\nb NOOP\r\n") ==
        "a append x\nmessage\ndata 1 [0]\nmessage\ndata 1 [1]\na BAD There are too many messages\nb NOOP\n");
    CHECK(driver.say("a APPEND x (\\Recent) {1+}\r\n0\r\nb NOOP\r\n") ==
          "a append x\na BAD \\Recent cannot be set\nb NOOP\n");
    CHECK(driver.say("a APPEND x \"text\"\r\nb NOOP\r\n") ==
          "a append x\na BAD A date and time is like \"17-Jul-1996 02:44:25 -0700\"\nb NOOP\n");
    CHECK(driver.say("a APPEND x UTF8 ({1+}\r\nx)\r\nb NOOP\r\n") ==
          "a append x\nmessage utf8\na BAD UTF8 wants a literal8\nb NOOP\n");
    CHECK(driver.say("a APPEND x CATENATE ()\r\nb NOOP\r\n") ==
          "a append x\nmessage catenate\na BAD CATENATE takes URL and TEXT\nb NOOP\n");
    CHECK(driver.say("a APPEND x {3+}\r\na\0b\r\nb NOOP\r\n"s) ==
          "a append x\nmessage\ndata 3 [a BAD A literal has a NUL\nb NOOP\n");
    CHECK(driver.say("a APPEND\r\nb NOOP\r\n") == "a BAD Unknown command\nb NOOP\n");
}

TEST_CASE("What breaks the grammar is said with its tag, and the next command is found") {
    ReaderDriver driver;
    CHECK(driver.say("\r\n") == "* BAD A command begins with a tag\n");
    CHECK(driver.say("a+b NOOP\r\n") == "* BAD A command begins with a tag\n");
    CHECK(driver.say("a\r\n") == "* BAD A command begins with a tag\n");
    CHECK(driver.say("a \r\n") == "a BAD Unknown command\n");
    CHECK(driver.say("a FROB\r\n") == "a BAD Unknown command\n");
    CHECK(driver.say("a UID NOOP\r\n") == "a BAD Unknown command\n");
    CHECK(driver.say("a NOOP x\r\n") == "a BAD Something follows the end of the command\n");
    CHECK(driver.say("a LOGIN x\r\n") == "a BAD An argument is missing\n");
    CHECK(driver.say("a LOGIN x \"y\r\n") == "a BAD A quoted string has no end\n");
    CHECK(driver.say("a LOGIN x \"y\\z\"\r\n") ==
          "a BAD Only \" and \\ may follow a \\ in a quoted string\n");
    CHECK(driver.say("a LOGIN x \"\xff\"\r\n") == "a BAD A quoted string is not valid UTF-8\n");
    CHECK(driver.say("a LOGIN x ~{1+}\r\nz\r\n") == "a BAD A literal8 is not expected here\n");
    CHECK(driver.say("a LOGIN x {1+}\r\n\0\r\n"s) == "a BAD A literal has a NUL\n");
    CHECK(driver.say("a NO\0OP\r\n"s) == "a BAD A command has a NUL or a bare CR\n");
    CHECK(driver.say("a NO\rOP {4+}\r\nNOOP\r\nb NOOP\r\n") ==
          "a BAD A command has a NUL or a bare CR\nb NOOP\n");
    CHECK(driver.say("a FETCH 0 FLAGS\r\n") == "a BAD A set of message numbers is expected\n");
    CHECK(driver.say("a FETCH 4294967296 FLAGS\r\n") == "a BAD A set of message numbers is expected\n");
    CHECK(driver.say("a FETCH 1 BODY[1.]\r\n") == "a BAD A section ends in a dot\n");
    CHECK(driver.say("a FETCH 1 BODY[MIME]\r\n") == "a BAD MIME wants a part\n");
    CHECK(driver.say("a FETCH 1 BODY[]<0.0>\r\n") == "a BAD A partial range must not be empty\n");
    CHECK(driver.say("a FETCH 1 (FLAGS) (PARTIAL 1:2)\r\n") == "a BAD PARTIAL wants UID FETCH\n");
    CHECK(driver.say("a UID FETCH 1 (FLAGS) (VANISHED)\r\n") ==
          "a BAD VANISHED wants UID FETCH and CHANGEDSINCE\n");
    CHECK(driver.say("a SEARCH RETURN (ALL PARTIAL 1:2) ALL\r\n") ==
          "a BAD PARTIAL and ALL exclude each other\n");
    CHECK(driver.say("a SEARCH SINCE 31-Feb-2000\r\n") == "a BAD A date is like 1-Feb-1994\n");
    CHECK(driver.say("a LIST (RECURSIVEMATCH) \"\" %\r\n") ==
          "a BAD RECURSIVEMATCH wants another selection option\n");
    CHECK(driver.say("a SELECT &AOk\r\n") == "a BAD The name of a mailbox is not valid modified UTF-7\n");
    CHECK(driver.say("a STORE 1 FLAGS (\\Recent)\r\n") == "a BAD \\Recent cannot be set\n");
    CHECK(driver.say("a NOTIFY SET (selected (MessageNew))\r\n") ==
          "a BAD MessageNew and MessageExpunge go together\n");
    CHECK(driver.say("a SELECT x (QRESYNC (1 2 1:*))\r\n") == "a BAD Known numbers are numbers\n");
    CHECK(driver.say("a SEARCH MODSEQ \"\" all 5\r\n") == "a BAD MODSEQ wants the name of an entry\n");
    CHECK(driver.say("a SETACL x y lRs\r\n") == "a BAD Rights are lower case letters and digits\n");
    CHECK(driver.say("b NOOP\r\n") == "b NOOP\n");
}

TEST_CASE("Limits: lines, literals, nesting, lists") {
    ReaderOptions options;
    options.limits.command_octets = 100;
    options.limits.literal_octets = 50;
    options.limits.early_octets = 20;
    options.limits.nesting = 5;
    options.limits.list_items = 6;
    options.limits.set_ranges = 3;
    options.limits.skipped_octets = 1000;
    ReaderDriver driver(options);
    const std::string too_long = "a BAD [TOOBIG] The command is too long\n",
                      literal = "a BAD [TOOBIG] A literal is too large\n";
    CHECK(driver.say("a NOOP " + std::string(200, 'x') + "\r\nb NOOP\r\n") == too_long + "b NOOP\n");
    CHECK(driver.say("a NOOP " + std::string(200, 'x')).empty());
    CHECK(driver.say("{9").empty());
    CHECK(driver.say("+}\r\n012345678\r\nb NOOP\r\n") == too_long + "b NOOP\n");
    CHECK(driver.say("a NOOP " + std::string(200, 'x') + " {8}\r\nb NOOP\r\n") == too_long + "b NOOP\n");
    CHECK(driver.say("a LOGIN {51}\r\nb NOOP\r\n") == literal + "b NOOP\n");
    CHECK(driver.say("a LOGIN {30+}\r\n" + std::string(30, 'x') + " {21}\r\nb NOOP\r\n") ==
          literal + "b NOOP\n");
    CHECK(driver.say("a LOGIN {60+}\r\n" + std::string(60, '\n') + " {5+}\r\n\r\n\r\n\r\r\nb NOOP\r\n") ==
          literal + "b NOOP\n");
    CHECK(driver.say("a SEARCH ((((ALL))))\r\n") == "a SEARCH ALL\n");
    CHECK(driver.say("a SEARCH (((((ALL)))))\r\n") == "a BAD Search keys are nested too deeply\n");
    CHECK(driver.say("a SEARCH NOT NOT NOT NOT NOT NOT NOT ALL\r\n") ==
          "a BAD Search keys are nested too deeply\n");
    CHECK(driver.say("a SEARCH 1 2 3 4 5 6 7\r\n") == "a BAD There are too many search keys\n");
    CHECK(driver.say("a STORE 1 FLAGS (a b c d e f g)\r\n") == "a BAD A list has too many items\n");
    CHECK(driver.say("a STORE 1 FLAGS a b c d e f g\r\n") == "a BAD There are too many flags\n");
    CHECK(driver.say("a FETCH 1,2,3,4 FLAGS\r\n") == "a BAD A set of message numbers is expected\n");
    CHECK(driver.say("a LOGIN {999999999999999999999}\r\nb NOOP\r\n") == literal + "b NOOP\n");
    CHECK(driver.say("a LOGIN {2000+}\r\nb NOOP\r\n") == "a BAD [TOOBIG] A literal is too large (fatal)\n");
    CHECK(driver.say("b NOOP\r\n").empty());
    CHECK(!driver.reader.wants_input());
    ReaderDriver early(options, false);
    CHECK(early.say("a LOGIN {21+}\r\n012345678901234567890 x\r\nb NOOP\r\n") == literal + "b NOOP\n");
    ReaderDriver endless(options);
    std::string out;
    for (int i = 0; i < 100; ++i)
        out += endless.say(std::string(50, 'x'));
    CHECK(out == "* BAD [TOOBIG] The command is too long (fatal)\n");
}

TEST_CASE("LITERAL- takes 4096 octets without being asked") {
    ReaderOptions options;
    options.literal_plus = false;
    ReaderDriver driver(options);
    CHECK(driver.say("a LOGIN x {4097+}\r\n" + std::string(4097, 'x') + "\r\nb NOOP\r\n") ==
          "a BAD A non-synchronising literal is larger than 4096 octets\nb NOOP\n");
    CHECK(driver.say("a APPEND x {4097+}\r\n" + std::string(4097, 'x') + "\r\nb NOOP\r\n") ==
          "a append x\nmessage\na BAD A non-synchronising literal is larger than 4096 octets\nb NOOP\n");
    CHECK(driver.say("a SUBSCRIBE {4096+}\r\n" + std::string(4096, 'x') + "\r\nb NOOP\r\n")
              .ends_with("b NOOP\n"));
}

TEST_CASE("Every split of the bytes gives the same events") {
    const std::string script = "a1 NOOP\r\na2 LOGIN {3+}\r\nbob {6}\r\ns{1}\r\n\r\na3 FETCH 1:* (FLAGS "
                               "BODY.PEEK[HEADER.FIELDS (A {1+}\r\nB)]<0.5>)\r\n"
                               "a4 APPEND x (\\Seen) {5+}\r\n\r\n{5} {3}\r\nabc {0+}\r\n\r\na5 APPEND "
                               "{1+}\r\nx CATENATE (URL a TEXT {2+}\r\n)) URL "
                               "{2+}\r\nbc)\r\na6 FROB {3+}\r\nx\r\n\r\na7 NOOP\na8 AUTHENTICATE "
                               "PLAIN\r\nAGE=\r\na9 \"\r\na10 APPEND x {3+}\r\nabc)\r\n"
                               "a11 SEARCH TEXT ~{2+}\r\nab\r\na12 NO\rOP {2+}\r\n\r\n\r\na13 LOGOUT\r\n";
    ReaderDriver whole;
    whole.feed(script);
    CHECK(whole.events.ends_with("a13 LOGOUT\n"));
    ReaderDriver bytes;
    for (const char c : script)
        bytes.feed(std::string_view(&c, 1));
    CHECK(bytes.events == whole.events);
    for (std::size_t cut = 1; cut < script.size(); ++cut) {
        ReaderDriver two;
        two.feed(std::string_view(script).substr(0, cut));
        two.feed(std::string_view(script).substr(cut));
        REQUIRE(two.events == whole.events);
    }
}

TEST_CASE("Time is linear: a long line in single octets, and a thousand literals") {
    const auto begin = std::chrono::steady_clock::now();
    ReaderDriver driver;
    for (int i = 0; i < 60'000; ++i)
        driver.feed("x");
    std::string many = "\r\na APPEND x CATENATE (URL {1+}\r\na";
    for (int i = 0; i < 900; ++i)
        many += " URL {1+}\r\nb";
    driver.feed(many + ")\r\nb NOOP\r\n");
    CHECK(driver.events.ends_with("b NOOP\n"));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}
