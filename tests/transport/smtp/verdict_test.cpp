#include "transport/smtp/verdict.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;
using Fate = Verdict::Fate;

namespace {

RecipientResult result(Stage stage, int code, std::string enhanced = "", std::string text = "") {
    using Outcome = RecipientResult::Outcome;
    const auto outcome = code >= 200 && code < 300 ? Outcome::delivered
                         // as the client does (RFC 5321 §4.5.3.1.10)
                         : code >= 500 && !(code == 552 && stage == Stage::rcpt) ? Outcome::refused
                                                                                 : Outcome::deferred;
    return {outcome, stage, {code, std::move(enhanced), std::move(text)}};
}

Verdict one(RecipientResult one_result) {
    return judge(MessageDone{{std::move(one_result)}, false, false}).at(0);
}

} // namespace

TEST_CASE("replies to one recipient") {
    struct Row {
        Stage stage;
        int code;
        const char* enhanced;
        Fate fate;
        Scope scope;
        const char* status;
    };
    for (const auto& row : {
             Row{Stage::text, 250, "", Fate::delivered, Scope::recipient, "2.0.0"},
             Row{Stage::text, 250, "2.6.0", Fate::delivered, Scope::recipient, "2.6.0"},
             Row{Stage::rcpt, 550, "5.1.1", Fate::refused, Scope::recipient, "5.1.1"},
             Row{Stage::rcpt, 550, "", Fate::refused, Scope::recipient, "5.0.0"},
             Row{Stage::rcpt, 556, "", Fate::refused, Scope::recipient, "5.1.10"},
             Row{Stage::rcpt, 451, "4.7.1", Fate::deferred, Scope::recipient, "4.7.1"},
             Row{Stage::rcpt, 450, "", Fate::deferred, Scope::recipient, "4.2.0"},
             Row{Stage::rcpt, 452, "4.2.2", Fate::deferred, Scope::recipient, "4.2.2"},
             // Nobody was taken before: the mailbox is full, for good.
             Row{Stage::rcpt, 552, "", Fate::refused, Scope::recipient, "5.2.2"},
             Row{Stage::rcpt, 552, "5.2.2", Fate::refused, Scope::recipient, "5.2.2"},
             Row{Stage::mail, 550, "5.7.1", Fate::refused, Scope::message, "5.7.1"},
             Row{Stage::mail, 552, "5.3.4", Fate::refused, Scope::message, "5.3.4"},
             Row{Stage::mail, 452, "", Fate::deferred, Scope::message, "4.3.1"},
             Row{Stage::text, 554, "5.6.0", Fate::refused, Scope::message, "5.6.0"},
             Row{Stage::text, 552, "", Fate::refused, Scope::message, "5.3.4"},
             Row{Stage::data, 451, "", Fate::deferred, Scope::message, "4.0.0"},
             Row{Stage::mail, 421, "", Fate::deferred, Scope::host, "4.3.2"},
             Row{Stage::lost, 0, "", Fate::deferred, Scope::host, "4.4.2"},
         }) {
        INFO(row.code << ' ' << row.enhanced << " at stage " << static_cast<int>(row.stage));
        const auto verdict = one(result(row.stage, row.code, row.enhanced));
        CHECK(verdict.fate == row.fate);
        CHECK(verdict.scope == row.scope);
        CHECK(verdict.status == row.status);
        CHECK_FALSE(verdict.uncertain);
    }
}

TEST_CASE("452 and 552 behind recipients that were taken mean another transaction (RFC 5321 §4.5.3.1.10)") {
    const auto behind = [](RecipientResult last) {
        return judge(MessageDone{{result(Stage::text, 250), std::move(last)}, false, false}).at(1);
    };
    for (auto last : {result(Stage::rcpt, 452, "4.5.3"), result(Stage::rcpt, 452), result(Stage::rcpt, 552),
                      result(Stage::rcpt, 552, "5.5.3")}) {
        const auto verdict = behind(last);
        CHECK(verdict.fate == Fate::deferred);
        CHECK(verdict.scope == Scope::transaction);
        CHECK(verdict.status[0] == '4');
    }
    CHECK(behind(result(Stage::rcpt, 452, "4.2.2")).scope == Scope::recipient);
    const auto full = behind(result(Stage::rcpt, 552, "5.2.2"));
    CHECK(full.fate == Fate::refused);
    CHECK(full.status == "5.2.2");
}

