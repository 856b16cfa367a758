#include "actors/delivery/queue_entry.h"
#include "actors/delivery/srs_keys.h"
#include "tests/actors/smtp_fixture.h"
#include "transport/base/base64.h"

#include <algorithm>
#include <cstring>
#include <set>

using namespace facteur;
using namespace facteur::test;

namespace {

const std::string letter =
    "From: <x@elsewhere.test>\r\nMessage-ID: <1@elsewhere.test>\r\nSubject: Conseil\r\n"
    "\r\nBonjour.\r\n";

std::string numbered(int n) {
    return "From: <x@elsewhere.test>\r\nMessage-ID: <" + std::to_string(n) + "@elsewhere.test>\r\n\r\n" +
           std::to_string(n) + "\r\n";
}

std::string plain(const std::string& name, const std::string& password) {
    return "AUTH PLAIN " + encode_base64(std::string(1, '\0') + name + std::string(1, '\0') + password);
}

std::uint64_t bodies_written(store::Store& store) {
    std::uint64_t written = 0;
    for (const auto& lane : store.statistics())
        written += lane.bodies_written;
    return written;
}

void make_mailbox(SmtpServer& server, const store::AccountRow& account, const std::string& name,
                  store::MailboxId parent = 0) {
    const auto plan = [&](store::Draft& draft) -> store::Result<void> {
        store::MailboxRow row;
        row.id = draft.new_mailbox();
        row.name = name;
        row.parent = parent;
        row.uid_validity = 1;
        draft.add(store::MailboxPut{row});
        return {};
    };
    REQUIRE(server.store().commit({account.id, start_of_time, {}, plan, {}}).has_value());
}

store::MailboxId mailbox_named(SmtpServer& server, const store::AccountRow& account,
                               const std::string& name) {
    for (const auto& mailbox : server.store().read(account.id).mailboxes(account.id))
        if (mailbox.name == name) return mailbox.id;
    return 0;
}

} // namespace

TEST_CASE("an answered message is in the inbox, with its trace") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    SmtpClient client(server.port(Door::smtp));
    const auto reply = client.deliver("x@elsewhere.test", {"Anne@Academie.Test"}, letter);
    CHECK(reply.starts_with("250 2.0.0 Taken as "));
    const auto mail = server.mail(anne, server.mailbox(anne, "inbox"));
    REQUIRE(mail.size() == 1);
    CHECK(
        mail[0].starts_with("Return-Path: <x@elsewhere.test>\r\nReceived: from client.test ([127.0.0.1])\r\n"
                            "\tby academie.test with ESMTP id " +
                            reply.substr(19) + "\r\n\tfor <Anne@academie.test>;\r\n"));
    CHECK(mail[0].ends_with(letter));
}

