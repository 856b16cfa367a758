// The responses of RFC 9051, RFC 3501 and the extensions, as their examples have them, from our writers.
#include "transport/imap/fetch_response.h"
#include "transport/imap/response.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::imap;
using namespace std::string_literals;

namespace {

// What `write` appends, without the final line end.
template <typename Write>
std::string written(Write write) {
    std::string out;
    write(out);
    REQUIRE(out.ends_with("\r\n"));
    out.resize(out.size() - 2);
    return out;
}

std::string condition(std::string_view tag, Condition what, std::string_view code, std::string_view text) {
    return written([&](auto& out) { write_condition(out, tag, what, code, text); });
}

} // namespace

TEST_CASE("Conditions and their codes") {
    CHECK(condition("*", Condition::ok, "", "IMAP4rev2 server ready") == "* OK IMAP4rev2 server ready");
    CHECK(condition("A001", Condition::ok, "", "LOGIN completed") == "A001 OK LOGIN completed");
    CHECK(condition("A222", Condition::no, "TRYCREATE", "No such mailbox") ==
          "A222 NO [TRYCREATE] No such mailbox");
    CHECK(condition("*", Condition::bad, "", "Empty command line") == "* BAD Empty command line");
    CHECK(condition("*", Condition::preauth, "", "logged in as Smith") == "* PREAUTH logged in as Smith");
    CHECK(condition("*", Condition::bye, "", "Autologout; idle for too long") ==
          "* BYE Autologout; idle for too long");
    CHECK(condition("a", Condition::ok, "", "") == "a OK -");
    CHECK(condition("a", Condition::ok, "", "[x]\r\ny") == "a OK -[x]  y");
    CHECK(written([](auto& out) { write_continuation(out, "Ready for literal data"); }) ==
          "+ Ready for literal data");

    CHECK(code::uid_validity(3857529045) == "UIDVALIDITY 3857529045");
    CHECK(code::uid_next(4392) == "UIDNEXT 4392");
    CHECK(code::unseen(12) == "UNSEEN 12");
    CHECK(code::highest_modseq(715194045007) == "HIGHESTMODSEQ 715194045007");
    CHECK(code::permanent_flags({"\\Deleted", "\\Seen", "\\*"}) == "PERMANENTFLAGS (\\Deleted \\Seen \\*)");
    CHECK(code::permanent_flags({}) == "PERMANENTFLAGS ()");
    CHECK(code::append_uid(38505, {3955}) == "APPENDUID 38505 3955");
    CHECK(code::append_uid(38505, {3955, 3956, 3957}) == "APPENDUID 38505 3955:3957");
    CHECK(code::copy_uid(38505, {304, 319, 320}, {3956, 3957, 3958}) ==
          "COPYUID 38505 304,319:320 3956:3958");
    CHECK(code::copy_uid(432432, {42, 69, 77}, {1202, 1203, 1205}) ==
          "COPYUID 432432 42,69,77 1202:1203,1205");
    CHECK(code::modified({{7, 7}, {9, 9}}) == "MODIFIED 7,9");
    CHECK(code::bad_charset({"UTF-8", "US-ASCII"}) == "BADCHARSET (UTF-8 US-ASCII)");
    CHECK(code::capability({"IMAP4rev2", "LITERAL+"}) == "CAPABILITY IMAP4rev2 LITERAL+");
    CHECK(code::mailbox_id("F2212ea87-6097-4256-9d51-71338625") ==
          "MAILBOXID (F2212ea87-6097-4256-9d51-71338625)");
    CHECK(code::metadata_long_entries(2199) == "METADATA LONGENTRIES 2199");
    CHECK(code::metadata_max_size(1024) == "METADATA MAXSIZE 1024");
    CHECK(code::no_update("B02") == "NOUPDATE \"B02\"");
    CHECK(code::in_progress("A001", 454, 1000) == "INPROGRESS (\"A001\" 454 1000)");
    CHECK(code::in_progress("A001", 999) == "INPROGRESS (\"A001\" 999 NIL)");
    CHECK(code::in_progress("A001") == "INPROGRESS (\"A001\" NIL NIL)");
    CHECK(code::in_progress("A]1", 5) == "INPROGRESS (NIL 5 NIL)");
    CHECK(code::bad_url("/INBOX;UID=1]\r\nx y") == "BADURL /INBOX;UID=1xy");
    CHECK(code::too_big(5) == "TOOBIG 5");
    CHECK(code::append_limit(5) == "APPENDLIMIT 5");
    CHECK(code::jmap_access("https://example.com/.s/[jmap]") ==
          "JMAPACCESS \"https://example.com/.s/[jmap]\"");
}

