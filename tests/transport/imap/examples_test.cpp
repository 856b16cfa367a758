// Commands of RFC 9051, RFC 3501 and the extensions, those of RFC 2971, 9586, 9590 and 9698 among them. On
// the left what a client says, on the right what it means, in the one spelling of ClientWriter ("" when that
// is the same). What is read is written, read and compared again. Whole examples of the RFCs, with what the
// server says, are in the other files of examples.
#include "tests/transport/imap/driver.h"
#include "transport/imap/parse.h"

#include <catch2/catch.hpp>

using namespace facteur::imap;

namespace {

struct Example {
    std::string_view text, meaning;
};

void check_examples(std::initializer_list<Example> examples, bool utf8 = false) {
    Grammar grammar;
    grammar.utf8 = utf8;
    for (const auto& [text, meaning] : examples) {
        INFO(text);
        const auto parsed = parse_command(text, grammar);
        if (const auto* error = std::get_if<ParseError>(&parsed)) FAIL(error->message);
        const auto& command = std::get<ParsedCommand>(parsed);
        const auto written = write_command(command.command, utf8);
        const auto wanted = meaning.empty() ? text.substr(text.find(' ') + 1) : meaning;
        CHECK(written == wanted);
        CHECK(command.tag == text.substr(0, text.find(' ')));
        const auto again = parse_command("x " + written, grammar);
        REQUIRE(std::holds_alternative<ParsedCommand>(again));
        CHECK(std::get<ParsedCommand>(again).command == command.command);
    }
}

} // namespace

TEST_CASE("Commands of RFC 9051 and RFC 3501: any state, sign-in") {
    check_examples({
        {"abcd CAPABILITY", ""},
        {"a002 NOOP", ""},
        {"A023 LOGOUT", ""},
        {"a000 starttls", "STARTTLS"},
        {"a001 LOGIN SMITH SESAME", ""},
        {"a001 login mrc secret", "LOGIN mrc secret"},
        {"A001 LOGIN {11}\r\nFRED FOOBAR {7}\r\nfat man", "LOGIN \"FRED FOOBAR\" \"fat man\""},
        {"A001 AUTHENTICATE GSSAPI", ""},
        {"A001 AUTHENTICATE SCRAM-SHA-256 biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=", ""},
        {"a001 AUTHENTICATE PLAIN dGVzdAB0ZXN0AHRlc3Q=", ""},
        {"a001 AUTHENTICATE EXTERNAL =", ""},
        {"t1 ENABLE CONDSTORE", ""},
        {"t1 ENABLE CONDSTORE X-GOOD-IDEA", ""},
        {"babc ENABLE IMAP4rev2", "ENABLE IMAP4REV2"},
    });
}

