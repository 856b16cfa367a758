// The session of one IMAP connection, without the connection and without CAF: who signed in, what is
// selected, what each command does and answers. Its commands are in files by family: select.cpp, listing.cpp,
// mailboxes.cpp, messages.cpp, copying.cpp, searching.cpp, appending.cpp, account.cpp, acl.cpp, metadata.cpp.
//
// Names of mailboxes go through places.h: some are of other accounts, of which the user sees and may do what
// their owners allow. What he may do in the selected one is looked up before each command, and as the change
// is made (`Permission`).
//
// One command at a time; each ends in `finish`, at once or when what it asked of `ImapWorld` is answered.
// Before the end of a command, and while IDLE lasts, the client hears what is new in the mailbox that it has
// selected; after NOTIFY (notifying.cpp) at any other time too, and of other mailboxes. One caller; any
// thread but a loop.
#pragma once

#include "actors/messages.h"
#include "actors/session/auth/sasl_sign_in.h"
#include "actors/session/imap/fetch.h"
#include "actors/session/imap/mailbox_names.h"
#include "actors/session/imap/message_set.h"
#include "actors/session/imap/notifications.h"
#include "actors/session/imap/places.h"
#include "actors/session/imap/search_run.h"
#include "actors/session/imap/selected_mailbox.h"
#include "actors/session/imap/session_messages.h"
#include "actors/session/imap/shared.h"
#include "transport/imap/response.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

// What a session asks of others; each answer comes later, on the session's thread.
struct ImapWorld {
    template <typename Request, typename Answer>
    using Ask = std::function<void(Request, std::function<void(store::Result<Answer>)>)>;

    Ask<ChangeEmails, EmailsChanged> change;
    Ask<AppendEmails, EmailsAppended> append;
    Ask<CallMethod, MethodAnswered> call;
    Ask<PutAnnotations, EmailsChanged> annotate;
    Ask<ChangeAcl, EmailsChanged> change_acl;
    Ask<ChangeShared, EmailsChanged> change_shared;
    std::function<void(std::string user, std::string password)> verify; // then `verified`
    std::function<void(store::AccountId)> attend; // then `close`, when the account's sessions are closed
    std::function<void(store::AccountId)> watch;  // then `changed`, now and on each commit
    std::function<void(store::AccountId)> unwatch;
    // Runs `work` on a thread for large texts when these octets are many, then tells whether it was done
    // (actors/mailbox/large_texts.h).
    std::function<void(std::uint64_t octets, std::function<void()> work, std::function<void(bool)> then)>
        apart;
    // Runs the search on a thread of its own; false: too many wait.
    std::function<bool(store::AccountId, std::shared_ptr<const ImapSearch>, std::function<void(ImapFound)>)>
        search;
};

class ImapSession {
public:
    ImapSession(std::shared_ptr<ImapShared> shared, Door door, ImapLink link, std::string remote,
                ImapWorld world);
    ~ImapSession();
    ImapSession(const ImapSession&) = delete;
    ImapSession& operator=(const ImapSession&) = delete;

    // ---- signing in (sign_in.cpp)
    void authenticate(const ImapAuth& auth);
    void respond(const ImapAuthResponse& response);
    void login(ImapLogin login);
    void verified(const SignInAnswer& answer);

    // ---- commands
    void command(ImapCommand& given);
    void idle(const ImapMoment& moment);
    void idle_ended(const ImapMoment& moment);
    void append_asked(const ImapAppendAsked& asked);
    void append(ImapAppend& given);
    void drained();
    // A commit changed the account.
    void changed();
    // A search is still under way on its thread.
    void still_at_work() { tell_progress({}, {}); }
    // Ends if the account was suspended or has another password.
    void close();

private:
    using Condition = imap::Condition;
    using Next = std::function<void()>;

    void take_step(SaslSignIn::Step step);

    // -- the end of a command: with what is new in the selected mailbox, or without
    void answer(Condition condition, std::string_view code, std::string_view text);
    void finish(Condition condition, std::string_view code, std::string_view text);
    void ok(std::string_view text = "Done") { finish(Condition::ok, "", text); }
    void no(std::string_view code, std::string_view text) { finish(Condition::no, code, text); }
    void bad(std::string_view text) { finish(Condition::bad, "", text); }
    void failed(const store::Error& error);
    // What is new; false: the selected mailbox is gone, and the client was told BYE.
    bool catch_up(const Voice& voice, std::string& out);
    // The same between commands and in IDLE, with what NOTIFY asked for.
    bool whats_new(std::string& news);
    // INPROGRESS (RFC 9585), when nothing was heard of the command for long enough.
    void tell_progress(std::optional<std::uint64_t> done, std::optional<std::uint64_t> goal);