TEST_CASE("Server and mailbox data") {
    CHECK(written([](auto& out) {
              write_capability(out, {"STARTTLS", "AUTH=GSSAPI", "IMAP4rev2", "LOGINDISABLED"});
          }) == "* CAPABILITY STARTTLS AUTH=GSSAPI IMAP4rev2 LOGINDISABLED");
    CHECK(written([](auto& out) { write_enabled(out, {"CONDSTORE"}); }) == "* ENABLED CONDSTORE");
    CHECK(written([](auto& out) { write_enabled(out, {}); }) == "* ENABLED");
    CHECK(written([](auto& out) { write_id(out, {}); }) == "* ID NIL");
    CHECK(written([](auto& out) {
              write_id(out, {{"name", "Cyrus"}, {"version", "1.5"}});
          }) == "* ID (\"name\" \"Cyrus\" \"version\" \"1.5\")");
    CHECK(written([](auto& out) { write_exists(out, 172); }) == "* 172 EXISTS");
    CHECK(written([](auto& out) { write_recent(out, 1); }) == "* 1 RECENT");
    CHECK(written([](auto& out) { write_expunge(out, 44); }) == "* 44 EXPUNGE");
    CHECK(written([](auto& out) {
              write_flags(out, {"\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"});
          }) == "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)");
    CHECK(written([](auto& out) {
              write_vanished(out, true, {{300, 310}, {405, 405}, {411, 411}});
          }) == "* VANISHED (EARLIER) 300:310,405,411");
    CHECK(written([](auto& out) {
              write_vanished(out, false, {{405, 405}, {407, 407}});
          }) == "* VANISHED 405,407");
    CHECK(written([](auto& out) { write_jmap_access(out, "https://example.com/jmap"); }) ==
          "* JMAPACCESS \"https://example.com/jmap\"");
}

TEST_CASE("NAMESPACE, LIST, LSUB, STATUS") {
    CHECK(written([](auto& out) {
              write_namespace(out, {{{"", '/'}}, {{"~", '/'}}, {}});
          }) == "* NAMESPACE ((\"\" \"/\")) ((\"~\" \"/\")) NIL");
    CHECK(written([](auto& out) {
              write_namespace(out, {{{"", '/'}}, {}, {{"Public Folders/", '/'}, {"#news.", '.'}}});
          }) == "* NAMESPACE ((\"\" \"/\")) NIL ((\"Public Folders/\" \"/\")(\"#news.\" \".\"))");
    const auto list = [](const ListResponse& response, Wire wire = {}) {
        return written([&](auto& out) { write_list(out, response, wire); });
    };
    CHECK(list({{"\\Noselect"}, '/', ""}) == "* LIST (\\Noselect) \"/\" \"\"");
    CHECK(list({{"\\Marked", "\\NoInferiors"}, '/', "INBOX"}) ==
          "* LIST (\\Marked \\NoInferiors) \"/\" INBOX");
    CHECK(list({{}, '\0', "INBOX"}) == "* LIST () NIL INBOX");
    CHECK(list({{}, '/', "Tops & bottoms"}) == "* LIST () \"/\" \"Tops &- bottoms\"");
    CHECK(list({{}, '/', "Entwürfe"}) == "* LIST () \"/\" Entw&APw-rfe");
    CHECK(list({{}, '/', "Entwürfe"}, {.utf8 = true}) == "* LIST () \"/\" \"Entwürfe\"");
    CHECK(list({{}, '/', "NIL"}) == "* LIST () \"/\" \"NIL\"");
    CHECK(list({{"\\NonExistent"}, '/', "Foo", {"SUBSCRIBED"}}) ==
          "* LIST (\\NonExistent) \"/\" Foo (\"CHILDINFO\" (\"SUBSCRIBED\"))");
    CHECK(list({{}, '/', "INBOX", {}, "inbox"}) == "* LIST () \"/\" INBOX (\"OLDNAME\" (inbox))");
    CHECK(written([](auto& out) {
              write_lsub(out, {{}, '.', "#news.comp.mail.mime"});
          }) == "* LSUB () \".\" #news.comp.mail.mime");
    StatusResponse status;
    status.mailbox = "blurdybloop";
    status.items = status_messages | status_uid_next;
    status.messages = 231;
    status.uid_next = 44292;
    CHECK(written([&](auto& out) { write_status(out, status); }) ==
          "* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)");
    status.items = 0xffff;
    status.mailbox_id = "F1";
    status.highest_modseq = 7011231777;
    CHECK(written([&](auto& out) { write_status(out, status); }) ==
          "* STATUS blurdybloop (MESSAGES 231 RECENT 0 UIDNEXT 44292 UIDVALIDITY 0 UNSEEN 0 DELETED 0 SIZE 0 "
          "HIGHESTMODSEQ 7011231777 MAILBOXID (F1) APPENDLIMIT NIL DELETED-STORAGE 0)");
}

