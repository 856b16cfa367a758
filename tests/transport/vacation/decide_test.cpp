#include "transport/vacation/vacation.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::vacation;

namespace {

constexpr std::int64_t now = 1'795'852'800;
const Owner anne{"Anne Martin", {"anne.martin@a.test", "am@a.test"}, "fr"};
const smtp::Mailbox bob{"Bob", "b.test"};

Vacation away() {
    Vacation vacation;
    vacation.is_enabled = true;
    return vacation;
}
Verdict decide_on(std::string_view more, std::string_view to = "To: Anne <Anne.Martin@A.test>\r\n",
                  std::optional<smtp::Mailbox> sender = bob) {
    return decide(away(), anne, "From: bob@b.test\r\n" + std::string(to) + std::string(more) + "\r\n", sender,
                  now);
}

} // namespace

TEST_CASE("a letter from a person gets an answer while the vacation lasts") {
    CHECK(decide_on("") == Verdict::answer);
    const std::string header = "From: bob@b.test\r\nTo: am@a.test\r\n";
    auto vacation = away();
    vacation.from = now;
    vacation.to = now + 1;
    CHECK(decide(vacation, anne, header, bob, now) == Verdict::answer);
    CHECK(decide(vacation, anne, header, bob, now - 1) == Verdict::not_begun);
    CHECK(decide(vacation, anne, header, bob, now + 1) == Verdict::over);
    vacation.is_enabled = false;
    CHECK(decide(vacation, anne, header, bob, now) == Verdict::disabled);
}

TEST_CASE("the owner must be named (RFC 3834 §2)") {
    for (const auto* to :
         {"Cc: x@y.test, am@a.test\r\n", "Bcc: AM@a.test\r\n", "Resent-To: am@a.test\r\n",
          "Resent-Cc: am@a.test\r\n", "Resent-Bcc: am@a.test\r\n", "To: x@y.test\r\nTo: am@a.test\r\n",
          "To: am+lycee@a.test\r\n", "To: Profs: x@y.test, am@a.test;\r\n"})
        CHECK(decide_on("", to) == Verdict::answer);
    for (const auto* to : {"", "To: all@a.test\r\n", "To: am@b.test\r\n", "To: \"am@a.test\" <x@y.test>\r\n",
                           "To: undisclosed-recipients:;\r\n", "X-To: am@a.test\r\n", "To: +am@a.test\r\n"})
        CHECK(decide_on("", to) == Verdict::not_named);
}

TEST_CASE("no machine, no list and no bounce gets an answer") {
    struct Row {
        const char* field;
        Verdict verdict;
    };
    for (const auto& row : {
             Row{"Auto-Submitted: auto-replied\r\n", Verdict::automatic},
             Row{"auto-submitted: Auto-Generated; x=y\r\n", Verdict::automatic},
             Row{"Auto-Submitted: no\r\n", Verdict::answer},
             Row{"Auto-Submitted: No (a person)\r\n", Verdict::answer},
             Row{"X-Autoreply: yes\r\n", Verdict::automatic},
             Row{"Content-Type: multipart/report; report-type=disposition-notification\r\n",
                 Verdict::automatic},
             Row{"Precedence: bulk\r\n", Verdict::bulk},
             Row{"Precedence: Junk\r\n", Verdict::bulk},
             Row{"Precedence: list\r\n", Verdict::bulk},
             Row{"Precedence: first-class\r\n", Verdict::answer},
             Row{"List-Id: <profs.a.test>\r\n", Verdict::list},
             Row{"List-Unsubscribe: <mailto:x@y.test>\r\n", Verdict::list},
             Row{"X-Mailing-List: x\r\n", Verdict::list},
             Row{"X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n", Verdict::suppressed},
             Row{"X-Auto-Response-Suppress: All\r\n", Verdict::suppressed},
             Row{"X-Auto-Response-Suppress: DR, RN\r\n", Verdict::answer},
             Row{"X-Spam-Flag: YES\r\n", Verdict::junk},
             Row{"Return-Path: <>\r\n", Verdict::null_sender},
             Row{"Return-Path: <bob@b.test>\r\n", Verdict::answer},
         }) {
        INFO(row.field);
        CHECK(decide_on(row.field) == row.verdict);
        CHECK(name_of(row.verdict).size() > 3);
    }
    CHECK(decide_on("", "To: am@a.test\r\n", std::nullopt) == Verdict::null_sender);
}

TEST_CASE("senders behind whom there is no person") {
    for (const auto* local :
         {"MAILER-DAEMON", "owner-profs", "profs-request", "profs-owner", "profs-bounces", "noreply",
          "No-Reply", "ne-pas-repondre", "nepasrepondre", "bounce+x=y.test", "lms-noreply", "postmaster"}) {
        INFO(local);
        CHECK(decide_on("", "To: am@a.test\r\n", smtp::Mailbox{local, "b.test"}) == Verdict::robot);
        CHECK(decide(away(), anne, "From: \"X\" <" + std::string(local) + "@b.test>\r\nTo: am@a.test\r\n",
                     bob, now) == Verdict::robot);
    }
    for (const auto* local : {"requests", "bouncer", "owner", "norep", "rene.pas"})
        CHECK(decide_on("", "To: am@a.test\r\n", smtp::Mailbox{local, "b.test"}) == Verdict::answer);
    CHECK(decide_on("", "To: am@a.test\r\n", smtp::Mailbox{"AM", "a.test"}) == Verdict::own);
    CHECK(decide_on("", "To: am@a.test\r\n", smtp::Mailbox{"am+note", "a.test"}) == Verdict::own);
}

TEST_CASE("the key for once a period: of sender, dates and text") {
    const auto key = once_key(away(), bob);
    CHECK(key.size() == 64);
    CHECK(key == once_key(away(), {"bob", "b.test"}));
    CHECK(key != once_key(away(), {"bob2", "b.test"}));
    auto other = away();
    other.text = "x";
    const auto with_text = once_key(other, bob);
    CHECK(key != with_text);
    other.text.reset();
    other.html = "x";
    CHECK(once_key(other, bob) != with_text);
    other.html.reset();
    other.to = 5;
    CHECK(once_key(other, bob) != key);
}