    // -- what commands need
    [[nodiscard]] store::AccountId id() const { return account_->id; }
    [[nodiscard]] const Services& services() const { return shared_->services; }
    [[nodiscard]] store::Snapshot read() const { return services().store.read(id()); }
    [[nodiscard]] store::Snapshot read_selected() const {
        return services().store.read(selected_->account());
    }
    [[nodiscard]] Voice voice() const { return voice_of(moment_.enabled, moment_.wire, moment_.may_expunge); }
    [[nodiscard]] std::uint64_t quota_of(const store::AccountRow& account) const;
    [[nodiscard]] Places places() const {
        return {services(), shared_->shared_with_anyone, shared_->known_names, *account_};
    }
    // The mailbox of this name, where the user has these rights; nothing: NO was answered, with `code` when
    // there is none.
    std::optional<Place> place(const std::string& name, Rights rights, std::string_view code = "NONEXISTENT");
    // For changes of that account: that its owner still allows it.
    [[nodiscard]] Permission guard(store::AccountId account, std::vector<Permission::Need> needs) const;
    [[nodiscard]] bool is_selected(store::AccountId account, store::MailboxId mailbox) const {
        return selected_ && selected_->account() == account && selected_->mailbox() == mailbox;
    }
    // In the selected mailbox. False: NO was answered.
    bool may(Rights rights);
    // Looks up what its owner allows by now. False: it may not be read any more, and the client was told BYE.
    bool renew_rights();
    void lose_selected();
    void deselect();
    // Hears of commits of the accounts that the client has to hear of, and of no others.
    void watch_accounts();
    // Of the selected mailbox; nothing: BAD was answered.
    std::optional<MessageRanges> messages(const imap::SequenceSet& set, bool uid);
    // Changes `uids` some at a time, then calls `next`, unless an error ended the command.
    void change(ChangeEmails request, std::function<void(EmailsChanged)> next);
    void change_some(std::shared_ptr<ChangeEmails> request, std::shared_ptr<EmailsChanged> sum,
                     std::size_t from, std::function<void(EmailsChanged)> next);
    // Of the selected mailbox: those with \Deleted.
    [[nodiscard]] std::vector<store::Uid> deleted_uids(const store::Snapshot& now) const;
    // Runs Mailbox/set (RFC 8621 §2.5) on the account with these arguments, as JSON, if its owner allows it.
    void set_mailboxes(const AccountView& of, const std::string& arguments,
                       std::vector<Permission::Need> needs,
                       std::function<void(const std::string& answer)> next);