TEST_CASE("SEARCH, SORT and ESEARCH") {
    CHECK(written([](auto& out) { write_search(out, {2, 3, 6}); }) == "* SEARCH 2 3 6");
    CHECK(written([](auto& out) { write_search(out, {}, 5); }) == "* SEARCH");
    CHECK(written([](auto& out) {
              write_search(out, {2, 5, 6, 7, 11, 12, 18, 19, 20, 23}, 917162500);
          }) == "* SEARCH 2 5 6 7 11 12 18 19 20 23 (MODSEQ 917162500)");
    CHECK(written([](auto& out) { write_sort(out, {5, 3, 4, 1, 2}); }) == "* SORT 5 3 4 1 2");
    const auto esearch = [](const EsearchResponse& response) {
        return written([&](auto& out) { write_esearch(out, response); });
    };
    CHECK(esearch({.tag = "A282", .min = 2, .count = 3}) == "* ESEARCH (TAG \"A282\") MIN 2 COUNT 3");
    CHECK(esearch({.tag = "A283", .all = {2, 10, 11}}) == "* ESEARCH (TAG \"A283\") ALL 2,10:11");
    CHECK(esearch({.tag = "A284"}) == "* ESEARCH (TAG \"A284\")");
    CHECK(esearch({.tag = "a567", .uid = true, .count = 17, .all = {4, 5, 6, 18, 21, 22, 23, 24}}) ==
          "* ESEARCH (TAG \"a567\") UID COUNT 17 ALL 4:6,18,21:24");
    CHECK(esearch({.tag = "a", .all = {1, 2, 3}, .modseq = 1236}) ==
          "* ESEARCH (TAG \"a\") ALL 1:3 MODSEQ 1236");
    CHECK(
        esearch({.tag = "A01", .uid = true, .partial = PartialRange{-1, -100}, .partial_numbers = {8, 9}}) ==
        "* ESEARCH (TAG \"A01\") UID PARTIAL (-1:-100 8:9)");
    CHECK(esearch({.tag = "A02", .uid = true, .partial = PartialRange{23500, 24000}}) ==
          "* ESEARCH (TAG \"A02\") UID PARTIAL (23500:24000 NIL)");
    CHECK(esearch({.tag = "B3", .all = {1, 5, 10}, .relevancy = {4, 99, 42}}) ==
          "* ESEARCH (TAG \"B3\") ALL 1,5,10 RELEVANCY (4 99 42)");
    CHECK(esearch({.tag = "B01", .uid = true, .changes = {{false, 0, {32768, 32769}}}}) ==
          "* ESEARCH (TAG \"B01\") UID ADDTO (0 32768:32769)");
    CHECK(esearch({.tag = "B02", .changes = {{true, 1, {2}}, {false, 1, {2734}}}}) ==
          "* ESEARCH (TAG \"B02\") REMOVEFROM (1 2) ADDTO (1 2734)");
    CHECK(esearch({.tag = "B03", .changes = {{false, 1, {7}}, {false, 3, {9, 10}}}}) ==
          "* ESEARCH (TAG \"B03\") ADDTO (1 7 3 9:10)");
}

