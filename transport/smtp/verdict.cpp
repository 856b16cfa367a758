#include "transport/smtp/verdict.h"

#include <utility>

namespace facteur::smtp {
namespace {

using Fate = Verdict::Fate;

constexpr int too_many_recipients = 452; // RFC 5321 §4.5.3.1.10
constexpr int exceeded_storage = 552;    // which means the same to RCPT, from older servers
constexpr int no_mail_host = 521;        // RFC 7504

// RFC 3463 for replies without an enhanced code, as far as code and stage tell. 550 tells nothing: servers
// that are that old say it of unknown people and of spam alike.
std::string default_status(const ServerReply& reply, Stage stage) {
    if (reply.is_success()) return stage == Stage::rcpt ? "2.1.5" : "2.0.0";
    const std::string kind = reply.is_permanent() ? "5." : "4.";
    switch (reply.code) {
    case 421: return kind + "3.2";
    case 450: return kind + "2.0";
    case 452: return kind + "3.1";
    case 521: return kind + "3.2";
    case 530:
    case 535: return kind + "7.8";
    case 551: return kind + "1.6";
    case 552: return stage == Stage::rcpt ? kind + "2.2" : kind + "3.4";
    case 553: return stage == Stage::rcpt ? kind + "1.3" : kind + "1.8";
    case 556: return kind + "1.10"; // RFC 7505 §4.2
    default: return kind + "0.0";
    }
}

std::string status_of(const ServerReply& reply, Stage stage) {
    return reply.enhanced.empty() ? default_status(reply, stage) : reply.enhanced;
}

// No server's decision: the connection broke, or the peer spoke nonsense.
std::string own_status(Stage stage) {
    switch (stage) {
    case Stage::starttls: return "4.7.4"; // TLS is not to be had
    case Stage::auth: return "4.7.8";
    default: return "4.4.2"; // bad connection
    }
}

bool is_of_host(const RecipientResult& result) {
    return result.reply.code == 0 || result.reply.code == 421 || result.stage <= Stage::auth;
}

bool is_of_message(Stage stage) {
    return stage == Stage::mail || stage == Stage::data || stage == Stage::text;
}

// "4.2.2" as 5.2.2
std::string in_class(char kind, std::string status) {
    if (!status.empty()) status[0] = kind;
    return status;
}

struct Known {
    Fate fate;
    Scope scope;
    std::string_view status, text;
};
Known known(Obstacle obstacle) {
    switch (obstacle) {
    case Obstacle::no_domain:
        return {Fate::refused, Scope::destination, "5.1.2", "The domain does not exist"};
    case Obstacle::no_mail: return {Fate::refused, Scope::destination, "5.1.10", "The domain takes no mail"};
    case Obstacle::loop:
        return {Fate::refused, Scope::destination, "5.4.6", "The domain's mail comes back to this server"};
    case Obstacle::too_many_hops:
        return {Fate::refused, Scope::message, "5.4.6", "The message goes round in a loop"};
    case Obstacle::dns_failed:
        return {Fate::deferred, Scope::destination, "4.4.3", "The DNS gave no answer for the domain"};
    case Obstacle::no_address:
        return {Fate::deferred, Scope::host, "4.4.4", "The host has no address in the DNS"};
    case Obstacle::unreachable: return {Fate::deferred, Scope::host, "4.4.1", "The host does not answer"};
    case Obstacle::tls_failed:
        return {Fate::deferred, Scope::host, "4.7.5", "TLS, which is required, could not be set up"};
    case Obstacle::not_in_policy:
        return {Fate::deferred, Scope::host, "4.7.5", "The host is not in its domain's MTA-STS policy"};
    case Obstacle::not_authenticated:
        return {Fate::deferred, Scope::host, "4.7.5", "The host's certificate does not prove who it is"};
    case Obstacle::no_hosts_left:
        return {Fate::deferred, Scope::destination, "4.4.1", "No host of the domain took the message"};
    case Obstacle::expired: break;
    }
    return {Fate::refused, Scope::recipient, "5.4.7", "The message could not be delivered in time"};
}

// A refusal to RCPT that the client took for temporary (`Client` does so with 552): is it for want of room in
// the transaction, or in the mailbox? The first of a transaction is never one too many.
void judge_one_too_many(Verdict& verdict, bool some_taken) {
    const auto code = verdict.reply.code;
    const bool may_mean_it =
        verdict.reply.enhanced.empty() && (code == too_many_recipients || code == exceeded_storage);
    const bool says_it = verdict.status == "4.5.3" || verdict.status == "5.5.3";
    if (some_taken && (says_it || may_mean_it))
        verdict.scope = Scope::transaction;
    else if (verdict.reply.is_permanent())
        verdict.fate = Fate::refused;
    if (verdict.fate == Fate::deferred) verdict.status = in_class('4', verdict.status);
}

} // namespace

std::vector<Verdict> judge(const MessageDone& done) {
    using Outcome = RecipientResult::Outcome;
    std::vector<Verdict> verdicts;
    verdicts.reserve(done.recipients.size());
    bool some_taken = false; // by RCPT, whatever became of the text
    for (const auto& result : done.recipients) {
        Verdict verdict;
        const auto& reply = result.reply;
        verdict.fate = result.outcome == Outcome::delivered ? Fate::delivered
                       : result.outcome == Outcome::refused ? Fate::refused
                                                            : Fate::deferred;
        verdict.reply = reply;
        verdict.status = reply.code == 0 ? own_status(result.stage) : status_of(reply, result.stage);
        verdict.uncertain = done.uncertain && reply.code == 0;
        if (result.stage == Stage::data || result.stage == Stage::text) some_taken = true;
        if (verdict.fate == Fate::deferred && is_of_host(result))
            verdict.scope = Scope::host;
        else if (verdict.fate != Fate::delivered && is_of_message(result.stage))
            verdict.scope = Scope::message;
        verdicts.push_back(std::move(verdict));
    }
    for (std::size_t i = 0; i < verdicts.size(); ++i)
        if (done.recipients[i].stage == Stage::rcpt && verdicts[i].fate == Fate::deferred)
            judge_one_too_many(verdicts[i], some_taken);
    return verdicts;
}

Verdict judge(const Failed& failed) {
    Verdict verdict;
    verdict.scope = failed.stage == Stage::auth ? Scope::destination : Scope::host;
    verdict.reply = failed.reply;
    if (failed.reply.code == no_mail_host && failed.stage == Stage::greeting) {
        verdict.fate = Fate::refused;
        verdict.status = status_of(failed.reply, failed.stage);
        return verdict;
    }
    verdict.status = failed.reply.code == 0 ? own_status(failed.stage)
                                            : in_class('4', status_of(failed.reply, failed.stage));
    if (failed.stage == Stage::starttls) verdict.status = own_status(failed.stage);
    return verdict;
}

Verdict judge(Obstacle obstacle, std::string_view text) {
    const auto what = known(obstacle);
    return {what.fate, what.scope, std::string(what.status),
            ServerReply{0, "", std::string(text.empty() ? what.text : text)}, false};
}

Verdict expired(const Verdict& last) {
    Verdict verdict = last;
    verdict.fate = Fate::refused;
    verdict.scope = Scope::recipient;
    // A full mailbox, TLS that is not to be had: the sender can act on that.
    const bool telling = last.status.starts_with("4.2.") || last.status.starts_with("4.7.");
    verdict.status = telling ? in_class('5', last.status) : std::string(known(Obstacle::expired).status);
    return verdict;
}

} // namespace facteur::smtp