TEST_CASE("recipients are judged at RCPT") {
    SmtpServer server([](Config& config) { config.limits.quota = 10'000; });
    server.add("anne@academie.test");
    const auto shut = server.add("shut@academie.test");
    REQUIRE(
        server.directory().set_status("shut@academie.test", store::AccountStatus::suspended, 1).has_value());
    server.add("small@academie.test", {}, 500);
    SmtpClient client(server.port(Door::smtp));
    client.say("EHLO client.test");
    CHECK(client.say("MAIL FROM:<> SIZE=2000").starts_with("250"));
    CHECK(client.say("RCPT TO:<anne@academie.test>").starts_with("250 2.1.5"));
    CHECK(client.say("RCPT TO:<nobody@academie.test>").starts_with("550 5.1.1"));
    CHECK(client.say("RCPT TO:<shut@academie.test>").starts_with("550 5.2.1"));
    CHECK(client.say("RCPT TO:<small@academie.test>").starts_with("452 4.2.2"));
    CHECK(client.say("RCPT TO:<x@elsewhere.test>").starts_with("550 5.7.1"));
    CHECK(client.say("RCPT TO:<@elsewhere.test:anne@elsewhere.test>").starts_with("550 5.7.1"));
    CHECK(client.say("RCPT TO:<x%elsewhere.test@academie.test>").starts_with("550 5.1.1"));
    CHECK(client.say("RCPT TO:<\"x@elsewhere.test\"@academie.test>").starts_with("550 5.1.1"));
    CHECK(client.say("RCPT TO:<anne@[127.0.0.1]>").starts_with("550 5.7.1"));
    CHECK(client.say("RSET").starts_with("250"));
    CHECK(client.say("MAIL FROM:<> SIZE=100").starts_with("250"));
    CHECK(client.say("RCPT TO:<small@academie.test>").starts_with("250"));
}

TEST_CASE("a mailbox that the message itself would overfill is full for now") {
    SmtpServer server;
    const auto small = server.add("small@academie.test", {}, 1000);
    const auto anne = server.add("anne@academie.test");
    SmtpClient client(server.port(Door::smtp));
    const auto large = letter + std::string(1000, 'x');
    CHECK(client.deliver("x@elsewhere.test", {"small@academie.test"}, large).starts_with("452 4.2.2"));
    CHECK(server.mail(small).empty());
    // With others it goes past its limit once, so that nobody has to hear the message again and again.
    CHECK(client.send_mail("x@elsewhere.test", {"small@academie.test", "anne@academie.test"}, large)
              .starts_with("250"));
    CHECK(server.mail(small).size() == 1);
    CHECK(server.mail(anne).size() == 1);
    CHECK(client.send_mail("x@elsewhere.test", {"small@academie.test"}, letter).starts_with("452 4.2.2"));
}

TEST_CASE("postmaster is always somebody") {
    SmtpServer server([](Config& config) { config.smtp.postmaster = "office@academie.test"; });
    const auto first = server.add("first@academie.test");
    SmtpClient client(server.port(Door::smtp));
    CHECK(client.deliver("", {"Postmaster"}, numbered(1)).starts_with("250"));
    CHECK(server.mail(first).size() == 1); // the configured one does not exist yet
    const auto office = server.add("office@academie.test");
    CHECK(client.send_mail("", {"POSTMASTER@academie.test"}, numbered(2)).starts_with("250"));
    CHECK(server.mail(office).size() == 1);
    const auto postmaster = server.add("postmaster@academie.test");
    CHECK(client.send_mail("", {"postmaster"}, numbered(3)).starts_with("250"));
    CHECK(server.mail(postmaster).size() == 1);
    CHECK(client.send_mail("", {"postmaster@elsewhere.test"}, numbered(4)).starts_with("550 5.7.1"));
}

TEST_CASE("one body a shard, however many accounts, and Received names nobody") {
    SmtpServer server;
    std::vector<std::string> addresses;
    std::vector<store::AccountRow> accounts;
    for (int n = 0; n < 40; ++n) {
        addresses.push_back("a" + std::to_string(n) + "@academie.test");
        accounts.push_back(server.add(addresses.back()));
    }
    const auto before = bodies_written(server.store());
    SmtpClient client(server.port(Door::smtp));
    CHECK(client.deliver("x@elsewhere.test", addresses, letter).starts_with("250"));
    std::set<store::ShardId> shards;
    std::set<std::string> bodies;
    for (const auto& account : accounts) {
        const auto mail = server.mail(account);
        REQUIRE(mail.size() == 1);
        bodies.insert(mail[0]);
        shards.insert(server.store().shard_of(account.id));
    }
    CHECK(bodies.size() == 1);
    CHECK(bodies.begin()->find("\r\n\tfor <") == std::string::npos);
    CHECK(shards.size() == 4);
    CHECK(bodies_written(server.store()) - before == shards.size());
}

TEST_CASE("a message that comes again is one message in each account") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test"), pierre = server.add("pierre@academie.test");
    SmtpClient client(server.port(Door::smtp));
    // The answer was lost, after one of the two had been served.
    CHECK(client.deliver("x@elsewhere.test", {"anne@academie.test"}, letter).starts_with("250"));
    CHECK(client.send_mail("x@elsewhere.test", {"anne@academie.test", "pierre@academie.test"}, letter)
              .starts_with("250"));
    SmtpClient again(server.port(Door::smtp));
    CHECK(again.deliver("x@elsewhere.test", {"pierre@academie.test", "anne@academie.test"}, letter)
              .starts_with("250"));
    CHECK(server.mail(anne).size() == 1);
    CHECK(server.mail(pierre).size() == 1);
}

TEST_CASE("messages that differ, or that nothing marks, are each their own") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    SmtpClient client(server.port(Door::smtp));
    client.say("EHLO client.test");
    for (const auto* message :
         {"Message-ID: <1@x.test>\r\n\r\na", "Message-ID: <1@x.test>\r\n\r\nb", "\r\na", "\r\na"})
        CHECK(client.send_mail("", {"anne@academie.test"}, message).starts_with("250"));
    CHECK(server.mail(anne).size() == 4);
}