TEST_CASE("Quotas, rights and annotations") {
    CHECK(written([](auto& out) {
              write_quota(out, "", {{"STORAGE", 10, 512}});
          }) == "* QUOTA \"\" (STORAGE 10 512)");
    CHECK(written([](auto& out) {
              write_quota(out, "#user/alice", {{"STORAGE", 54, 111}, {"MESSAGE", 42, 1000}});
          }) == "* QUOTA \"#user/alice\" (STORAGE 54 111 MESSAGE 42 1000)");
    CHECK(written([](auto& out) {
              write_quota_root(out, "INBOX", {"#user/alice", "!partition/sda4"});
          }) == "* QUOTAROOT INBOX \"#user/alice\" \"!partition/sda4\"");
    CHECK(written([](auto& out) { write_quota_root(out, "comp.mail.mime", {}); }) ==
          "* QUOTAROOT comp.mail.mime");
    CHECK(written([](auto& out) {
              write_acl(out, "INBOX", {{"Fred", "rwipsldexta"}, {"Chris", "lrswi"}});
          }) == "* ACL INBOX Fred rwipsldexta Chris lrswi");
    CHECK(written([](auto& out) {
              write_list_rights(out, "~/Mail/saved", "smith", "la", {"r", "swicdkxte"});
          }) == "* LISTRIGHTS ~/Mail/saved smith la r swicdkxte");
    CHECK(written([](auto& out) {
              write_list_rights(out, "archive/imap", "anyone", "", {"l", "r"});
          }) == "* LISTRIGHTS archive/imap anyone \"\" l r");
    CHECK(written([](auto& out) { write_my_rights(out, "INBOX", "rwiptsldaex"); }) ==
          "* MYRIGHTS INBOX rwiptsldaex");
    CHECK(written([](auto& out) {
              write_metadata(out, "INBOX", {{"/private/comment", "My comment"}, {"/shared/comment", {}}});
          }) == "* METADATA INBOX (/private/comment \"My comment\" /shared/comment NIL)");
    CHECK(written([](auto& out) {
              write_metadata(out, "", {{"/shared/comment", "a\0b"s}});
          }) == "* METADATA \"\" (/shared/comment ~{3}\r\na\0b)"s);
    CHECK(written([](auto& out) {
              write_metadata_changed(out, "INBOX", {"/shared/comment", "/private/comment"});
          }) == "* METADATA INBOX /shared/comment /private/comment");
}

TEST_CASE("Strings choose their form") {
    const auto string = [](std::string_view text, Wire wire = {}) {
        std::string out;
        write_string(out, text, wire);
        return out;
    };
    CHECK(string("") == "\"\"");
    CHECK(string("a \"b\" \\c") == "\"a \\\"b\\\" \\\\c\"");
    CHECK(string("a\r\nb") == "{4}\r\na\r\nb");
    CHECK(string("é") == "{2}\r\né");
    CHECK(string("é", {.utf8 = true}) == "\"é\"");
    CHECK(string("\xff", {.utf8 = true}) == "{1}\r\n\xff");
    CHECK(string("a\0b"s) == "\"ab\"");
    CHECK(string(std::string(1001, 'x')) == "{1001}\r\n" + std::string(1001, 'x'));
    CHECK(encode_words("plain") == "plain");
    CHECK(encode_words("été") == "=?utf-8?B?w6l0w6k=?=");
    CHECK(encode_words("=?x?=") == "=?utf-8?B?PT94Pz0=?=");
    // No character is cut: the first word takes 44 octets, not 45.
    CHECK(encode_words(std::string(44, 'x') + "éé").ends_with("eHg=?= =?utf-8?B?w6nDqQ==?="));
}

