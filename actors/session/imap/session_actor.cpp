#include "actors/session/imap/session_actor.h"

#include "actors/mailbox/attend.h"
#include "actors/mailbox/large_texts.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/searching/searches.h"
#include "actors/session/imap/imap_session.h"

#include <caf/all.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

namespace facteur {
namespace {

using namespace std::chrono_literals;

struct ImapState {
    static inline const char* name = "imap_session";

    std::shared_ptr<ImapShared> shared;
    std::unique_ptr<ImapSession> session;
    std::size_t under_way = 0; // requests that are not answered yet
    std::function<void(ImapFound)> searching;
    std::uint64_t searches = 0;                                                            // that were begun
    std::shared_ptr<std::atomic<bool>> ended = std::make_shared<std::atomic<bool>>(false); // nobody waits
    bool gone = false;
};
using ImapActor = caf::stateful_actor<ImapState>;

void quit_when_answered(ImapActor* self) {
    if (self->state.gone && self->state.under_way == 0) self->quit();
}

// A request to the account's mailbox actor.
template <typename Request, typename Answer>
ImapWorld::Ask<Request, Answer> ask_mailbox(ImapActor* self) {
    return [self](Request request, std::function<void(store::Result<Answer>)> answered) {
        ++self->state.under_way;
        const auto done = [self, answered = std::move(answered)](store::Result<Answer> answer) {
            --self->state.under_way;
            if (!self->state.gone) answered(std::move(answer));
            quit_when_answered(self);
        };
        self->request(self->state.shared->services.mailboxes.of(request.account), caf::infinite,
                      std::move(request))
            .then([done](Answer& answer) { done(std::move(answer)); },
                  [done](const caf::error& error) { done(tl::unexpected(to_store(error))); });
    };
}

// The client hears now and then that a search goes on.
void await_search(ImapActor* self, std::uint64_t number) {
    const auto interval = std::max(self->state.shared->services.config.imap.progress_every, 1s);
    self->delayed_send(self, interval, ImapStillAtWork{number});
}

ImapWorld world_of(ImapActor* self) {
    ImapWorld world;
    world.change = ask_mailbox<ChangeEmails, EmailsChanged>(self);
    world.append = ask_mailbox<AppendEmails, EmailsAppended>(self);
    world.change_acl = ask_mailbox<ChangeAcl, EmailsChanged>(self);
    world.change_shared = ask_mailbox<ChangeShared, EmailsChanged>(self);
    world.annotate = ask_mailbox<PutAnnotations, EmailsChanged>(self);
    world.call = ask_mailbox<CallMethod, MethodAnswered>(self);
    world.apart = [self](std::uint64_t octets, std::function<void()> work, std::function<void(bool)> then) {
        ++self->state.under_way;
        self->state.shared->services.large_texts.run(self, octets, std::move(work),
                                                     [self, then = std::move(then)](bool done) {
                                                         --self->state.under_way;
                                                         if (!self->state.gone) then(done);
                                                         quit_when_answered(self);
                                                     });
    };
    world.watch = [self](store::AccountId account) {
        // What was committed before it watches is not told: so the session looks when it does.
        self->request(self->state.shared->services.mailboxes.of(account), caf::infinite, Watch{account})
            .then(
                [self] {
                    if (!self->state.gone) self->state.session->changed();
                },
                [](const caf::error&) {});
    };
    world.attend = [self](store::AccountId account) {
        self->send(self->state.shared->services.mailboxes.of(account), AttendAtom::value);
    };
    world.unwatch = [self](store::AccountId account) {
        self->send(self->state.shared->services.mailboxes.of(account), Unwatch{account});
    };
    world.search = [self](store::AccountId account, std::shared_ptr<const ImapSearch> search,
                          std::function<void(ImapFound)> next) {
        const auto& services = self->state.shared->services;
        const bool begun = services.searches.start(
            account, self->state.ended,
            [search = std::move(search), shared = self->state.shared, address = self->address()](Turn& turn) {
                auto found = run_search(shared->services, *search, turn);
                if (const auto session = caf::actor_cast<caf::actor>(address))
                    caf::anon_send(session, ImapSearched{std::move(found)});
            });
        if (!begun) return false;
        self->state.searching = std::move(next);
        await_search(self, ++self->state.searches);
        return true;
    };
    return world;
}

caf::behavior imap_session(ImapActor* self, std::shared_ptr<ImapShared> shared, Door door, ImapLink link,
                           const std::string& remote) {
    auto& state = self->state;
    state.shared = shared;
    auto world = world_of(self);
    world.verify = [self, remote](std::string user, std::string password) {
        self->state.shared->services.authenticator.sign_in(
            user, std::move(password), remote,
            [self, asked_on = std::this_thread::get_id(), address = self->address()](SignInAnswer answer) {
                // Known at once; else it comes from a hashing thread, and the session may have gone since.
                if (std::this_thread::get_id() == asked_on) return self->state.session->verified(answer);
                if (const auto session = caf::actor_cast<caf::actor>(address))
                    caf::anon_send(session, ImapVerified{std::move(answer)});
            });
    };
    state.session =
        std::make_unique<ImapSession>(std::move(shared), door, std::move(link), remote, std::move(world));
    return {
        [self](ImapAuth& auth) { self->state.session->authenticate(auth); },
        [self](ImapAuthResponse& response) { self->state.session->respond(response); },
        [self](ImapLogin& login) { self->state.session->login(std::move(login)); },
        [self](ImapVerified& verified) { self->state.session->verified(verified.answer); },
        [self](ImapCommand& given) { self->state.session->command(given); },
        [self](ImapIdle& begun) { self->state.session->idle(begun.moment); },
        [self](ImapIdleEnded& ended) { self->state.session->idle_ended(ended.moment); },
        [self](ImapAppendAsked& asked) { self->state.session->append_asked(asked); },
        [self](ImapAppend& given) { self->state.session->append(given); },
        [self](ImapDrained) { self->state.session->drained(); },
        [self](ImapSearched& searched) {
            if (const auto next = std::exchange(self->state.searching, {})) next(std::move(searched.found));
        },
        [self](ImapStillAtWork work) {
            if (self->state.gone || !self->state.searching || work.search != self->state.searches) return;
            self->state.session->still_at_work();
            await_search(self, work.search);
        },
        [self](const StateChanged&) { self->state.session->changed(); },
        [self](const CloseSessions&) { self->state.session->close(); },
        [self](ImapGone) {
            self->state.gone = true;
            *self->state.ended = true;
            quit_when_answered(self);
        },
    };
}

} // namespace

caf::actor spawn_imap_session(std::shared_ptr<ImapShared> shared, Door door, ImapLink link,
                              std::string remote) {
    auto& system = shared->system;
    // Its first message makes it begin, on whatever thread that acts: not a worker for nothing.
    return system.spawn<caf::lazy_init>(imap_session, std::move(shared), door, std::move(link),
                                        std::move(remote));
}

} // namespace facteur
