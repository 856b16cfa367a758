#include "actors/session/imap/imap_session.h"

#include "actors/clock.h"
#include "actors/log.h"
#include "actors/mailbox/change_emails.h"
#include "actors/session/jmap/method.h"
#include "actors/session/jmap/writing.h"
#include "transport/jmap/value.h"

#include <algorithm>
#include <type_traits>

namespace facteur {
namespace {

template <typename T, typename... Others>
constexpr bool is_any_of = (std::is_same_v<T, Others> || ...);
template <typename T>
constexpr bool needs_selection =
    is_any_of<T, imap::command::Close, imap::command::Unselect, imap::command::Expunge, imap::command::Search,
              imap::command::Sort, imap::command::Thread, imap::command::Fetch, imap::command::Store,
              imap::command::Copy, imap::command::Move>;

} // namespace

ImapSession::ImapSession(std::shared_ptr<ImapShared> shared, Door door, ImapLink link, std::string remote,
                         ImapWorld world)
    : shared_(std::move(shared)), door_(door), link_(std::move(link)), remote_(std::move(remote)),
      world_(std::move(world)), sign_in_(shared_->services, remote_) {}

ImapSession::~ImapSession() {
    if (account_) shared_->users.leave(std::to_string(account_->id));
}

// ---- commands

void ImapSession::command(ImapCommand& given) {
    moment_ = std::move(given.moment);
    out_.clear();
    if (gone_ || !account_) return;
    busy_ = true;
    heard_at_ = std::chrono::steady_clock::now();
    std::visit(
        [this]<typename T>(T& c) {
            // It was removed by this very session.
            if (needs_selection<T> && !selected_) return no("", "The mailbox is gone: select another");
            if (needs_selection<T> && !renew_rights()) return;
            run(c);
        },
        given.command);
}

template <typename T>
void ImapSession::run(T&) {
    no("CANNOT", "This cannot be done here");
}

void ImapSession::run(imap::command::Noop&) {
    ok();
}

void ImapSession::run(imap::command::Check&) {
    ok();
}

void ImapSession::idle(const ImapMoment& moment) {
    moment_ = moment;
    idling_ = true;
    watch_accounts();
    std::string news;
    if (whats_new(news)) link_.begin_idle(std::move(news));
}

void ImapSession::idle_ended(const ImapMoment& moment) {
    moment_ = moment;
    idling_ = false;
    watch_accounts();
    out_.clear();
    ok("It was quiet long enough");
}

// ---- what is new

void ImapSession::changed() {
    if (gone_ || busy_ || !renew_rights()) return;
    if (!idling_ && !notifications_) return;
    std::string news;
    if (whats_new(news) && !news.empty()) link_.news(std::move(news));
}

bool ImapSession::whats_new(std::string& news) {
    const auto told = notifications_ ? notified_of_selected() : Notifications::Selected{};
    if (selected_ && (idling_ || told.is_told)) {
        auto voice = this->voice();
        voice.may_expunge = idling_ || told.may_expunge;
        if (!catch_up(voice, news)) return false;
    }
    notify(news);
    return true;
}

bool ImapSession::catch_up(const Voice& voice, std::string& out) {
    if (!selected_) return true;
    if (!renew_rights()) return false;
    const auto now = read_selected();
    const auto at = selected_->at();
    const auto uid_next = selected_->uid_next();
    if (!selected_->catch_up(now, shared_->uid_maps, voice, out)) {
        lose_selected();
        return false;
    }
    if (selected_->at() == at) return true;
    std::string changes;
    SearchContexts::Wanted wanted;
    selected_->contexts.catch_up(services(), selected_->map(), uid_next, wanted, changes);
    if (selected_->uid_next() != uid_next) tell_new_items(now, uid_next, std::move(wanted), out);
    out += changes; // behind the new messages, as RFC 5465 §7 has it
    return true;
}

void ImapSession::tell_progress(std::optional<std::uint64_t> done, std::optional<std::uint64_t> goal) {
    const auto now = std::chrono::steady_clock::now();
    if (now - heard_at_ < services().config.imap.progress_every) return;
    heard_at_ = now;
    std::string line;
    imap::write_condition(line, "*", Condition::ok, imap::code::in_progress(moment_.tag, done, goal),
                          "Still at work");
    link_.news(std::move(line));
}

void ImapSession::close() {
    const auto now = account_ ? services().directory.find(id()) : std::nullopt;
    // It is said to everybody too when one session of the web has ended.
    if (now && now->status == store::AccountStatus::active && now->password_hash == account_->password_hash) {
        if (!busy_) renew_rights(); // it may be the owner of the selected mailbox who has gone
        return;
    }
    gone_ = true;
    link_.bye("UNAVAILABLE", "The account was closed, or has another password");
}

// ---- the end of a command

void ImapSession::finish(Condition condition, std::string_view code, std::string_view text) {
    if (!catch_up(voice(), out_)) return;
    answer(condition, code, text);
}

void ImapSession::answer(Condition condition, std::string_view code, std::string_view text) {
    fetch_.reset();
    notify(out_);
    busy_ = false;
    link_.complete(std::exchange(out_, {}), condition, std::string(code), std::string(text));
    if (notifications_) changed(); // what the answer was not allowed to have
}

void ImapSession::failed(const store::Error& error) {
    switch (error.code) {
    case store::Code::over_quota: return no("OVERQUOTA", error.message);
    case store::Code::not_found: return no("NONEXISTENT", error.message);
    case store::Code::busy: return no("UNAVAILABLE", error.message);
    case store::Code::forbidden: return no("NOPERM", error.message);
    default: break;
    }
    log(Severity::warn, "command failed",
        {{"door", name_of(door_)}, {"account", account_->address}, {"why", error.message}});
    no("SERVERBUG", error.message);
}

// ---- whose mailboxes

std::uint64_t ImapSession::quota_of(const store::AccountRow& account) const {
    return account.quota != 0 ? account.quota : services().config.limits.quota;
}

std::optional<Place> ImapSession::place(const std::string& name, Rights rights, std::string_view code) {
    auto found = places().find(name);
    if (!found) {
        no(code, "There is no such mailbox");
        return std::nullopt;
    }
    if (found->allows(rights)) return found;
    no("NOPERM", "You may not do this here");
    return std::nullopt;
}

Permission ImapSession::guard(store::AccountId account, std::vector<Permission::Need> needs) const {
    if (account == id()) return {};
    return {id(), std::move(needs)};
}

bool ImapSession::may(Rights rights) {
    if ((selected_->rights & rights) == rights) return true;
    no("NOPERM", "You may not do this here");
    return false;
}

bool ImapSession::renew_rights() {
    if (!selected_ || selected_->account() == id()) return true;
    selected_->rights = places().rights_on(selected_->account(), selected_->mailbox());
    if ((selected_->rights & rights_to_open) == rights_to_open) return true;
    lose_selected();
    return false;
}

void ImapSession::lose_selected() {
    gone_ = true;
    deselect();
    link_.bye("", "The selected mailbox was removed");
}

void ImapSession::deselect() {
    selected_.reset();
    watch_accounts();
}

void ImapSession::watch_accounts() {
    std::set<store::AccountId> wanted;
    // Of its own it hears when it has to tell of it. What others allow may end at any time.
    if (idling_ || notifications_) wanted.insert(id());
    if (selected_ && (idling_ || notifications_ || selected_->account() != id()))
        wanted.insert(selected_->account());
    if (notifications_ && notifications_->wants_others())
        for (const auto& sharing : places().sharings())
            wanted.insert(sharing.owner);
    for (const auto account : wanted)
        if (!watched_.contains(account)) world_.watch(account);
    for (const auto account : watched_)
        if (!wanted.contains(account)) world_.unwatch(account);
    watched_ = std::move(wanted);
}

std::optional<MessageRanges> ImapSession::messages(const imap::SequenceSet& set, bool uid) {
    auto wanted = messages_of(*selected_->map(), set, uid, selected_->saved);
    if (!wanted) bad("There is no message of this number");
    return wanted;
}

void ImapSession::change(ChangeEmails request, std::function<void(EmailsChanged)> next) {
    request.at = seconds_now();
    change_some(std::make_shared<ChangeEmails>(std::move(request)), std::make_shared<EmailsChanged>(), 0,
                std::move(next));
}

void ImapSession::change_some(std::shared_ptr<ChangeEmails> request, std::shared_ptr<EmailsChanged> sum,
                              std::size_t from, std::function<void(EmailsChanged)> next) {
    if (from >= request->uids.size()) return next(std::move(*sum));
    if (from > 0) tell_progress(from, request->uids.size());
    const auto to = std::min(from + most_changed_at_once, request->uids.size());
    auto part = *request;
    part.uids.assign(request->uids.begin() + static_cast<long>(from),
                     request->uids.begin() + static_cast<long>(to));
    world_.change(std::move(part), [this, request, sum, to,
                                    next = std::move(next)](store::Result<EmailsChanged> changed) mutable {
        if (!changed) return failed(changed.error());
        const auto add = [](auto& all, const auto& more) { all.insert(all.end(), more.begin(), more.end()); };
        add(sum->modified, changed->modified);
        add(sum->from, changed->from);
        add(sum->to, changed->to);
        add(sum->expunged, changed->expunged);
        sum->uid_validity = changed->uid_validity;
        if (changed->modseq != 0) sum->modseq = changed->modseq;
        if (changed->modseq != 0 && request->what <= ChangeEmails::What::remove_flags && selected_)
            selected_->was_told(changed->modseq);
        change_some(std::move(request), std::move(sum), to, std::move(next));
    });
}

void ImapSession::set_mailboxes(const AccountView& of, const std::string& arguments,
                                std::vector<Permission::Need> needs,
                                std::function<void(const std::string& answer)> next) {
    const auto document = jmap::Document::parse(arguments);
    const auto object = document ? jmap::as_object(document->root()) : std::nullopt;
    if (!object) return no("SERVERBUG", "The change could not be written down");
    Turn turn;
    const jmap::CreatedIds none;
    const MethodContext context{services(), *of.owner, none, 0, seconds_now(), turn};
    const auto method = std::find_if(write_methods().begin(), write_methods().end(),
                                     [](const Method& each) { return each.name == "Mailbox/set"; });
    auto call = method->prepare(context, *object);
    if (!call) return no("CANNOT", "The change could not be made");
    call->call_id = "imap";
    call->guard = guard(of.account(), std::move(needs));
    world_.call(std::move(*call), [this, next = std::move(next)](store::Result<MethodAnswered> answered) {
        if (!answered) return failed(answered.error());
        next(answered->answers);
    });
}

void ImapSession::drained() {
    if (fetch_ && !gone_) go_on_fetching();
}

} // namespace facteur