TEST_CASE("What a quoted string cannot have is seen wherever it stands") {
    const auto string = [](std::string_view text, Wire wire = {}) {
        std::string out = "<";
        write_string(out, text, wire);
        return out;
    };
    // Eight octets are looked at together, fewer otherwise, and the last ones twice.
    for (std::size_t size = 1; size <= 35; ++size)
        for (std::size_t place = 0; place < size; ++place) {
            const auto with = [&](std::string_view octets) {
                return std::string(size, 'x').replace(place, 1, octets);
            };
            const auto literal = "<{" + std::to_string(size) + "}\r\n";
            INFO(size << " octets, at " << place);
            CHECK(string(with("\"")) == "<\"" + with("\\\"") + "\"");
            CHECK(string(with("\\")) == "<\"" + with("\\\\") + "\"");
            for (const auto* octet : {"\r", "\n", "\x80", "\xff"})
                CHECK(string(with(octet)) == literal + with(octet));
            CHECK(string(with({"\0", 1})) == "<\"" + std::string(size - 1, 'x') + "\"");
            for (const auto* octet : {"\x01", "\t", " ", "!", "#", "[", "]", "=", "~", "\x7f"})
                CHECK(string(with(octet)) == "<\"" + with(octet) + "\"");
            CHECK(string(with("é"), {.utf8 = true}) == "<\"" + with("é") + "\"");
            CHECK(string(with("\xff"), {.utf8 = true}) == literal + with("\xff"));
        }
    CHECK(string("") == "<\"\"");
    CHECK(string(std::string(1000, 'x')) == "<\"" + std::string(1000, 'x') + "\"");
}

TEST_CASE("Texts are encoded words where the wire is ASCII, if they need it") {
    const auto text = [](std::string_view of, Wire wire = {}) {
        std::string out = "<";
        Output to(out);
        write_text(to, of, wire);
        to.trim();
        return out;
    };
    CHECK(text("") == "<\"\"");
    CHECK(text("plain = \"so\"") == "<\"plain = \\\"so\\\"\"");
    CHECK(text("=?x?=") == "<\"=?utf-8?B?PT94Pz0=?=\"");
    CHECK(text("=?x?=", {.utf8 = true}) == "<\"=?x?=\"");
    CHECK(text("été") == "<\"=?utf-8?B?w6l0w6k=?=\"");
    CHECK(text("été", {.utf8 = true}) == "<\"été\"");
    CHECK(text("a\tb") == "<\"=?utf-8?B?YQli?=\"");
    CHECK(text("é\0é"s) == "<\"=?utf-8?B?w6nDqQ==?=\""); // without the NUL
    CHECK(text("\xffx") == "<\"=?utf-8?B?77+9eA==?=\""); // U+FFFD
    CHECK(text(std::string(44, 'x') + "éé").ends_with("eHg=?= =?utf-8?B?w6nDqQ==?=\""));
    // As one quoted string up to 1,000 octets, then as a literal: always what `encode_words` says.
    for (std::size_t size = 1; size <= 700; ++size) {
        const auto long_text = "é" + std::string(size, 'x');
        const auto words = encode_words(long_text);
        INFO(size);
        CHECK(text(long_text) == (words.size() <= 1000
                                      ? "<\"" + words + "\""
                                      : "<{" + std::to_string(words.size()) + "}\r\n" + words));
    }
}

TEST_CASE("FETCH, as the sample connection of RFC 9051 §8 has it") {
    EnvelopeView envelope;
    envelope.date = "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)";
    envelope.subject = "IMAP4rev2 WG mtg summary and minutes";
    envelope.from = {{"Terry Gray", "gray@cac.washington.edu"}};
    envelope.to = {{"", "imap@cac.washington.edu"}};
    envelope.cc = {{"", "minutes@CNRI.Reston.VA.US"}, {"John Klensin", "KLENSIN@MIT.EDU"}};
    envelope.message_id = "<B27397-0100000@cac.washington.ed>";
    BodyPart part;
    part.parameters = {{"charset", "US-ASCII"}};
    part.octets = 3028;
    part.lines = 92;
    CHECK(
        written([&](auto& out) {
            FetchWriter fetch(out, 12);
            fetch.flags({"\\Seen"});
            fetch.internal_date({837596665, -420});
            fetch.size(4286);
            fetch.envelope(envelope);
            fetch.body({part});
            fetch.finish();
        }) ==
        "* 12 FETCH (FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286 ENVELOPE ("
        "\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary and minutes\" "
        "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" "
        "\"cac.washington.edu\")) "
        "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((NIL NIL \"imap\" \"cac.washington.edu\")) "
        "((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL "
        "\"<B27397-0100000@cac.washington.ed>\") "
        "BODY (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92))");
}