TEST_CASE("an account that is named twice gets one email") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    make_mailbox(server, anne, "Jury");
    SmtpClient client(server.port(Door::smtp));
    CHECK(
        client
            .deliver("", {"anne@academie.test", "anne+jury@academie.test", "anne+none@academie.test"}, letter)
            .starts_with("250"));
    CHECK(server.mail(anne).size() == 1);
    CHECK(server.mail(anne, server.mailbox(anne, "inbox")).size() == 1);
    CHECK(server.mail(anne, mailbox_named(server, anne, "Jury")).size() == 1);
}

TEST_CASE("a detail names a mailbox, unless its mail is the owner's own") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    make_mailbox(server, anne, "Élèves");
    make_mailbox(server, anne, "2nde4", mailbox_named(server, anne, "Élèves"));
    SmtpClient client(server.port(Door::smtp));
    client.say("EHLO client.test");
    CHECK(client.say("MAIL FROM:<> SMTPUTF8").starts_with("250"));
    CHECK(client.say("RCPT TO:<anne+élèves/2NDE4@academie.test>").starts_with("250"));
    CHECK(client.say("DATA").starts_with("354"));
    CHECK(client.say(numbered(1) + ".").starts_with("250"));
    CHECK(server.mail(anne, mailbox_named(server, anne, "2nde4")).size() == 1);
    CHECK(server.mail(anne, server.mailbox(anne, "inbox")).empty());
    for (const auto* detail : {"2nde4", "corbeille", "brouillons", "nowhere", ""})
        CHECK(client.send_mail("", {"anne+" + std::string(detail) + "@academie.test"}, numbered(detail[0]))
                  .starts_with("250"));
    CHECK(server.mail(anne, server.mailbox(anne, "inbox")).size() == 5);
}

TEST_CASE("LMTP answers for each recipient") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test"), small = server.add("small@academie.test", {}, 600);
    SmtpClient client(server.port(Door::lmtp));
    CHECK(client.say("EHLO client.test").starts_with("500"));
    client.say("LHLO client.test");
    client.say("MAIL FROM:<>");
    CHECK(client.say("RCPT TO:<anne@academie.test>").starts_with("250"));
    CHECK(client.say("RCPT TO:<nobody@academie.test>").starts_with("550 5.1.1"));
    CHECK(client.say("RCPT TO:<x@elsewhere.test>").starts_with("550 5.1.1"));
    CHECK(client.say("RCPT TO:<small@academie.test>").starts_with("250"));
    CHECK(client.say("RCPT TO:<anne@academie.test>").starts_with("250"));
    client.say("DATA");
    CHECK(client.say(letter + std::string(600, 'x') + "\r\n.").starts_with("250 2.0.0"));
    CHECK(client.read().starts_with("452 4.2.2"));
    CHECK(client.read().starts_with("250 2.0.0"));
    CHECK(client.say("NOOP").starts_with("250"));
    const auto mail = server.mail(anne);
    REQUIRE(mail.size() == 1);
    CHECK(mail[0].find(" with LMTP id ") != std::string::npos);
    CHECK(server.mail(small).empty());
}

