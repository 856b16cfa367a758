#include "tests/transport/imap/client_writer.h"
#include "transport/base/base64.h"
#include "transport/imap/machine.h"
#include "transport/sasl/exchange.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::imap;

namespace {

struct MachineDriver {
    Machine machine;
    std::string events;
    bool answer = true; // else events wait for the test
    Condition with = Condition::ok;

    explicit MachineDriver(Options options) : machine(std::move(options)) {}

    // Feeds and gives what was sent in return.
    std::string say(std::string_view bytes) {
        const std::string own(bytes);
        machine.feed(own);
        return pump();
    }
    std::string pump() {
        while (auto event = machine.next())
            std::visit([this](auto& e) { take(e); }, *event);
        return machine.take_output();
    }
    void note(const std::string& line) { events += line + "\n"; }
    void done(std::string_view text = "Done") {
        if (answer) machine.complete(with, "", text);
    }
    void take(AuthenticateStarted& e) {
        note("authenticate " + e.mechanism + (e.initial ? " [" + *e.initial + "]" : ""));
        if (!answer) return;
        if (e.initial)
            machine.authenticated();
        else
            machine.challenge("who?");
    }
    void take(AuthenticateResponse& e) {
        note("response [" + e.data + "]");
        if (!answer) return;
        if (e.data == "bad")
            machine.refuse();
        else
            machine.authenticated();
    }
    void take(LoginGiven& e) {
        note("login " + e.user + " " + e.password);
        if (!answer) return;
        if (e.password == "bad")
            machine.refuse();
        else
            machine.authenticated();
    }
    void take(CommandGiven& e) {
        note(write_command(e.command));
        done();
    }
    void take(IdleStarted&) {
        note("idle");
        if (answer) machine.begin_idle();
    }
    void take(IdleEnded&) {
        note("idle over");
        done();
    }
    void take(EnabledNow& e) { note("enabled " + std::to_string(e.bits)); }
    void take(AppendStarted& e) { note("append " + e.mailbox); }
    void take(AppendMessageStarted&) { note("message"); }
    void take(AppendUrl& e) { note("url " + e.url); }
    void take(AppendData& e) {
        note("data " + std::to_string(e.octets));
        if (answer) machine.accept_data();
    }
    void take(AppendChunk& e) { note("[" + std::string(e.bytes) + "]"); }
    void take(AppendMessageEnded&) { note("message over"); }
    void take(AppendEnded&) {
        note("append over");
        done();
    }
    void take(AppendAborted&) { note("aborted"); }
    void take(StartTls&) {
        note("starttls");
        if (answer) machine.tls_started();
    }
    void take(StartCompression&) {
        note("compress");
        if (answer) machine.compression_started();
    }
    void take(Closing&) { note("closing"); }
};

Options tls_options() {
    Options options;
    options.tls = true;
    options.mechanisms = {"PLAIN", "SCRAM-SHA-256"};
    options.tls_mechanisms = {"SCRAM-SHA-256-PLUS"};
    options.capabilities = {"IMAP4rev1", "IMAP4rev2",   "CONDSTORE",       "QRESYNC",
                            "UIDONLY",   "UTF8=ACCEPT", "COMPRESS=DEFLATE"};
    return options;
}

MachineDriver signed_in(Options options = tls_options()) {
    MachineDriver driver(std::move(options));
    driver.say("a LOGIN anne good\r\n");
    driver.events.clear();
    return driver;
}

MachineDriver selected(Options options = tls_options()) {
    auto driver = signed_in(std::move(options));
    driver.say("a SELECT INBOX\r\n");
    driver.events.clear();
    return driver;
}

} // namespace

