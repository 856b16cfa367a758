#include "actors/mailbox/mailbox_actor.h"

#include "actors/mailbox/append_emails.h"
#include "actors/mailbox/attend.h"
#include "actors/mailbox/change_acl.h"
#include "actors/mailbox/change_emails.h"
#include "actors/mailbox/file_email.h"
#include "actors/mailbox/keep_upload.h"
#include "actors/on_this_thread.h"

#include <algorithm>
#include <chrono>
#include <unordered_set>

namespace facteur {
namespace {

// An actor without work and watchers goes to rest after this; it then lingers, so that who still holds its
// address is served by its successor.
constexpr auto idle_limit = std::chrono::minutes(5);
constexpr auto linger = std::chrono::minutes(1);

// Who changed the flags of so few emails is answered by the lane's thread itself: this actor, and the
// session, which may watch, of the commit and with its answer. Each has nothing to do but to write a line.
constexpr std::size_t few_emails = 16;
constexpr unsigned turns_of_answer = 4;
// Of a delivery: this actor, which as a rule has nobody to tell, and one who watches.
constexpr unsigned turns_of_news = 2;

constexpr auto tick_atom = caf::atom("tick");
constexpr auto leave_atom = caf::atom("leave");
using TickAtom = caf::atom_constant<tick_atom>;
using LeaveAtom = caf::atom_constant<leave_atom>;

struct MailboxState {
    static inline const char* name = "mailbox";