TEST_CASE("Items of FETCH") {
    const auto fetched = [](auto write, FetchWriter::By by = FetchWriter::By::number) {
        return written([&](std::string& out) {
            FetchWriter fetch(out, 23, {}, by);
            write(fetch, out);
            fetch.finish();
        });
    };
    CHECK(fetched([](auto& f, auto&) {
              f.flags({"\\Seen"});
              f.uid(4827313);
          }) == "* 23 FETCH (FLAGS (\\Seen) UID 4827313)");
    CHECK(fetched([](auto& f, auto&) { f.flags({}); }, FetchWriter::By::uid) == "* 23 UIDFETCH (FLAGS ())");
    CHECK(fetched([](auto& f, auto&) { f.flags_text("\\Seen $Forwarded"); }) ==
          "* 23 FETCH (FLAGS (\\Seen $Forwarded))");
    CHECK(fetched([](auto& f, auto&) { f.modseq(65402); }) == "* 23 FETCH (MODSEQ (65402))");
    CHECK(fetched([](auto& f, auto&) {
              f.email_id("M6d99ac3275bb4e");
              f.thread_id("T64b478a75b7ea9");
          }) == "* 23 FETCH (EMAILID (M6d99ac3275bb4e) THREADID (T64b478a75b7ea9))");
    CHECK(fetched([](auto& f, auto&) { f.thread_id({}); }) == "* 23 FETCH (THREADID NIL)");
    CHECK(fetched([](auto& f, auto&) { f.preview("Preview text!"); }) ==
          "* 23 FETCH (PREVIEW \"Preview text!\")");
    CHECK(fetched([](auto& f, auto&) { f.preview({}); }) == "* 23 FETCH (PREVIEW NIL)");
    CHECK(fetched([](auto& f, auto&) { f.save_date({}); }) == "* 23 FETCH (SAVEDATE NIL)");
    CHECK(fetched([](auto& f, auto& out) {
              f.section({{}, Section::Text::header, {}}, {}, 4);
              out += "A:\r\n";
              f.section({{1, 2}, Section::Text::header_fields, {"DATE", "From"}}, 0, 2);
              out += "xy";
              f.section({{3}, Section::Text::all, {}}, 5, 0);
              f.section({{4}, Section::Text::mime, {}}, {}, {});
          }) == "* 23 FETCH (BODY[HEADER] {4}\r\nA:\r\n BODY[1.2.HEADER.FIELDS (DATE From)]<0> {2}\r\nxy "
                "BODY[3]<5> \"\" "
                "BODY[4.MIME] NIL)");
    CHECK(fetched([](auto& f, auto& out) {
              f.binary({1}, {}, 3);
              out += "a\0b"s;
              f.binary_size({2, 1}, 5);
              f.binary({}, 0, {});
              f.rfc822(FetchItem::Kind::rfc822_text, 1);
              out += "x";
          }) ==
          "* 23 FETCH (BINARY[1] ~{3}\r\na\0b BINARY.SIZE[2.1] 5 BINARY[]<0> NIL RFC822.TEXT {1}\r\nx)"s);
}