TEST_CASE("A whole session, as RFC 9051 §8 tells it") {
    auto options = tls_options();
    options.tls = false;
    options.starttls = true;
    MachineDriver driver(options);
    CHECK(driver.pump() == "* OK [CAPABILITY IMAP4rev1 IMAP4rev2 ID ENABLE LITERAL+ SASL-IR STARTTLS "
                           "LOGINDISABLED] Facteur ready\r\n");
    CHECK(driver.say("a000 starttls\r\n") == "a000 OK Begin TLS now\r\n");
    CHECK(driver.say("A001 AUTHENTICATE PLAIN\r\n") == "+ d2hvPw==\r\n");
    CHECK(driver.say("Zm9v\r\n") == "A001 OK [CAPABILITY IMAP4rev1 IMAP4rev2 CONDSTORE QRESYNC UIDONLY "
                                    "UTF8=ACCEPT COMPRESS=DEFLATE LITERAL+] Signed in\r\n");
    CHECK(driver.say("babc ENABLE IMAP4rev2\r\n") == "* ENABLED IMAP4rev2\r\nbabc OK Done\r\n");
    CHECK(driver.say("a002 select inbox\r\n") == "a002 OK Done\r\n");
    CHECK(driver.machine.state() == State::selected);
    CHECK(driver.say("a003 fetch 12 fast\r\na005 store 12 +flags \\deleted\r\n") ==
          "a003 OK Done\r\na005 OK Done\r\n");
    CHECK(driver.say("a006 logout\r\na007 NOOP\r\n") == "* BYE See you\r\na006 OK Done\r\n");
    CHECK(driver.events ==
          "starttls\nauthenticate PLAIN\nresponse [foo]\nenabled 8\nSELECT INBOX\n"
          "FETCH 12 (FLAGS INTERNALDATE RFC822.SIZE)\nSTORE 12 +FLAGS (\\deleted)\nclosing\n");
    CHECK(!driver.machine.wants_input());
}

TEST_CASE("Which command is legal when") {
    MachineDriver driver(tls_options());
    driver.pump();
    CHECK(driver.say("a SELECT x\r\n") == "a BAD Sign in first\r\n");
    CHECK(driver.say("a FETCH 1 FLAGS\r\n") == "a BAD Sign in first\r\n");
    CHECK(driver.say("a APPEND x {5}\r\n") == "a BAD Sign in first\r\n");
    CHECK(driver.say("a APPEND x {2+}\r\n\r\n\r\nb NOOP\r\n") == "a BAD Sign in first\r\nb OK Done\r\n");
    CHECK(driver.say("a STARTTLS\r\n") == "a BAD There is no STARTTLS here\r\n");
    CHECK(driver.say("a CAPABILITY\r\n") ==
          "* CAPABILITY IMAP4rev1 IMAP4rev2 ID ENABLE LITERAL+ SASL-IR AUTH=PLAIN AUTH=SCRAM-SHA-256 "
          "AUTH=SCRAM-SHA-256-PLUS\r\na OK Done\r\n");
    CHECK(driver.say("a ID NIL\r\n") == "* ID (\"name\" \"Facteur\")\r\na OK Done\r\n");
    driver.say("a LOGIN anne good\r\n");
    CHECK(driver.say("a LOGIN anne good\r\n") == "a BAD You are signed in already\r\n");
    CHECK(driver.say("a FETCH 1 FLAGS\r\n") == "a BAD Select a mailbox first\r\n");
    CHECK(driver.say("a REPLACE 1 x {1+}\r\nx\r\n") == "a BAD Select a mailbox first\r\n");
    CHECK(driver.say("a EXAMINE x\r\n") == "a OK Done\r\n");
    CHECK(driver.machine.is_read_only());
    CHECK(driver.say("a CLOSE\r\n") == "a OK Done\r\n");
    CHECK(driver.machine.state() == State::authenticated);
    driver.say("a SELECT x\r\n");
    CHECK(!driver.machine.is_read_only());
    driver.with = Condition::no; // a SELECT that fails leaves nothing selected
    CHECK(driver.say("a SELECT y\r\n") == "a NO Done\r\n");
    CHECK(driver.machine.state() == State::authenticated);
}

TEST_CASE("Sign-in before TLS") {
    auto options = tls_options();
    options.tls = false;
    options.starttls = true;
    MachineDriver driver(options);
    driver.pump();
    CHECK(driver.say("a LOGIN anne good\r\n") == "a NO [PRIVACYREQUIRED] Begin TLS first\r\n");
    CHECK(driver.say("a AUTHENTICATE PLAIN AA==\r\n") == "a NO [PRIVACYREQUIRED] Begin TLS first\r\n");
    // What was pipelined behind STARTTLS does not count.
    CHECK(driver.say("a STARTTLS\r\nb LOGIN anne good\r\n") == "a OK Begin TLS now\r\n");
    CHECK(driver.pump().empty());
    CHECK(driver.machine.state() == State::not_authenticated);
    CHECK(driver.say("a STARTTLS\r\n") == "a BAD There is no STARTTLS here\r\n");
    CHECK(driver.say("a LOGIN anne good\r\n").starts_with("a OK [CAPABILITY "));
}

