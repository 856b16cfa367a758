#include "actors/session/smtp/session_actor.h"

#include "actors/accounts/directory.h"
#include "actors/clock.h"
#include "actors/delivery/queue_plans.h"
#include "actors/log.h"
#include "actors/mailbox/large_texts.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/session/smtp/smtp_session.h"

#include <caf/all.hpp>

#include <algorithm>

namespace facteur {
namespace {

struct State {
    static inline const char* name = "smtp_session";

    std::shared_ptr<SmtpShared> shared;
    SmtpLink link;
    std::shared_ptr<SmtpSession> session;
    bool judging = false;       // a text, perhaps on another thread: the session is not to be touched
    std::size_t deliveries = 0; // under way: at most one while the connection lives
    bool gone = false;
};
using Actor = caf::stateful_actor<State>;

void quit_when_done(Actor* self) {
    if (self->state.gone && self->state.deliveries == 0) self->quit();
}

// ---- signing in

void answer_auth(Actor* self, SmtpSession::AuthStep step);

void verify_password(Actor* self, SmtpSession::Verify verify) {
    auto& state = self->state;
    state.shared->services.authenticator.sign_in(
        std::move(verify.user), std::move(verify.password), state.session->remote(),
        [address = self->address()](SignInAnswer answer) {
            // The session may have gone since.
            if (const auto session = caf::actor_cast<caf::actor>(address))
                caf::anon_send(session, SmtpVerified{std::move(answer)});
        });
}

void answer_auth(Actor* self, SmtpSession::AuthStep step) {
    auto& state = self->state;
    if (auto* challenge = std::get_if<SmtpSession::Challenge>(&step))
        return state.link.challenge(std::move(challenge->data));
    if (auto* verify = std::get_if<SmtpSession::Verify>(&step))
        return verify_password(self, std::move(*verify));
    if (const auto* refused = std::get_if<smtp::Reply>(&step)) {
        log(Severity::info, "sign-in refused",
            {{"door", name_of(state.session->door())},
             {"remote", state.session->remote()},
             {"code", refused->code}});
        return state.link.refuse(*refused);
    }
    log(Severity::info, "signed in",
        {{"door", name_of(state.session->door())},
         {"remote", state.session->remote()},
         {"account", state.session->account()->address}});
    state.link.authenticated();
}

// ---- a message

void mail(Actor* self, SmtpMail& mail) {
    auto& state = self->state;
    const auto sender = mail.sender ? mail.sender->text() : std::string();
    const auto reply = state.session->mail(std::move(mail));
    if (!reply.is_success())
        log(Severity::info, "sender refused",
            {{"door", name_of(state.session->door())},
             {"remote", state.session->remote()},
             {"from", sender},
             {"code", reply.code},
             {"status", reply.status}});
    state.link.reply({reply});
}

void rcpt(Actor* self, const SmtpRcpt& rcpt) {
    auto& state = self->state;
    const auto reply = state.session->rcpt(rcpt);
    if (!reply.is_success())
        log(Severity::info, "recipient refused",
            {{"id", state.session->id()},
             {"door", name_of(state.session->door())},
             {"remote", state.session->remote()},
             {"to", rcpt.recipient.text()},
             {"code", reply.code},
             {"status", reply.status}});
    state.link.reply({reply});
}

void note_refused(const State& state, const std::string& id, const smtp::Reply& reply, std::uint64_t octets) {
    log(Severity::info, "message refused",
        {{"id", id},
         {"door", name_of(state.session->door())},
         {"remote", state.session->remote()},
         {"size", octets},
         {"code", reply.code},
         {"status", reply.status},
         {"reason", reply.text}});
}

void note_delivered(const State& state, const SmtpSession::Outgoing& outgoing,
                    const std::vector<store::Result<EmailFiled>>& results, const smtp::Reply& reply) {
    std::size_t filed = 0, known = 0;
    for (const auto& result : results) {
        if (!result) continue;
        ++(result->duplicate ? known : filed);
    }
    log(reply.is_success() ? Severity::info : Severity::warn, "message",
        {{"id", outgoing.id},
         {"door", name_of(state.session->door())},
         {"remote", state.session->remote()},
         {"from", outgoing.sender},
         {"recipients", results.size()},
         {"size", outgoing.octets},
         {"filed", filed},
         {"known", known},
         {"elsewhere", outgoing.elsewhere.envelope.rcpt_to.size()},
         {"failed", results.size() - filed - known},
         {"code", reply.code}});
    if (!reply.is_success() && filed + known == 0) return;
    state.shared->services.metrics.message_accepted(
        state.session->door(), outgoing.octets, filed + known + outgoing.elsewhere.envelope.rcpt_to.size());
}

// Nobody waits for it, and what becomes of it is not reported again.
void report_success(Actor* self, const SmtpSession::Outgoing& outgoing,
                    const std::vector<store::Result<EmailFiled>>& results) {
    auto& state = self->state;
    const auto report = state.session->report(outgoing, results);
    if (!report) return;
    ++state.deliveries;
    send_report(self, state.shared->services, *report, [self](bool, const std::string&) {
        --self->state.deliveries;
        quit_when_done(self);
    });
}

void conclude(Actor* self, const SmtpSession::Outgoing& outgoing,
              const std::vector<store::Result<EmailFiled>>& results, std::vector<smtp::Reply> replies) {
    auto& state = self->state;
    note_delivered(state, outgoing, results, replies.front());
    state.link.reply(std::move(replies));
    report_success(self, outgoing, results);
    --state.deliveries;
    quit_when_done(self);
}

// Recipients of other servers, once those here have it: the message is taken when all of it is on disk. When
// it cannot be queued it comes again, and those here are known.
void queue_elsewhere(Actor* self, const std::shared_ptr<SmtpSession::Outgoing>& outgoing,
                     std::vector<store::Result<EmailFiled>> results, std::vector<smtp::Reply> replies,
                     std::shared_ptr<Reservation> held) {
    const auto& services = self->state.shared->services;
    // The same text to other recipients is another delivery.
    auto key = outgoing->key;
    if (!key.empty()) {
        jmap::Writer recipients(key);
        write(outgoing->elsewhere.envelope, recipients);
    }
    auto call = accept_call(outgoing->keeper, "m" + outgoing->id, outgoing->elsewhere, outgoing->email->body,
                            key, services.directory.domain(), seconds_now());
    self->request(services.mailboxes.of(outgoing->keeper), caf::infinite, std::move(call))
        .then([=, held = std::move(held)](
                  const MethodAnswered&) { conclude(self, *outgoing, results, replies); },
              [=](const caf::error& error) {
                  log(Severity::warn, "message not queued",
                      {{"id", outgoing->id}, {"why", to_store(error).message}});
                  conclude(self, *outgoing, results, {smtp::replies::try_later()});
              });
}

void refuse_text(Actor* self, const std::string& id, const smtp::Reply& refused, std::uint64_t octets,
                 std::size_t recipients) {
    auto& state = self->state;
    note_refused(state, id, refused, octets);
    state.session->forget();
    state.link.reply(state.session->same_to_all(refused, recipients));
    --state.deliveries;
    quit_when_done(self);
}

void deliver(Actor* self, const std::shared_ptr<SmtpSession::Outgoing>& outgoing,
             std::shared_ptr<Reservation> held) {
    auto to = std::move(outgoing->recipients);
    const bool is_last = outgoing->keeper == 0 && outgoing->report.recipients.empty();
    deliver_local(
        self, self->state.shared->services, outgoing->email, std::move(to), outgoing->key,
        [self, outgoing, held = std::move(held)](std::vector<store::Result<EmailFiled>> results) {
            auto replies = self->state.session->answers(*outgoing, results);
            if (outgoing->keeper != 0 && replies.front().is_success())
                return queue_elsewhere(self, outgoing, std::move(results), std::move(replies), held);
            conclude(self, *outgoing, results, std::move(replies));
        },
        is_last ? Ends::quickly : Ends::on_a_worker);
}

void take_text(Actor* self, SmtpText& text) {
    auto& state = self->state;
    const auto octets = text.bytes->size();
    const auto recipients = state.session->recipients();
    const auto id = state.session->id();
    const auto judged = std::make_shared<SmtpSession::Judged>(smtp::replies::try_later());
    state.judging = true;
    ++state.deliveries;
    state.shared->services.large_texts.run(
        self, octets,
        [session = state.session, bytes = text.bytes, judged] { *judged = session->text(*bytes); },
        [=, held = text.held](bool) {
            self->state.judging = false;
            if (const auto* refused = std::get_if<smtp::Reply>(judged.get()))
                return refuse_text(self, id, *refused, octets, recipients);
            deliver(
                self,
                std::make_shared<SmtpSession::Outgoing>(std::move(std::get<SmtpSession::Outgoing>(*judged))),
                held);
        });
}

caf::behavior smtp_session(Actor* self, std::shared_ptr<SmtpShared> shared, Door door, SmtpLink link,
                           const std::string& remote) {
    auto& state = self->state;
    state.shared = shared;
    state.link = link;
    state.session = std::make_shared<SmtpSession>(std::move(shared), door, remote);
    return {
        [self](SmtpAuth& auth) { answer_auth(self, self->state.session->begin_auth(auth)); },
        [self](SmtpAuthResponse& response) { answer_auth(self, self->state.session->respond(response)); },
        [self](SmtpVerified& verified) { answer_auth(self, self->state.session->verified(verified.answer)); },
        [self](SmtpMail& asked) { mail(self, asked); },
        [self](SmtpRcpt& asked) { rcpt(self, asked); },
        [self](SmtpText& text) { take_text(self, text); },
        [self](SmtpForget) {
            if (!self->state.judging) self->state.session->forget(); // else it has nothing left to forget
        },
        [self](SmtpGone) {
            self->state.gone = true;
            quit_when_done(self);
        },
    };
}

} // namespace

caf::actor spawn_smtp_session(std::shared_ptr<SmtpShared> shared, Door door, SmtpLink link,
                              std::string remote) {
    auto& system = shared->system;
    return system.spawn(smtp_session, std::move(shared), door, std::move(link), std::move(remote));
}

} // namespace facteur