TEST_CASE("a submission needs a user, who writes as himself") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test", "châtaigne");
    server.add("pierre@academie.test");
    SmtpClient client(server.port(Door::submission));
    CHECK(client.say("EHLO client.test").find("AUTH SCRAM-SHA-256 PLAIN LOGIN") != std::string::npos);
    CHECK(client.say("MAIL FROM:<anne@academie.test>").starts_with("530 5.7.0"));
    CHECK(client.say(plain("anne@academie.test", "noisette")).starts_with("535 5.7.8"));
    CHECK(client.say(plain("nobody@academie.test", "châtaigne")).starts_with("535 5.7.8"));
    CHECK(client.say(plain("anne", "châtaigne")).starts_with("235 2.7.0"));
    CHECK(client.say("MAIL FROM:<pierre@academie.test>").starts_with("550 5.7.1"));
    CHECK(client.send_mail("anne@academie.test", {"x@elsewhere"}, letter).starts_with("550 5.1.2"));
    client.say("RSET");
    CHECK(client.send_mail("anne+perso@academie.test", {"anne@academie.test"}, letter)
              .starts_with("550 5.7.1"));
    CHECK(server.mail(anne).empty());
    CHECK(client
              .send_mail("anne+perso@academie.test", {"anne@academie.test"},
                         "From: Anne <Anne@Academie.test>\r\nBcc: pierre@academie.test\r\n\r\nx")
              .starts_with("250"));
    const auto mail = server.mail(anne);
    REQUIRE(mail.size() == 1);
    CHECK(mail[0].find(" with ESMTPA id ") != std::string::npos);
    CHECK(mail[0].find("\r\nDate: ") != std::string::npos);
    CHECK(mail[0].find("\r\nMessage-ID: <") != std::string::npos);
    CHECK(mail[0].find("Bcc") == std::string::npos);
}

TEST_CASE("LOGIN works; a suspended account is told so, and one with another password has to sign in again") {
    SmtpServer server;
    server.add("anne@academie.test", "châtaigne");
    SmtpClient client(server.port(Door::submission));
    client.say("EHLO client.test");
    CHECK(client.say("AUTH LOGIN") == "334 VXNlcm5hbWU6");
    CHECK(client.say(encode_base64("anne")) == "334 UGFzc3dvcmQ6");
    CHECK(client.say(encode_base64("châtaigne")).starts_with("235"));
    CHECK(client.say("MAIL FROM:<anne@academie.test>").starts_with("250"));
    client.say("RSET");
    REQUIRE(server.directory().set_password("anne", "noisette", 2).has_value());
    CHECK(client.say("MAIL FROM:<anne@academie.test>").starts_with("421 4.7.0"));
    REQUIRE(server.directory().set_status("anne", store::AccountStatus::suspended, 3).has_value());
    SmtpClient next(server.port(Door::submission));
    next.say("EHLO client.test");
    CHECK(next.say(plain("anne", "noisette")).starts_with("525 5.7.13"));
}

TEST_CASE("without the key of the configuration there is no password without TLS") {
    SmtpServer server([](Config& config) { config.auth.plaintext_on_loopback = false; });
    SmtpClient client(server.port(Door::submission));
    CHECK(client.say("EHLO client.test").find("AUTH") == std::string::npos);
    CHECK(client.say(plain("anne", "x")).starts_with("538 5.7.11"));
}

TEST_CASE("relay networks may name recipients elsewhere; the port for mail servers has no AUTH") {
    SmtpServer server([](Config& config) { config.smtp.relay_networks = {"127.0.0.0/8"}; });
    SmtpClient client(server.port(Door::smtp));
    CHECK(client.say("EHLO client.test").find("AUTH") == std::string::npos);
    CHECK(client.say(plain("anne", "x")).starts_with("500"));
    // Postmaster's account keeps it, and there is none.
    CHECK(client.send_mail("x@elsewhere.test", {"y@elsewhere.test"}, letter).starts_with("451"));
    const auto anne = server.add("anne@academie.test");
    for (int times = 0; times < 2; ++times) {
        client.say("RSET");
        CHECK(client
                  .send_mail("x@elsewhere.test", {"y@elsewhere.test", "z@there.test", "anne@academie.test"},
                             letter)
                  .starts_with("250"));
    }
    CHECK(server.mail(anne).size() == 1);
    // Each destination has its row; what came twice is queued once.
    std::vector<std::string> destinations;
    server.store().read(anne.id).queue(
        held_until, [&](store::AccountId keeper, store::Time, std::string_view, std::string_view value) {
            CHECK(keeper == anne.id);
            const auto entry = read_queue_entry(value);
            REQUIRE(entry.has_value());
            CHECK(entry->envelope.mail_from.email == "x@elsewhere.test");
            CHECK(entry->as_is);
            destinations.push_back(entry->destination);
            return true;
        });
    CHECK(destinations == std::vector<std::string>{"elsewhere.test", "there.test"});
}