TEST_CASE("AUTHENTICATE: initial responses, cancelling, failures") {
    MachineDriver driver(tls_options());
    driver.pump();
    CHECK(driver.say("a AUTHENTICATE GSSAPI\r\n") == "a NO Unknown mechanism\r\n");
    CHECK(driver.say("a AUTHENTICATE PLAIN\r\n*\r\n") == "+ d2hvPw==\r\na BAD Cancelled\r\n");
    CHECK(driver.say("a AUTHENTICATE PLAIN\r\n!\r\n") ==
          "+ d2hvPw==\r\na BAD The response is not base64\r\n");
    CHECK(driver.say("a AUTHENTICATE PLAIN\r\n" + std::string(13000, 'A') + "\r\n") ==
          "+ d2hvPw==\r\na BAD The line is too long\r\n");
    CHECK(driver.say("a AUTHENTICATE PLAIN\r\nYmFk\r\n") ==
          "+ d2hvPw==\r\na NO [AUTHENTICATIONFAILED] Sign-in failed\r\n");
    for (int i = 0; i < 3; ++i)
        CHECK(driver.say("a LOGIN anne bad\r\n") == "a NO [AUTHENTICATIONFAILED] Sign-in failed\r\n");
    CHECK(driver.say("a LOGIN anne bad\r\nb NOOP\r\n") ==
          "a NO [AUTHENTICATIONFAILED] Sign-in failed\r\n* BYE Too many failed sign-ins\r\n");
    MachineDriver other(tls_options());
    CHECK(other.say("a AUTHENTICATE PLAIN =\r\n").find("a OK ") != std::string::npos);
    CHECK(other.events == "authenticate PLAIN []\n");
}