    store::AccountId account = 0;
    Mailboxes* mailboxes = nullptr;
    std::uint64_t next_ticket = 1;
    // Runs when the numbered write is durable: answers who asked.
    std::unordered_map<std::uint64_t, std::function<void(const WriteDone&)>> waiting;
    std::unordered_set<caf::strong_actor_ptr> watchers;
    std::unordered_set<caf::strong_actor_ptr> attendants; // hear of no commits
    bool touched = false;
    bool retired = false;
};
using MailboxActor = caf::stateful_actor<MailboxState>;

WriteDone outcome(std::uint64_t ticket, store::AccountId account,
                  const store::Result<store::Committed>& result) {
    WriteDone done;
    done.ticket = ticket;
    done.states.account = account;
    done.ok = result.has_value();
    if (!result) {
        done.code = static_cast<std::uint8_t>(result.error().code);
        done.message = result.error().message;
        return done;
    }
    done.changed = result->commit.sequence != 0;
    done.states.modseq = result->commit.modseq;
    return done;
}

void tell_lane_followers(const MailboxServices& services, const store::Commit& commit) {
    if (services.committed) services.committed(commit.shard);
    const bool queued = std::any_of(commit.changes.begin(), commit.changes.end(), [](const auto& change) {
        return std::holds_alternative<store::QueuePut>(change);
    });
    if (queued && services.queued) services.queued(commit.shard);
}

enum class Answers { by_workers, by_lane };

void submit(MailboxActor* self, const Permission& guard, store::Plan plan, std::vector<store::Body> bodies,
            store::Time at, std::function<void(const WriteDone&)> answer, Answers how = Answers::by_workers) {
    auto& state = self->state;
    const auto ticket = state.next_ticket++;
    state.waiting.emplace(ticket, std::move(answer));
    store::Write write;
    write.account = state.account;
    write.at = at;
    write.bodies = std::move(bodies);
    write.plan = guarded(guard, std::move(plan));
    write.done = [self_address = caf::actor_cast<caf::actor>(self), ticket, account = state.account, how,
                  services = &state.mailboxes->services()](store::Result<store::Committed> result) {
        auto done = outcome(ticket, account, result);
        if (done.changed) tell_lane_followers(*services, result->commit);
        if (how == Answers::by_lane)
            send_on_this_thread(self_address, std::move(done), turns_of_answer);
        else
            caf::anon_send(self_address, std::move(done));
    };
    state.mailboxes->services().store.submit(std::move(write));
}

void tell_watchers(MailboxActor* self, StateChanged changed) {
    auto& state = self->state;
    if (state.watchers.empty()) return;
    changed.changed = state.mailboxes->services().store.read(state.account).state(state.account).changed;
    for (const auto& watcher : state.watchers)
        self->send(caf::actor_cast<caf::actor>(watcher), changed);
}

// A plan that is run once and puts its answer into `answer`, which is given when the commit is on disk.
template <typename Answer>
caf::result<Answer> write(MailboxActor* self, store::Plan plan, std::shared_ptr<Answer> answer,
                          std::vector<store::Body> bodies, store::Time at, const Permission& guard = {},
                          Answers how = Answers::by_workers) {
    auto promise = self->make_response_promise<Answer>();
    submit(
        self, guard, std::move(plan), std::move(bodies), at,
        [promise, answer = std::move(answer)](const WriteDone& done) mutable {
            if (done.ok)
                promise.deliver(std::move(*answer));
            else
                promise.deliver(to_caf({static_cast<store::Code>(done.code), done.message}));
        },
        how);
    return promise;
}

std::vector<store::Body> bodies_of(const FileEmail& request) {
    std::vector<store::Body> bodies{request.email.email->body};
    for (const auto& answer : request.answers)
        bodies.push_back(answer.body.body);
    return bodies;
}

caf::result<EmailFiled> file_email(MailboxActor* self, FileEmail& request) {
    auto bodies = bodies_of(request);
    const auto at = request.at;
    auto filed = std::make_shared<EmailFiled>();
    return write(self, plan_filing(std::make_shared<FileEmail>(std::move(request)), filed), filed,
                 std::move(bodies), at);
}

caf::result<EmailsAppended> append_emails(MailboxActor* self, AppendEmails& request) {
    std::vector<store::Body> bodies;
    for (const auto& email : request.emails)
        bodies.push_back(email.email->body);
    const auto at = request.at;
    const auto guard = request.guard;
    auto appended = std::make_shared<EmailsAppended>();
    return write(self, plan_appending(std::make_shared<const AppendEmails>(std::move(request)), appended),
                 appended, std::move(bodies), at, guard);
}

template <typename Request>
Answers answers_of(const Request& request) {
    if constexpr (std::is_same_v<Request, ChangeEmails>)
        if (request.what <= ChangeEmails::What::remove_flags && request.uids.size() <= few_emails)
            return Answers::by_lane;
    return Answers::by_workers;
}

// A change that is answered by EmailsChanged.
template <typename Request>
caf::result<EmailsChanged> change(MailboxActor* self, Request& request,
                                  store::Plan (*plan)(std::shared_ptr<const Request>,
                                                      std::shared_ptr<EmailsChanged>)) {
    self->state.touched = true;
    const auto at = request.at;
    Permission guard;
    if constexpr (requires { request.guard; }) guard = request.guard;
    const auto how = answers_of(request);
    auto changed = std::make_shared<EmailsChanged>();
    return write(self, plan(std::make_shared<const Request>(std::move(request)), changed), changed, {}, at,
                 guard, how);
}

// One turn of the call; `promise` is kept when the last one is durable.
void run_method(MailboxActor* self, std::shared_ptr<const CallMethod> call, std::string so_far,
                caf::typed_response_promise<MethodAnswered> promise) {
    auto answered = std::make_shared<MethodAnswered>();
    answered->so_far = std::move(so_far);
    std::vector<store::Body> bodies;
    for (const auto& email : call->emails)
        bodies.push_back(email.email->body);
    for (const auto& upload : call->uploads)
        bodies.push_back(upload.body);
    auto plan = self->state.mailboxes->services().plan_method(call, answered);
    submit(self, call->guard, std::move(plan), std::move(bodies), call->at,
           [self, call, promise, answered](const WriteDone& done) mutable {
               if (!done.ok)
                   promise.deliver(to_caf({static_cast<store::Code>(done.code), done.message}));
               else if (answered->again)
                   run_method(self, std::move(call), std::move(answered->so_far), std::move(promise));
               else
                   promise.deliver(std::move(*answered));
           });
}

caf::result<MethodAnswered> call_method(MailboxActor* self, CallMethod& request) {
    auto promise = self->make_response_promise<MethodAnswered>();
    run_method(self, std::make_shared<const CallMethod>(std::move(request)), {}, promise);
    return promise;
}

caf::result<UploadStored> store_upload(MailboxActor* self, StoreUpload& request) {
    std::vector<store::Body> bodies{request.body.body};
    const auto at = request.at;
    auto stored = std::make_shared<UploadStored>(UploadStored{request.body.body.bytes->size()});
    return write(self, plan_upload(std::make_shared<const StoreUpload>(std::move(request))), stored,
                 std::move(bodies), at);
}

void rest_when_idle(MailboxActor* self) {
    auto& state = self->state;
    const bool idle =
        !state.touched && state.waiting.empty() && state.watchers.empty() && state.attendants.empty();
    state.touched = false;
    if (!idle) {
        self->delayed_send(self, idle_limit, TickAtom::value);
        return;
    }
    state.retired = true;
    state.mailboxes->retire(state.account);
    self->delayed_send(self, linger, LeaveAtom::value);
}

caf::behavior mailbox_actor(MailboxActor* self, store::AccountId account, Mailboxes* mailboxes) {
    self->state.account = account;
    self->state.mailboxes = mailboxes;
    self->set_down_handler([self](caf::down_msg& down) {
        const auto gone = caf::actor_cast<caf::strong_actor_ptr>(down.source);
        self->state.watchers.erase(gone);
        self->state.attendants.erase(gone);
    });
    self->delayed_send(self, idle_limit, TickAtom::value);
    return {
        [self](FileEmail& request) -> caf::result<EmailFiled> {
            self->state.touched = true;
            return file_email(self, request);
        },
        [self](CallMethod& request) -> caf::result<MethodAnswered> {
            self->state.touched = true;
            return call_method(self, request);
        },
        [self](StoreUpload& request) -> caf::result<UploadStored> {
            self->state.touched = true;
            return store_upload(self, request);
        },
        [self](ChangeEmails& request) { return change(self, request, plan_changing); },
        [self](AppendEmails& request) -> caf::result<EmailsAppended> {
            self->state.touched = true;
            return append_emails(self, request);
        },
        [self](PutAnnotations& request) { return change(self, request, plan_annotations); },
        [self](ChangeAcl& request) { return change(self, request, plan_acl); },
        [self](ChangeShared& request) { return change(self, request, plan_shared); },
        [self](WriteDone& done) {
            auto entry = self->state.waiting.extract(done.ticket);
            // Watchers first: who asked then finds its own change announced before or with its answer.
            if (done.ok && done.changed) tell_watchers(self, done.states);
            if (!entry.empty()) entry.mapped()(done);
        },
        [self](const Watch& watch) {
            if (self->state.retired) {
                self->delegate(self->state.mailboxes->of(watch.account), watch);
                return;
            }
            self->state.touched = true;
            if (auto watcher = self->current_sender(); watcher && self->state.watchers.insert(watcher).second)
                self->monitor(watcher);
        },
        [self](const Unwatch&) {
            if (auto watcher = self->current_sender(); watcher && self->state.watchers.erase(watcher) > 0 &&
                                                       !self->state.attendants.contains(watcher))
                self->demonitor(watcher->address());
        },
        [self](AttendAtom) {
            if (self->state.retired) {
                self->delegate(self->state.mailboxes->of(self->state.account), AttendAtom::value);
                return;
            }
            self->state.touched = true;
            if (auto attendant = self->current_sender();
                attendant && self->state.attendants.insert(attendant).second)
                self->monitor(attendant);
        },
        [self](const CloseSessions& close) {
            for (const auto& watcher : self->state.watchers)
                self->send(caf::actor_cast<caf::actor>(watcher), close);
            for (const auto& attendant : self->state.attendants)
                if (!self->state.watchers.contains(attendant))
                    self->send(caf::actor_cast<caf::actor>(attendant), close);
        },
        [self](TickAtom) { rest_when_idle(self); },
        [self](LeaveAtom) { self->quit(); },
    };
}

} // namespace

Mailboxes::Mailboxes(caf::actor_system& system, MailboxServices services)
    : system_(system), services_(std::move(services)) {}

caf::actor Mailboxes::of(store::AccountId account) {
    const std::lock_guard lock(mutex_);
    auto& actor = actors_[account];
    if (!actor) actor = system_.spawn(mailbox_actor, account, this);
    return actor;
}

void Mailboxes::file(FileEmail request, std::function<void(store::Result<EmailFiled>)> done) {
    auto filed = std::make_shared<EmailFiled>();
    store::Write write;
    write.account = request.account;
    write.at = request.at;
    write.bodies = bodies_of(request);
    write.plan = plan_filing(std::make_shared<FileEmail>(std::move(request)), filed);
    write.done = [this, account = write.account, filed,
                  done = std::move(done)](const store::Result<store::Committed>& result) {
        const auto told = outcome(0, account, result);
        if (told.changed) {
            tell_lane_followers(services_, result->commit);
            tell(told);
        }
        done(result ? store::Result<EmailFiled>(*filed) : tl::unexpected(result.error()));
    };
    services_.store.submit(std::move(write));
}

// Who begins to watch later reads a state that has it.
void Mailboxes::tell(const WriteDone& done) {
    caf::actor actor;
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = actors_.find(done.states.account); known != actors_.end())
            actor = known->second;
    }
    if (actor) send_on_this_thread(actor, done, turns_of_news);
}

std::size_t Mailboxes::active() const {
    const std::lock_guard lock(mutex_);
    return actors_.size();
}

void Mailboxes::stop() {
    const std::lock_guard lock(mutex_);
    for (const auto& [account, actor] : actors_)
        caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    actors_.clear();
}

void Mailboxes::retire(store::AccountId account) {
    const std::lock_guard lock(mutex_);
    actors_.erase(account);
}

} // namespace facteur