TEST_CASE("Envelopes with groups, quoted local parts, missing domains and other alphabets") {
    EnvelopeView envelope;
    envelope.subject = "Réunion";
    envelope.from = {{"Élise \"E\" Morel", "elise@x.test"}, {"", "\"a \\\"b\"@x.test"}, {"", "root"}};
    envelope.sender = {{"S", "s@x.test"}};
    envelope.to = {{"undisclosed-recipients", "", EnvelopeAddress::Is::group_begin},
                   {"", "", EnvelopeAddress::Is::group_end}};
    envelope.in_reply_to = bracketed_ids(std::vector<std::string_view>{"a@x", "b@y"});
    std::string out;
    write_envelope(out, envelope);
    const auto from =
        "((\"=?utf-8?B?w4lsaXNlICJFIiBNb3JlbA==?=\" NIL \"elise\" \"x.test\")(NIL NIL \"a \\\"b\" \"x.test\")"
        "(NIL NIL \"root\" \"\"))"s;
    CHECK(out ==
          "(NIL \"=?utf-8?B?UsOpdW5pb24=?=\" " + from + " ((\"S\" NIL \"s\" \"x.test\")) " + from +
              " ((NIL NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL)) NIL NIL \"<a@x> <b@y>\" NIL)");
    out.clear();
    write_envelope(out, envelope, {.utf8 = true});
    CHECK(out.starts_with("(NIL \"Réunion\" ((\"Élise \\\"E\\\" Morel\" NIL"));
}

TEST_CASE("BODYSTRUCTURE of a parsed message") {
    const std::string bytes =
        "From: a@x\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Language: fr, "
        "en\r\n\r\n"
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nContent-ID: "
        "<i@x>\r\n"
        "Content-Description: d\r\n\r\nw6k=\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        "Subject: inner\r\nMessage-ID: <m@x>\r\n\r\nhi\r\n\r\n"
        "--b\r\nContent-Type: image/png; name=\"=?utf-8?Q?=C3=A9.png?=\"\r\nContent-Disposition: attachment; "
        "filename=a.png\r\n"
        "Content-MD5: Q2hlY2s=\r\nContent-Location: http://x/\r\n\r\n\x89PNG\r\n--b--\r\n";
    const auto message = mime::parse(bytes);
    const auto structure = body_parts(message, bytes);
    std::string out;
    write_body_structure(out, structure.parts, true);
    CHECK(out ==
          "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\") \"<i@x>\" \"d\" \"BASE64\" 6 1 NIL NIL NIL NIL)"
          "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 41 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL "
          "\"<m@x>\") "
          "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 4 1 NIL NIL NIL NIL) 4 NIL NIL NIL NIL)"
          "(\"IMAGE\" \"PNG\" (\"NAME*\" \"utf-8''%C3%A9.png\") NIL NIL \"7BIT\" 4 \"Q2hlY2s=\" "
          "(\"ATTACHMENT\" (\"FILENAME\" \"a.png\")) NIL \"http://x/\") "
          "\"MIXED\" (\"BOUNDARY\" \"b\") NIL (\"fr\" \"en\") NIL)");
    out.clear();
    write_body_structure(out, structure.parts, false);
    CHECK(out == "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\") \"<i@x>\" \"d\" \"BASE64\" 6 1)"
                 "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 41 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL "
                 "\"<m@x>\") "
                 "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 4 1) 4)"
                 "(\"IMAGE\" \"PNG\" (\"NAME*\" \"utf-8''%C3%A9.png\") NIL NIL \"7BIT\" 4) \"MIXED\")");
}

TEST_CASE("What BODYSTRUCTURE cannot say is octets") {
    std::string out;
    BodyPart lonely;
    lonely.type = "multipart";
    lonely.subtype = "mixed";
    write_body_structure(out, {lonely}, false);
    lonely.type = "message";
    lonely.subtype = "rfc822";
    write_body_structure(out, {lonely}, false);
    CHECK(out == "(\"APPLICATION\" \"OCTET-STREAM\" NIL NIL NIL \"7BIT\" 0)(\"APPLICATION\" \"OCTET-STREAM\" "
                 "NIL NIL NIL \"7BIT\" 0)");
    out.clear();
    write_body_structure(out, {}, false);
    CHECK(out == "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0)");
    std::vector<BodyPart> deep(5000);
    for (std::size_t i = 0; i < deep.size(); ++i) {
        deep[i].parent = static_cast<std::int32_t>(i) - 1;
        deep[i].type = "multipart";
    }
    out.clear();
    write_body_structure(out, deep, true);
    CHECK(out.size() < 20'000);
}