TEST_CASE("AUTHENTICATE drives a SASL exchange (SCRAM-SHA-256, the example of RFC 7677)") {
    MachineDriver driver(tls_options());
    driver.answer = false;
    driver.pump();
    // The client's nonce and password are those of RFC 7677 §3; the server's nonce is handed in.
    driver.say("A001 AUTHENTICATE SCRAM-SHA-256 biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=\r\n");
    CHECK(driver.events == "authenticate SCRAM-SHA-256 [n,,n=user,r=rOprNGfwEbeRWgbNEkqO]\n");
    sasl::Exchange exchange(sasl::Mechanism::scram_sha_256, {"0123456789abcdefghij", "secret", {}, false});
    auto step = exchange.begin("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    REQUIRE(std::holds_alternative<sasl::NeedKeys>(step));
    step = exchange.keys(sasl::derive_scram_keys("pencil", "0123456789abcdef"));
    REQUIRE(std::holds_alternative<sasl::Challenge>(step));
    driver.machine.challenge(std::get<sasl::Challenge>(step).data);
    CHECK(driver.pump() == "+ " + encode_base64(std::get<sasl::Challenge>(step).data) + "\r\n");
    driver.say(encode_base64("c=biws,r=x,p=AAAA") + "\r\n");
    step = exchange.respond("c=biws,r=x,p=AAAA");
    REQUIRE(std::holds_alternative<sasl::Refused>(step));
    driver.machine.refuse();
    CHECK(driver.pump() == "A001 NO [AUTHENTICATIONFAILED] Sign-in failed\r\n");
}

TEST_CASE("Pipelined commands wait for each other") {
    auto driver = selected();
    driver.answer = false;
    CHECK(driver.say("a NOOP\r\nb FETCH 1 FLAGS\r\nc UID FETCH 1 FLAGS\r\n").empty());
    CHECK(driver.events == "NOOP\n");
    CHECK(driver.machine.may_expunge());
    write_expunge(driver.machine.output(), 3);
    driver.machine.complete(Condition::ok, "", "Done");
    CHECK(driver.pump() == "* 3 EXPUNGE\r\na OK Done\r\n");
    CHECK(driver.events == "NOOP\nFETCH 1 (FLAGS)\n");
    CHECK(driver.machine.tag() == "b");
    CHECK(!driver.machine.may_expunge());
    driver.machine.complete(Condition::ok, "", "Done");
    CHECK(driver.pump() == "b OK Done\r\n");
    CHECK(driver.machine.may_expunge());
    driver.machine.complete(Condition::ok, "", "Done");
    driver.pump();
    CHECK(!driver.machine.may_expunge());
    driver.machine.complete(Condition::ok, "", "Done"); // nobody waits
    CHECK(driver.pump().empty());
}

TEST_CASE("IDLE") {
    auto driver = selected();
    CHECK(driver.say("a IDLE\r\n") == "+ idling\r\n");
    CHECK(driver.machine.is_idling());
    CHECK(driver.machine.may_expunge());
    write_exists(driver.machine.output(), 4);
    CHECK(driver.pump() == "* 4 EXISTS\r\n");
    CHECK(driver.say("done\r\nb NOOP\r\n") == "a OK Done\r\nb OK Done\r\n");
    CHECK(driver.say("a IDLE\r\nb NOOP\r\nc NOOP\r\n") ==
          "+ idling\r\na BAD DONE is expected\r\nc OK Done\r\n");
    CHECK(driver.say("a IDLE\r\n" + std::string(13000, 'x') + "\r\nc NOOP\r\n") ==
          "+ idling\r\na BAD The line is too long\r\nc OK Done\r\n");
    CHECK(driver.events == "idle\nidle over\nNOOP\nidle\nidle over\nNOOP\nidle\nidle over\nNOOP\n");
}

TEST_CASE("IDLE begins when it has been told what is new") {
    auto driver = selected();
    driver.answer = false;
    CHECK(driver.say("a IDLE\r\nDONE\r\nb NOOP\r\n").empty());
    CHECK(driver.machine.is_waiting());
    CHECK(driver.machine.may_expunge());
    write_exists(driver.machine.output(), 4);
    driver.answer = true;
    driver.machine.begin_idle();
    CHECK(driver.pump() == "* 4 EXISTS\r\n+ idling\r\na OK Done\r\nb OK Done\r\n");
    driver.machine.begin_idle(); // nobody waits
    CHECK(driver.pump().empty());
}

TEST_CASE("APPEND through the machine") {
    auto driver = signed_in();
    CHECK(driver.say("a APPEND x {3}\r\n") == "+ OK\r\n");
    CHECK(driver.say("abc\r\nb NOOP\r\n") == "a OK Done\r\nb OK Done\r\n");
    CHECK(driver.events == "append x\nmessage\ndata 3\n[abc]\nmessage over\nappend over\nNOOP\n");
    driver.events.clear();
    driver.answer = false;
    CHECK(driver.say("a APPEND x {3}\r\n").empty());
    driver.machine.reject_append("TRYCREATE", "No such mailbox");
    CHECK(driver.pump() == "a NO [TRYCREATE] No such mailbox\r\n");
    CHECK(driver.say("a APPEND x {3+}\r\nabc {4+}\r\nabcd\r\n").empty());
    driver.machine.reject_append("OVERQUOTA", "Full");
    CHECK(driver.pump() == "a NO [OVERQUOTA] Full\r\n");
    CHECK(driver.say("a APPEND x {3+}\r\nabc)\r\n").empty());
    driver.machine.accept_data();
    CHECK(driver.pump() == "a BAD A space is expected between arguments\r\n");
    CHECK(driver.events == "append x\nmessage\ndata 3\naborted\nappend x\nmessage\ndata 3\naborted\n"
                           "append x\nmessage\ndata 3\n[abc]\nmessage over\naborted\n");
    // Too late to be read over: NO all the same.
    driver.events.clear();
    driver.say("a APPEND x {3+}\r\nabc\r\n");
    driver.machine.accept_data();
    while (auto event = driver.machine.next()) {
        if (std::holds_alternative<AppendMessageEnded>(*event)) driver.machine.reject_append("", "No");
        std::visit([&](auto& e) { driver.take(e); }, *event);
    }
    CHECK(driver.machine.take_output() == "a NO No\r\n");
    CHECK(driver.events == "append x\nmessage\ndata 3\n[abc]\nmessage over\naborted\n");
}

TEST_CASE("ENABLE, and what turns CONDSTORE on") {
    auto driver = signed_in();
    CHECK(driver.say("a SELECT x (QRESYNC (1 2))\r\n") == "a BAD Enable QRESYNC first\r\n");
    CHECK(driver.say("a ENABLE X-GOOD-IDEA\r\n") == "* ENABLED\r\na OK Done\r\n");
    CHECK(driver.say("a ENABLE qresync X\r\n") == "* ENABLED QRESYNC\r\na OK Done\r\n");
    CHECK(driver.machine.is_enabled(enabled_condstore));
    CHECK(driver.say("a ENABLE CONDSTORE QRESYNC\r\n") == "* ENABLED\r\na OK Done\r\n");
    CHECK(driver.say("a SELECT x (QRESYNC (1 2))\r\n") == "a OK Done\r\n");
    CHECK(!driver.machine.wire().utf8);
    CHECK(driver.say("a ENABLE UTF8=ACCEPT\r\n") == "* ENABLED UTF8=ACCEPT\r\na OK Done\r\n");
    CHECK(driver.machine.wire().utf8);
    driver.events.clear();
    driver.say("a STATUS \"\xc3\xa9\" (MESSAGES)\r\n");
    CHECK(driver.events == "STATUS &AOk- (MESSAGES)\n");
    for (const std::string_view text : {"SELECT x (CONDSTORE)", "STATUS x (HIGHESTMODSEQ)"}) {
        auto other = signed_in();
        other.say("a " + std::string(text) + "\r\n");
        CHECK(other.machine.is_enabled(enabled_condstore));
    }
    for (const std::string_view text : {"FETCH 1 MODSEQ", "FETCH 1 FLAGS (CHANGEDSINCE 1)",
                                        "STORE 1 (UNCHANGEDSINCE 1) FLAGS a", "SEARCH NOT MODSEQ 5"}) {
        auto other = selected();
        CHECK(!other.machine.is_enabled(enabled_condstore));
        other.say("a " + std::string(text) + "\r\n");
        CHECK(other.machine.is_enabled(enabled_condstore));
    }
}

TEST_CASE("UIDONLY refuses sequence numbers (RFC 9586)") {
    auto driver = selected();
    driver.say("a ENABLE UIDONLY\r\n");
    for (const std::string_view text : {"FETCH 1 FLAGS", "STORE 1 FLAGS a", "COPY 1 x", "MOVE 1 x",
                                        "SEARCH ALL", "UID SEARCH NOT 1:3", "REPLACE 1 x {5}"})
        CHECK(driver.say("a " + std::string(text) + "\r\n") == "a BAD [UIDREQUIRED] UIDONLY is enabled\r\n");
    CHECK(driver.say("a UID SEARCH OR $ UID 5\r\na EXPUNGE\r\n") == "a OK Done\r\na OK Done\r\n");
}

TEST_CASE("COMPRESS") {
    auto driver = signed_in();
    CHECK(driver.say("a COMPRESS LZMA\r\n") == "a NO Unknown compression\r\n");
    CHECK(driver.say("a COMPRESS DEFLATE\r\n") == "a OK Begin to compress now\r\n");
    CHECK(driver.say("a COMPRESS DEFLATE\r\n") == "a NO [COMPRESSIONACTIVE] It is compressed already\r\n");
}

TEST_CASE("Bad clients are shown out") {
    auto options = tls_options();
    options.limits.bad_commands = 3;
    options.limits.early_commands = 5;
    options.limits.skipped_octets = 100;
    auto driver = signed_in(options);
    CHECK(driver.say("\r\na FROB\r\nb FROB\r\nc NOOP\r\n") ==
          "* BAD A command begins with a tag\r\na BAD Unknown command\r\nb BAD Unknown command\r\n* BYE Too "
          "many bad commands\r\n");
    CHECK(driver.events == "closing\n");
    MachineDriver early(options);
    early.pump();
    CHECK(early.say("a NOOP\r\na NOOP\r\na NOOP\r\na NOOP\r\na NOOP\r\n").ends_with("a OK Done\r\n"));
    CHECK(early.say("a NOOP\r\na NOOP\r\n") == "* BYE Too many commands before a sign-in\r\n");
    auto endless = signed_in(options);
    CHECK(endless.say("a LOGIN {1000000+}\r\n") ==
          "a BAD [TOOBIG] A literal is too large\r\n* BYE Too much to read over\r\n");
    CHECK(!endless.machine.wants_input());
    auto closed = signed_in(options);
    closed.machine.close("UNAVAILABLE", "Facteur stops");
    CHECK(closed.pump() == "* BYE [UNAVAILABLE] Facteur stops\r\n");
    CHECK(closed.events == "closing\n");
}