TEST_CASE("a connection that is lost behind the text is uncertain") {
    const auto verdicts = judge(MessageDone{
        {result(Stage::rcpt, 550, "5.1.1"), result(Stage::lost, 0, "", "Connection reset")}, false, true});
    CHECK_FALSE(verdicts[0].uncertain);
    CHECK(verdicts[1].uncertain);
    CHECK(verdicts[1].fate == Fate::deferred);
}

TEST_CASE("connections that come to nothing") {
    struct Row {
        Stage stage;
        int code;
        const char* enhanced;
        Fate fate;
        Scope scope;
        const char* status;
    };
    for (const auto& row : {
             Row{Stage::greeting, 554, "5.7.1", Fate::deferred, Scope::host, "4.7.1"},
             Row{Stage::greeting, 554, "", Fate::deferred, Scope::host, "4.0.0"},
             Row{Stage::greeting, 421, "4.3.2", Fate::deferred, Scope::host, "4.3.2"},
             Row{Stage::greeting, 521, "", Fate::refused, Scope::host, "5.3.2"},
             Row{Stage::hello, 550, "", Fate::deferred, Scope::host, "4.0.0"},
             Row{Stage::starttls, 0, "", Fate::deferred, Scope::host, "4.7.4"},
             Row{Stage::starttls, 554, "5.5.1", Fate::deferred, Scope::host, "4.7.4"},
             Row{Stage::auth, 535, "5.7.8", Fate::deferred, Scope::destination, "4.7.8"},
             Row{Stage::auth, 535, "", Fate::deferred, Scope::destination, "4.7.8"},
             Row{Stage::lost, 0, "", Fate::deferred, Scope::host, "4.4.2"},
         }) {
        INFO(row.code << ' ' << row.enhanced << " at stage " << static_cast<int>(row.stage));
        const auto verdict = judge(Failed{row.stage, {row.code, row.enhanced, "why"}});
        CHECK(verdict.fate == row.fate);
        CHECK(verdict.scope == row.scope);
        CHECK(verdict.status == row.status);
        CHECK(verdict.reply.text == "why");
    }
}

TEST_CASE("what stands in the way of a connection") {
    CHECK(judge(Obstacle::no_domain) ==
          Verdict{Fate::refused, Scope::destination, "5.1.2", {0, "", "The domain does not exist"}, false});
    CHECK(judge(Obstacle::no_mail).status == "5.1.10");
    CHECK(judge(Obstacle::loop).status == "5.4.6");
    CHECK(judge(Obstacle::too_many_hops).scope == Scope::message);
    CHECK(judge(Obstacle::expired).status == "5.4.7");
    for (const auto obstacle : {Obstacle::dns_failed, Obstacle::no_hosts_left})
        CHECK(judge(obstacle).scope == Scope::destination);
    for (const auto obstacle : {Obstacle::no_address, Obstacle::unreachable, Obstacle::tls_failed,
                                Obstacle::not_in_policy, Obstacle::not_authenticated}) {
        const auto verdict = judge(obstacle, "mx.example.test: no");
        CHECK(verdict.fate == Fate::deferred);
        CHECK(verdict.scope == Scope::host);
        CHECK(verdict.status[0] == '4');
        CHECK(verdict.reply.text == "mx.example.test: no");
    }
}

TEST_CASE("what is given up keeps a status that its sender can act on") {
    CHECK(expired(judge(Obstacle::unreachable)).status == "5.4.7");
    CHECK(expired(judge(Obstacle::unreachable)).reply.text == "The host does not answer");
    CHECK(expired(judge(Obstacle::tls_failed)).status == "5.7.5");
    const auto full = expired(one(result(Stage::rcpt, 452, "4.2.2", "Full")));
    CHECK(full.status == "5.2.2");
    CHECK(full.fate == Fate::refused);
    CHECK(full.reply.code == 452);
}