TEST_CASE("a message that has been round too often is a loop") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    std::string hops;
    for (int n = 0; n < 50; ++n)
        hops += "Received: from a by b;\r\n\tMon, 24 Nov 2025 16:00:00 +0000\r\n";
    SmtpClient client(server.port(Door::smtp));
    CHECK(client.deliver("", {"anne@academie.test"}, hops + letter).starts_with("250"));
    CHECK(client.send_mail("", {"anne@academie.test"}, "Received: by c; x\r\n" + hops + letter)
              .starts_with("554 5.4.6"));
    CHECK(client.send_mail("", {"anne@academie.test"}, numbered(7)).starts_with("250"));
    CHECK(server.mail(anne).size() == 2);
}

TEST_CASE("memory for messages under way is bounded, and comes back") {
    SmtpServer server([](Config& config) { config.smtp.message_size = config.smtp.memory = 100'000; });
    const auto anne = server.add("anne@academie.test");
    SmtpClient holds(server.port(Door::smtp)), waits(server.port(Door::smtp));
    holds.say("EHLO client.test");
    holds.say("MAIL FROM:<>");
    holds.say("RCPT TO:<anne@academie.test>");
    holds.say("DATA");
    holds.send(letter + std::string(60'000, 'x'));
    wait_until([&] { return server.doors().octets_under_way() > 60'000; });
    waits.say("EHLO client.test");
    // Said by SIZE it is refused before its text; else when the text outgrows the memory.
    waits.say("MAIL FROM:<> SIZE=50000");
    waits.say("RCPT TO:<anne@academie.test>");
    CHECK(waits.say("DATA").starts_with("452 4.3.1"));
    CHECK(waits.send_mail("", {"anne@academie.test"}, numbered(1) + std::string(50'000, 'y'))
              .starts_with("452 4.3.1"));
    CHECK(holds.say("\r\n.").starts_with("250"));
    wait_until([&] { return server.doors().octets_under_way() == 0; });
    CHECK(waits.send_mail("", {"anne@academie.test"}, numbered(1) + std::string(50'000, 'y'))
              .starts_with("250"));
    CHECK(server.mail(anne).size() == 2);
}

TEST_CASE("the memory of a client that goes away in its message comes back") {
    SmtpServer server;
    server.add("anne@academie.test");
    {
        SmtpClient client(server.port(Door::smtp));
        client.say("EHLO client.test");
        client.say("MAIL FROM:<>");
        client.say("RCPT TO:<anne@academie.test>");
        client.say("DATA");
        client.send(std::string(5000, 'x'));
        wait_until([&] { return server.doors().octets_under_way() == 5000; });
    }
    wait_until([&] { return server.doors().octets_under_way() == 0 && server.doors().open() == 0; });
}

TEST_CASE("a client that says all it has and then ends still gets its answers") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    SmtpClient client(server.port(Door::smtp));
    client.send("EHLO client.test\r\nMAIL FROM:<>\r\nRCPT TO:<anne@academie.test>\r\nDATA\r\n" + letter +
                ".\r\n");
    client.end();
    for (const auto* code : {"250", "250", "250", "354", "250 2.0.0 Taken"})
        CHECK(client.read().starts_with(code));
    CHECK(client.read().empty());
    CHECK(server.mail(anne).size() == 1);
}

TEST_CASE("connections are counted by address and in all") {
    SmtpServer server([](Config& config) {
        config.smtp.connections = 3;
        config.smtp.connections_per_address = 2;
    });
    {
        SmtpClient one(server.port(Door::smtp)), two(server.port(Door::submission));
        CHECK(SmtpClient(server.port(Door::smtp), false).read().starts_with("421 4.7.0"));
        SmtpClient three(server.port(Door::lmtp));
        CHECK(SmtpClient(server.port(Door::lmtp), false).read().starts_with("421 4.3.2"));
    }
    wait_until([&] { return server.doors().open() == 0; });
    SmtpClient next(server.port(Door::smtp));
    CHECK(next.say("NOOP").starts_with("250"));
}

TEST_CASE("who drips or says nothing is sent away") {
    SmtpServer server([](Config& config) { config.smtp.idle = std::chrono::seconds(1); });
    SmtpClient silent(server.port(Door::smtp)), drips(server.port(Door::smtp));
    CHECK(silent.read().starts_with("421 4.4.2"));
    CHECK(silent.read().empty());
    std::string reply;
    std::thread reader([&] { reply = drips.read(); });
    for (int n = 0; n < 40; ++n) {
        drips.send("N");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    reader.join();
    CHECK(reply.starts_with("421 4.4.2"));
}

TEST_CASE("draining ends who waits, and answers the message under way") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    SmtpClient waits(server.port(Door::smtp)), sends(server.port(Door::smtp));
    sends.say("EHLO client.test");
    sends.say("MAIL FROM:<>");
    sends.say("RCPT TO:<anne@academie.test>");
    sends.say("DATA");
    server.doors().drain();
    CHECK(waits.read().starts_with("421 4.3.2"));
    CHECK(waits.read().empty());
    CHECK(SmtpClient(server.port(Door::smtp), false).read().starts_with("421 4.3.2"));
    CHECK(sends.say(letter + ".").starts_with("250"));
    CHECK(sends.read().starts_with("421 4.3.2"));
    CHECK(sends.read().empty());
    CHECK(server.mail(anne).size() == 1);
    wait_until([&] { return server.doors().open() == 0; });
}

TEST_CASE("pipelined commands and chunks are answered in order") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    SmtpClient client(server.port(Door::smtp));
    client.say("EHLO client.test");
    client.send(
        "MAIL FROM:<>\r\nRCPT TO:<anne@academie.test>\r\nRCPT TO:<nobody@academie.test>\r\nBDAT 12\r\n"
        "Subject: a\r\nBDAT 5 LAST\r\n\r\nb\r\nMAIL FROM:<>\r\nRCPT TO:<anne@academie.test>\r\nDATA\r\n");
    for (const auto* code : {"250 2.1.0", "250 2.1.5", "550 5.1.1", "250 2.0.0", "250 2.0.0 Taken",
                             "250 2.1.0", "250 2.1.5", "354"})
        CHECK(client.read().substr(0, std::strlen(code)) == code);
    CHECK(client.say("Subject: c\r\n\r\nd\r\n.").starts_with("250"));
    const auto mail = server.mail(anne);
    REQUIRE(mail.size() == 2);
    CHECK(mail[1].ends_with("Subject: a\r\n\r\nb\r\n"));
}

TEST_CASE("more commands at once than one turn takes are answered in order") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    SmtpClient client(server.port(Door::lmtp));
    client.say("LHLO client.test");
    constexpr int recipients = 90;
    const auto is_known = [](int n) { return n % 3 != 0; };
    std::string commands = "MAIL FROM:<x@elsewhere.test>\r\n";
    for (int n = 0; n < recipients; ++n)
        commands += is_known(n) ? "RCPT TO:<anne@academie.test>\r\n" : "RCPT TO:<nobody@academie.test>\r\n";
    client.send(commands + "DATA\r\n");
    CHECK(client.read().starts_with("250 2.1.0"));
    for (int n = 0; n < recipients; ++n)
        CHECK(client.read().starts_with(is_known(n) ? "250 2.1.5" : "550 5.1.1"));
    CHECK(client.read().starts_with("354"));
    client.send(letter + ".\r\n");
    for (int n = 0; n < recipients; ++n)
        if (is_known(n)) CHECK(client.read().starts_with("250 2.0.0"));
    CHECK(server.mail(anne).size() == 1);
}

namespace {

std::vector<QueueEntry> queued(SmtpServer& server) {
    std::vector<QueueEntry> entries;
    for (store::ShardId shard = 0; shard < server.store().shards(); ++shard)
        server.store().read_shard(shard).queue(
            std::numeric_limits<store::Time>::max(),
            [&](store::AccountId, store::Time, std::string_view, std::string_view value) {
                entries.push_back(read_queue_entry(value).value());
                return true;
            });
    return entries;
}

} // namespace

TEST_CASE("a bounce to a path of ours goes on to the one who wrote, and nothing else does") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    const auto path = [&](const char* sender) {
        return smtp::srs_forward(smtp::parse_mailbox(sender).value(), srs_keys(server.services()),
                                 seconds_now())
            ->text();
    };
    const auto far = path("marie@elsewhere.test");
    CHECK(far.starts_with("SRS0="));
    CHECK(far.ends_with("=elsewhere.test=marie@academie.test"));
    SmtpClient client(server.port(Door::smtp));
    CHECK(client.deliver("", {far}, letter).starts_with("250"));
    REQUIRE(queued(server).size() == 1);
    const auto entry = queued(server)[0];
    CHECK(entry.destination == "elsewhere.test");
    CHECK(entry.envelope.rcpt_to[0].email == "marie@elsewhere.test");
    CHECK(entry.envelope.mail_from.email.empty());
    CHECK(client.deliver("x@elsewhere.test", {far}, letter).starts_with("550 5.7.1"));
    auto forged = far;
    forged[5] = forged[5] == 'b' || forged[5] == 'B' ? 'c' : 'b'; // case makes no difference
    CHECK(client.deliver("", {forged}, letter).starts_with("550 5.1.1"));
    CHECK(client.deliver("", {"SRS0=x@academie.test"}, letter).starts_with("550 5.1.1"));
    CHECK(queued(server).size() == 1);
    CHECK(server.mail(anne).empty());
}

TEST_CASE("who asks for it hears of the delivery, once, and nobody else") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test"), pierre = server.add("pierre@academie.test");
    SmtpClient client(server.port(Door::smtp));
    client.say("EHLO client.test");
    for (int times = 0; times < 2; ++times) {
        client.say("MAIL FROM:<anne@academie.test> ENVID=a+0D+0Ab RET=HDRS");
        CHECK(client
                  .say("RCPT TO:<pierre@academie.test> NOTIFY=SUCCESS,FAILURE "
                       "ORCPT=rfc822;p+2B@x.test+0D+0AEvil:1")
                  .starts_with("250"));
        client.say("DATA");
        CHECK(client.say(letter + ".").starts_with("250"));
    }
    client.say("MAIL FROM:<x@elsewhere.test>");
    client.say("RCPT TO:<pierre@academie.test> NOTIFY=SUCCESS");
    client.say("DATA");
    CHECK(client.say(numbered(2) + ".").starts_with("250"));
    // One elsewhere is told by a letter.
    wait_until([&] { return queued(server).size() == 1; });
    CHECK(queued(server)[0].destination == "elsewhere.test");
    CHECK(queued(server)[0].envelope.mail_from.email.empty());
    wait_until([&] { return !server.mail(anne).empty(); });
    REQUIRE(server.mail(anne).size() == 1);
    const auto report = server.mail(anne).front();
    CHECK(report.starts_with("Return-Path: <>\r\nFrom: "));
    CHECK(report.find("\r\nOriginal-Envelope-Id: a??b\r\n") != std::string::npos);
    CHECK(report.find("\r\nFinal-Recipient: rfc822; pierre@academie.test\r\nAction: delivered\r\n") !=
          std::string::npos);
    CHECK(report.find("Bonjour.") == std::string::npos);
    CHECK(server.mail(pierre).size() == 2);
}