    // -- commands, by family
    template <typename T>
    void run(T& c);
    void run(imap::command::Noop& c);
    void run(imap::command::Check& c);
    // select.cpp
    void run(imap::command::Select& c);
    void run(imap::command::Close& c);
    void run(imap::command::Unselect& c);
    void run(imap::command::Status& c);
    void resynchronise(const store::Snapshot& now, const imap::command::QResync& known);
    void write_vanished_since(const store::Snapshot& now, store::Modseq since,
                              const std::vector<imap::NumberRange>& asked);
    // listing.cpp
    void run(imap::command::List& c);
    void run(imap::command::Lsub& c);
    void run(imap::command::Namespace& c);
    // mailboxes.cpp
    void run(imap::command::Create& c);
    void run(imap::command::Delete& c);
    void run(imap::command::Rename& c);
    void rename_inbox(const Places::View& own, const std::string& to);
    void run(imap::command::Subscribe& c);
    void run(imap::command::Unsubscribe& c);
    void subscribe(const std::string& mailbox, bool subscribed);
    // messages.cpp
    void run(imap::command::Fetch& c);
    void run(imap::command::Store& c);
    void run(imap::command::Copy& c);
    void run(imap::command::Move& c);
    void run(imap::command::Expunge& c);
    void prepare_fetch(imap::command::Fetch& c, const MessageRanges& wanted);
    void go_on_fetching();
    void copy_or_move(const imap::SequenceSet& set, bool uid, const std::string& to, bool move);
    void answer_copy(const EmailsChanged& changed, bool move);
    // Of the selected mailbox, where these rights are needed for it.
    [[nodiscard]] ChangeEmails change_of_selected(ChangeEmails::What what, unsigned rights) const;
    // copying.cpp: from the selected mailbox into another account
    struct Crossing;
    void cross(const Place& target, std::vector<store::Uid> uids, bool move);
    void cross_some(const std::shared_ptr<Crossing>& crossing);
    void keep_copies(const std::shared_ptr<Crossing>& crossing);
    void take_moved(const std::shared_ptr<Crossing>& crossing);
    void undo_copies(const std::shared_ptr<Crossing>& crossing, const store::Error& why);
    void answer_store(const imap::command::Store& c, const std::vector<store::Uid>& uids,
                      const EmailsChanged& changed);
    // searching.cpp
    void run(imap::command::Search& c);
    void run(imap::command::Sort& c);
    void run(imap::command::Thread& c);
    void run(imap::command::CancelUpdate& c);
    std::shared_ptr<ImapSearch> prepare_search(imap::SearchCriteria& criteria, bool uid,
                                               const imap::SearchReturn& result);
    void find(std::shared_ptr<ImapSearch> search, std::function<void(ImapFound)> next);
    void found_or_failed(ImapFound found, const std::function<void(ImapFound)>& next);
    void answer_search(const std::shared_ptr<ImapSearch>& search, const imap::SearchReturn& result, bool sort,
                       const ImapFound& found);
    // account.cpp
    void run(imap::command::GetQuota& c);
    void run(imap::command::GetQuotaRoot& c);
    void run(imap::command::GetJmapAccess& c);
    void write_quota(const AccountView& of);
    // acl.cpp
    void run(imap::command::GetAcl& c);
    void run(imap::command::SetAcl& c);
    void run(imap::command::DeleteAcl& c);
    void run(imap::command::ListRights& c);
    void run(imap::command::MyRights& c);
    void change_acl(const std::string& mailbox, const std::string& identifier, ChangeAcl::How how,
                    Rights rights);
    void tell_of_sharing(store::AccountId owner, store::AccountId who, const std::function<void()>& next);
    // metadata.cpp
    void run(imap::command::GetMetadata& c);
    void run(imap::command::SetMetadata& c);
    // Whose annotations; nothing: NO was answered.
    struct Annotated {
        Places::View view;
        store::MailboxId mailbox = 0; // 0: the server's own
    };
    std::optional<Annotated> annotated(const std::string& mailbox, Rights rights);
    [[nodiscard]] static std::vector<imap::MetadataEntry> annotations(const AccountView& of,
                                                                      store::MailboxId mailbox);
    void write_metadata_of(const Place& place, const std::vector<std::string>& names);
    // notifying.cpp
    void run(imap::command::Notify& c);
    [[nodiscard]] Notifications::Listener listener() const;
    [[nodiscard]] Notifications::Views notified_views() const;
    void notify(std::string& out); // what NOTIFY asked for, but for the selected mailbox
    [[nodiscard]] Notifications::Selected notified_of_selected() const;
    void tell_new_items(const store::Snapshot& now, store::Uid from, SearchContexts::Wanted wanted,
                        std::string& out);
    bool fetch_news(const store::Snapshot& now, const std::vector<imap::FetchItem>& items,
                    MessageRanges messages, std::string& out);
    // appending.cpp: nothing when the URL leads nowhere
    std::optional<std::string> referred(const std::string& url) const;
    // False: the URL at fault was answered.
    bool assemble(const ImapAppendedMessage& message, std::string& bytes);
    // Nothing: what is at fault was answered.
    std::optional<store::Uid> find_replaced(const imap::ReplacedMessage& replaces);
    struct Replaced { // in the selected mailbox, which is of another account
        store::AccountId account = 0;
        store::MailboxId mailbox = 0;
        store::Uid uid = 0;
    };
    void keep(AppendEmails request, std::optional<Replaced> replaced, std::shared_ptr<Reservation> held);

    std::shared_ptr<ImapShared> shared_;
    Door door_;
    ImapLink link_;
    std::string remote_;
    ImapWorld world_;
    SaslSignIn sign_in_;
    std::optional<store::AccountRow> account_;
    std::unique_ptr<SelectedMailbox> selected_;
    std::set<store::AccountId> watched_;

    ImapMoment moment_; // of the command under way
    std::string out_;   // its untagged responses so far
    std::unique_ptr<Fetch> fetch_;
    std::unique_ptr<Notifications> notifications_;   // null: NOTIFY NONE
    std::chrono::steady_clock::time_point heard_at_; // when the client last heard of the command
    bool busy_ = false;                              // a command is under way
    bool idling_ = false;
    bool gone_ = false; // the client was told BYE
};

} // namespace facteur