TEST_CASE("Commands of RFC 9051 and RFC 3501: mailboxes") {
    check_examples({
        {"A142 SELECT INBOX", ""},
        {"a002 select inbox", "SELECT INBOX"},
        {"A932 EXAMINE blurdybloop", ""},
        {"A003 CREATE owatagusiam/", ""},
        {"A004 CREATE owatagusiam/blurdybloop", ""},
        {"A682 LIST \"\" *", ""},
        {"A683 DELETE blurdybloop", ""},
        {"A685 DELETE foo.bar", ""},
        {"A683 RENAME blurdybloop sarasoop", ""},
        {"Z432 LIST \"\" *", ""},
        {"Z433 RENAME INBOX old-mail", ""},
        {"A002 SUBSCRIBE #news.comp.mail.mime", ""},
        {"A002 UNSUBSCRIBE #news.comp.mail.mime", ""},
        {"A101 LIST \"\" \"\"", ""},
        {"A102 LIST #news.comp.mail.misc \"\"", ""},
        {"A103 LIST /usr/staff/jones \"\"", ""},
        {"A202 LIST ~/Mail/ %", ""},
        {"A01 LIST \"\" \"*\" RETURN (STATUS (MESSAGES UNSEEN))",
         "LIST () \"\" * RETURN (STATUS (MESSAGES UNSEEN))"},
        {"A02 LIST (SUBSCRIBED RECURSIVEMATCH) \"\" % RETURN (STATUS (MESSAGES))", ""},
        {"A01 LIST (SUBSCRIBED) \"\" \"*\"", "LIST (SUBSCRIBED) \"\" *"},
        {"A02 LIST () \"\" % RETURN (CHILDREN)", ""},
        {"A03 LIST (REMOTE) \"\" % RETURN (CHILDREN)", ""},
        {"A04 LIST (REMOTE SUBSCRIBED) \"\" \"*\"", "LIST (SUBSCRIBED REMOTE) \"\" *"},
        {"A05 LIST (REMOTE) \"\" \"*\" RETURN (SUBSCRIBED)", "LIST (REMOTE) \"\" * RETURN (SUBSCRIBED)"},
        {"A06 LIST \"\" \"Foo/%\" RETURN (CHILDREN)", "LIST () \"\" Foo/% RETURN (CHILDREN)"},
        {"BBB LIST \"\" (\"INBOX\" \"Drafts\" \"Sent/%\")", "LIST () \"\" (INBOX Drafts Sent/%)"},
        {"C02 LIST (SUBSCRIBED RECURSIVEMATCH) \"\" \"foo*\"", "LIST (SUBSCRIBED RECURSIVEMATCH) \"\" foo*"},
        {"D02 LIST () \"\" \"%\" RETURN ()", "LIST () \"\" %"},
        {"A002 LSUB \"#news.\" \"comp.mail.*\"", "LSUB #news. comp.mail.*"},
        {"A001 NAMESPACE", ""},
        {"A042 STATUS blurdybloop (UIDNEXT MESSAGES)", "STATUS blurdybloop (MESSAGES UIDNEXT)"},
        {"A043 STATUS x (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE)", ""},
        {"A002 IDLE", ""},
        {"A202 CLOSE", ""},
        {"A342 UNSELECT", ""},
        {"A202 EXPUNGE", ""},
        {"FXXZ CHECK", ""},
    });
    check_examples({
        {"A1 CREATE Entw&APw-rfe", ""},
        {"A2 SELECT \"~peter/mail/&U,BTFw-/&ZeVnLIqe-\"", "SELECT ~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
        {"A3 LIST \"\" \"&AOk-*\"", "LIST \"\" &AOk-*"},
    });
    check_examples(
        {{"A1 CREATE \"Entw\xc3\xbcrfe\"", "CREATE {9+}\r\nEntw\xc3\xbcrfe"}, {"A1 CREATE a&b", ""}}, true);
}

TEST_CASE("Commands of RFC 9051 and RFC 3501: messages") {
    check_examples({
        {"A282 SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"",
         "SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM Smith"},
        {"A283 SEARCH RETURN () FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"",
         "SEARCH RETURN (ALL) FLAGGED SINCE 1-Feb-1994 NOT FROM Smith"},
        {"A284 SEARCH TEXT \"string not in mailbox\"", ""},
        {"A285 SEARCH RETURN (MIN MAX) TEXT \"a\"", "SEARCH RETURN (MIN MAX) TEXT a"},
        {"A286 SEARCH CHARSET UTF-8 TEXT {12}\r\n\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82",
         "SEARCH CHARSET UTF-8 TEXT {12+}\r\n\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"},
        {"F282 SEARCH RETURN (SAVE) KEYWORD $Junk", ""},
        {"F283 COPY $ \"Junk\"", "COPY $ Junk"},
        {"F284 STORE $ +FLAGS.Silent (\\Deleted)", "STORE $ +FLAGS.SILENT (\\Deleted)"},
        {"C1 UID SEARCH RETURN (SAVE ALL) SMALLER 1000 NOT $",
         "UID SEARCH RETURN (ALL SAVE) SMALLER 1000 NOT $"},
        {"P282 SEARCH RETURN (SAVE) SINCE 1-Feb-1994 NOT FROM \"Smith\"",
         "SEARCH RETURN (SAVE) SINCE 1-Feb-1994 NOT FROM Smith"},
        {"P283 SEARCH CHARSET UTF-8 (OR $ 1,3000:3021) TEXT {8+}\r\nYYYYYYYY",
         "SEARCH CHARSET UTF-8 OR $ 1,3000:3021 TEXT YYYYYYYY"},
        {"G1 UID SEARCH RETURN (SAVE MIN MAX) UID 1:* NOT (DELETED OLD)",
         "UID SEARCH RETURN (MIN MAX SAVE) UID 1:* NOT (DELETED OLD)"},
        {"A654 FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])", ""},
        {"a003 fetch 12 full", "FETCH 12 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY)"},
        {"a003 fetch 12 all", "FETCH 12 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)"},
        {"a003 fetch 12 FAST", "FETCH 12 (FLAGS INTERNALDATE RFC822.SIZE)"},
        {"a004 fetch 12 body[header]", "FETCH 12 (BODY[HEADER])"},
        {"a FETCH 1 BODY.PEEK[]<0.2048>", "FETCH 1 (BODY.PEEK[]<0.2048>)"},
        {"a FETCH 1 (BODY[4.1.MIME] BODY[4.2.2.1] BODY[4.2.HEADER] BODY[3.TEXT] BODY[TEXT])", ""},
        {"a FETCH 1:*,3 (BINARY.PEEK[1.2]<5.7> BINARY[] BINARY.SIZE[3] RFC822 RFC822.HEADER RFC822.TEXT)",
         ""},
        {"a005 store 12 +flags \\deleted", "STORE 12 +FLAGS (\\deleted)"},
        {"A003 STORE 2:4 +FLAGS (\\Deleted)", ""},
        {"A003 STORE 2:4 -FLAGS.SILENT \\Deleted \\Seen $Junk",
         "STORE 2:4 -FLAGS.SILENT (\\Deleted \\Seen $Junk)"},
        {"A003 STORE 2:4 FLAGS ()", ""},
        {"A003 COPY 2:4 MEETING", ""},
        {"A004 MOVE 2:4 MEETING", ""},
        {"A999 UID FETCH 4827313:4828442 FLAGS", "UID FETCH 4827313:4828442 (FLAGS)"},
        {"A999 UID FETCH 443:557 (FLAGS)", ""},
        {"A003 UID EXPUNGE 3000:3002", ""},
        {"a UID MOVE 42:69 foo", ""},
        {"a UID STORE * FLAGS (\\Answered)", ""},
        {"a SEARCH ANSWERED BCC x BEFORE \"01-Feb-1994\" BODY x CC y DELETED DRAFT HEADER Subject \"\" "
         "KEYWORD $MDNSent "
         "LARGER 5 NEW OLD ON 2-Mar-2001 OR SEEN RECENT SENTBEFORE 1-Jan-2000 SENTON 2-Jan-2000 SENTSINCE "
         "3-Jan-2000 "
         "SUBJECT s TO t UNANSWERED UNDELETED UNDRAFT UNFLAGGED UNKEYWORD k UNSEEN 1:3,7 ALL",
         "SEARCH ANSWERED BCC x BEFORE 1-Feb-1994 BODY x CC y DELETED DRAFT HEADER Subject \"\" KEYWORD "
         "$MDNSent "
         "LARGER 5 NEW OLD ON 2-Mar-2001 OR SEEN RECENT SENTBEFORE 1-Jan-2000 SENTON 2-Jan-2000 SENTSINCE "
         "3-Jan-2000 "
         "SUBJECT s TO t UNANSWERED UNDELETED UNDRAFT UNFLAGGED UNKEYWORD k UNSEEN 1:3,7 ALL"},
        {"a SEARCH (OR (SEEN FLAGGED) NOT (1 2))", "SEARCH OR (SEEN FLAGGED) NOT (1 2)"},
    });
}

TEST_CASE("Commands of CONDSTORE and QRESYNC (RFC 7162)") {
    check_examples({
        {"A142 SELECT INBOX (CONDSTORE)", ""},
        {"a103 UID STORE 6,4,8 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)", ""},
        {"d105 STORE 7,5,9 (UNCHANGEDSINCE 320162338) +FLAGS.SILENT (\\Deleted)", ""},
        {"b107 STORE 1 (UNCHANGEDSINCE 0) +FLAGS ($MDNSent)", ""},
        {"s100 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12345)", ""},
        {"a FETCH 1:3 (MODSEQ)", ""},
        {"a SEARCH MODSEQ \"/flags/\\\\draft\" all 620162338", ""},
        {"t SEARCH OR NOT MODSEQ 720162338 LARGER 50000", ""},
        {"S1 STATUS blurdybloop (UIDNEXT MESSAGES HIGHESTMODSEQ)",
         "STATUS blurdybloop (MESSAGES UIDNEXT HIGHESTMODSEQ)"},
        {"A02 SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))", ""},
        {"A03 SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541))", ""},
        {"B04 SELECT INBOX (QRESYNC (67890007 90060115194045000 1:29997 (5000,7500,9000,9990:9999 "
         "15000,22500,27000,29970,29973,29976,29979,29982,29985,29988,29991,29994,29997)))",
         ""},
        {"A05 SELECT INBOX (QRESYNC (1 2))", ""},
        {"A06 SELECT INBOX (CONDSTORE QRESYNC (1 2 (1,2 3,4)))", ""},
        {"s100 UID FETCH 300:500 (FLAGS) (CHANGEDSINCE 12345 VANISHED)", ""},
        {"a2 ENABLE QRESYNC", ""},
    });
}

TEST_CASE("Commands of SORT and THREAD (RFC 5256, 5957, 5267, 6203)") {
    check_examples({
        {"A282 SORT (SUBJECT) UTF-8 SINCE 1-Feb-1994", ""},
        {"A283 SORT (SUBJECT REVERSE DATE) UTF-8 ALL", ""},
        {"A284 SORT (SUBJECT) US-ASCII TEXT \"not in mailbox\"", ""},
        {"A285 UID SORT (ARRIVAL CC FROM SIZE TO DISPLAYFROM REVERSE DISPLAYTO) utf-8 ALL",
         "UID SORT (ARRIVAL CC FROM SIZE TO DISPLAYFROM REVERSE DISPLAYTO) UTF-8 ALL"},
        {"A283 THREAD ORDEREDSUBJECT UTF-8 SINCE 5-MAR-2000", "THREAD ORDEREDSUBJECT UTF-8 SINCE 5-Mar-2000"},
        {"A284 THREAD REFERENCES US-ASCII TEXT \"gewp\"", "THREAD REFERENCES US-ASCII TEXT gewp"},
        {"A285 UID THREAD REFS UTF-8 ALL", ""},
        {"E01 UID SORT RETURN (COUNT) (REVERSE DATE) UTF-8 UNDELETED UNKEYWORD $Junk", ""},
        {"E02 UID SORT RETURN (ALL) (REVERSE ARRIVAL) UTF-8 ALL", ""},
        {"A02 UID SORT RETURN (PARTIAL -1:-500 UPDATE) (ARRIVAL) UTF-8 ALL",
         "UID SORT RETURN (UPDATE PARTIAL -1:-500) (ARRIVAL) UTF-8 ALL"},
        {"B01 UID SEARCH RETURN (UPDATE COUNT CONTEXT) UNSEEN",
         "UID SEARCH RETURN (COUNT CONTEXT UPDATE) UNSEEN"},
        {"D03 CANCELUPDATE \"B01\" \"B02\"", ""},
        {"B1 SEARCH FUZZY SUBJECT \"IMAP break\"", ""},
        {"B2 SEARCH FUZZY SUBJECT \"working\" FROM \"user@example.com\"",
         "SEARCH FUZZY SUBJECT working FROM user@example.com"},
        {"B3 SEARCH RETURN (RELEVANCY ALL) FUZZY TEXT \"Helo\"",
         "SEARCH RETURN (ALL RELEVANCY) FUZZY TEXT Helo"},
        {"B4 SORT (RELEVANCY) UTF-8 FUZZY SUBJECT \"Helo\"", "SORT (RELEVANCY) UTF-8 FUZZY SUBJECT Helo"},
        {"B5 SEARCH FUZZY (SUBJECT a FROM b)", ""},
    });
}

TEST_CASE("Commands of PARTIAL (RFC 9394) and UIDONLY (RFC 9586)") {
    check_examples({
        {"A01 UID SEARCH RETURN (PARTIAL -1:-100) UNDELETED UNKEYWORD $Junk", ""},
        {"A02 UID SEARCH RETURN (PARTIAL 23500:24000) UNDELETED", ""},
        {"A03 UID SEARCH RETURN (PARTIAL 24000:23500) UNDELETED",
         "UID SEARCH RETURN (PARTIAL 23500:24000) UNDELETED"},
        {"10 UID FETCH 25900:26600 (UID FLAGS) (PARTIAL 1:10)", ""},
        {"11 UID FETCH 25900:26600 (UID FLAGS) (PARTIAL -1:-10)", ""},
        {"12 UID FETCH 1:* (FLAGS) (PARTIAL -1:-30 CHANGEDSINCE 98305)",
         "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 98305 PARTIAL -1:-30)"},
        {"A06 ENABLE UIDONLY", ""},
    });
}

TEST_CASE("Commands of the other extensions") {
    check_examples({
        {"a023 ID (\"name\" \"sodr\" \"version\" \"19.34\" \"vendor\" \"Pink Floyd Music Limited\")", ""},
        {"a042 ID NIL", ""},
        {"a COMPRESS DEFLATE", ""},
        // RFC 6154
        {"t1 LIST (SPECIAL-USE) \"\" \"*\"", "LIST (SPECIAL-USE) \"\" *"},
        {"t2 LIST \"\" \"%\" RETURN (SPECIAL-USE)", "LIST () \"\" % RETURN (SPECIAL-USE)"},
        {"t3 CREATE MySpecial (USE (\\Drafts \\Sent))", ""},
        // RFC 8440
        {"A00 LIST (SUBSCRIBED) \"\" % RETURN (MYRIGHTS)", ""},
        {"A01 LIST \"\" % RETURN (CHILDREN MYRIGHTS STATUS (UNSEEN))",
         "LIST () \"\" % RETURN (CHILDREN MYRIGHTS STATUS (UNSEEN))"},
        // RFC 9590
        {"A00 LIST \"\" % RETURN (METADATA (\"/shared/comment\" \"/private/comment\"))",
         "LIST () \"\" % RETURN (METADATA (/shared/comment /private/comment))"},
        // RFC 8438, 8474, 7889
        {"h STATUS INBOX (SIZE MAILBOXID APPENDLIMIT)", ""},
        {"5 FETCH 1:* (EMAILID THREADID)", ""},
        {"6 SEARCH OR EMAILID 1234 THREADID T6311863d02dd95b5", ""},
        // RFC 8970, 8514, 5032
        {"C1 FETCH 1 (RFC822.SIZE PREVIEW)", ""},
        {"C2 FETCH 1:3 (PREVIEW (LAZY) BODY[HEADER.FIELDS (DATE)])", ""},
        {"A101 FETCH 998 (SAVEDATE)", ""},
        {"A102 SEARCH SAVEDSINCE 28-Dec-2014 SAVEDATESUPPORTED SAVEDBEFORE 1-Jan-2020 SAVEDON 2-Jan-2020",
         ""},
        {"a1 SEARCH UNSEEN YOUNGER 259200 OLDER 5", ""},
        // RFC 5464
        {"a SETMETADATA INBOX (/private/comment {33}\r\nMy new comment across\r\ntwo lines.)",
         "SETMETADATA INBOX (/private/comment {33+}\r\nMy new comment across\r\ntwo lines.)"},
        {"a SETMETADATA INBOX (/private/comment NIL)", ""},
        {"a GETMETADATA \"\" /shared/comment", ""},
        {"a GETMETADATA \"INBOX\" (/shared/comment /private/comment)",
         "GETMETADATA INBOX (/shared/comment /private/comment)"},
        {"a GETMETADATA \"INBOX\" (MAXSIZE 1024) (/shared/comment /private/comment)",
         "GETMETADATA (MAXSIZE 1024) INBOX (/shared/comment /private/comment)"},
        {"a GETMETADATA (DEPTH 1) \"INBOX\" (/private/filters/values)",
         "GETMETADATA (DEPTH 1) INBOX /private/filters/values"},
        {"a GETMETADATA (MAXSIZE 5 DEPTH infinity) INBOX /private", ""},
        // RFC 4314
        {"A002 SETACL INBOX/Drafts Byron lrswikda", ""},
        {"A003 SETACL INBOX/Drafts John +lrswicda", ""},
        {"A085 SETACL INBOX John -w", ""},
        {"B002 DELETEACL INBOX Fred", ""},
        {"A002 GETACL INBOX", ""},
        {"a001 LISTRIGHTS ~/Mail/saved smith", ""},
        {"a005 LISTRIGHTS archive/imap anyone", ""},
        {"A003 MYRIGHTS INBOX", ""},
        // RFC 9208
        {"A0001 GETQUOTA \"!partition/sda4\"", "GETQUOTA !partition/sda4"},
        {"A003 GETQUOTAROOT INBOX", ""},
        {"S0000 SETQUOTA \"#user/alice\" (STORAGE 510)", "SETQUOTA #user/alice (STORAGE 510)"},
        {"S0001 SETQUOTA \"\" ()", ""},
        {"S0003 STATUS INBOX (MESSAGES DELETED DELETED-STORAGE)", ""},
        {"A00 GETJMAPACCESS", ""},
        // RFC 5465
        {"a NOTIFY NONE", ""},
        {"a notify set status (personal (MessageNew FlagChange MessageExpunge))",
         "NOTIFY SET STATUS (personal (MessageNew MessageExpunge FlagChange))"},
        {"a NOTIFY SET (selected (MessageNew (UID BODY.PEEK[HEADER.FIELDS (From To Subject)]) MessageExpunge "
         "FlagChange)) "
         "(mailboxes (Lemonade/a b) (MessageNew MessageExpunge)) (subtree Lemonade NONE) (inboxes "
         "(MailboxName))",
         "NOTIFY SET (selected (MessageNew (UID BODY.PEEK[HEADER.FIELDS (From To Subject)]) MessageExpunge "
         "FlagChange)) "
         "(mailboxes (Lemonade/a b) (MessageNew MessageExpunge)) (subtree Lemonade NONE) (inboxes "
         "(MailboxName))"},
        {"a NOTIFY SET (selected-delayed (MessageNew MessageExpunge)) (subscribed (SubscriptionChange "
         "MailboxMetadataChange ServerMetadataChange))",
         ""},
    });
}
