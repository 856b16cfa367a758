// EmailSubmission/set (RFC 8621 §7.5), with its implicit Email/set in the same commit.
#include "actors/delivery/queue_entry.h"
#include "actors/mailbox/keep_upload.h"
#include "actors/session/jmap/email_changes.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/submission_check.h"
#include "actors/session/jmap/write_call.h"
#include "actors/session/jmap/writing.h"
#include "transport/jmap/dates.h"

#include <algorithm>
#include <map>

namespace facteur {
namespace {

using jmap::invalid_properties;
using jmap::set_error;
using store::ObjectType;

// Submissions that are kept of one account; above that the oldest that are over go, some at a time.
constexpr std::size_t most_submissions = 1000;
constexpr std::size_t forgotten_at_once = 10;

class SubmissionSet {
public:
    SubmissionSet(const CallMethod& call, store::Draft& draft, MethodAnswered& answered)
        : call_(call), draft_(draft), answered_(answered) {}

    void create(jmap::Object entry) {
        const auto creation_id = text_member(entry, "id");
        if (const auto error = jmap::member(entry, "error"))
            return set_.not_created(creation_id, jmap::to_json(*error));
        const auto email = read_email_id(text_member(entry, "emailId"));
        const auto row = email ? draft_.now().email(call_.account, *email) : std::nullopt;
        if (!row) return set_.not_created(creation_id, invalid_properties({"emailId"}, "It is gone."));
        Submission submission;
        submission.identity = text_member(entry, "identityId");
        if (!draft_.now().object(call_.account, ObjectType::identity, submission.identity))
            return set_.not_created(creation_id, invalid_properties({"identityId"}, "It is gone."));
        submission.email = *email;
        submission.thread = row->thread();
        submission.envelope = read_envelope(entry).value_or(Envelope{});
        submission.send_at = due_of(entry);
        const bool at_once = submission.send_at <= draft_.at();
        // What is not held is final from the start: nobody could tell whether it had begun to go.
        submission.undo_status = at_once ? "final" : "pending";
        if (at_once) submission.delivery_status = queued_statuses(submission.envelope);
        put_in_queue(creation_id, submission, *row, at_once, jmap::member(entry, "derived").has_value());
    }

    SetResult<void> update(const std::string& id, jmap::Object patch) {
        auto submission = find(id);
        if (!submission) return refuse(set_error("notFound"));
        bool cancels = false;
        for (const auto [name, value] : patch) {
            const auto text = jmap::as_string(value);
            if (name == "undoStatus" && text == submission->undo_status) continue;
            if (name == "undoStatus" && text == "canceled")
                cancels = true;
            else if (name != "id" || text != id)
                return refuse(invalid_properties({std::string(name)}, "The property cannot be changed so."));
        }
        if (cancels)
            if (auto done = cancel(id, *submission); !done) return done;
        updated_.emplace(id, submission->email);
        return {};
    }

    SetResult<void> destroy(const std::string& id) {
        const auto submission = find(id);
        if (!submission || removed_.contains(id)) return refuse(set_error("notFound"));
        removed_.emplace(id, submission->email);
        return {};
    }

    // The email of a submission that this call has made, changed or destroyed; nothing when it has not.
    [[nodiscard]] std::optional<store::EmailId> email_of(std::string_view reference) const {
        if (reference.starts_with('#'))
            if (const auto made = made_.find(reference.substr(1)); made != made_.end()) return made->second;
        const std::string id(resolve(reference, call_.created_ids));
        if (const auto done = updated_.find(id); done != updated_.end()) return done->second;
        if (const auto done = removed_.find(id); done != removed_.end()) return done->second;
        return std::nullopt;
    }

    void finish() {
        for (const auto& [id, submission] : changed_)
            if (!removed_.contains(id)) put(id, submission);
        for (const auto& [id, email] : removed_)
            draft_.add(store::ObjectRemoved{ObjectType::email_submission, id});
        if (!made_.empty()) forget_old();
        const bool any = !made_.empty() || !changed_.empty() || !removed_.empty();
        const auto states = states_of(draft_, store::StateType::email_submission, any);
        answer(answered_, "EmailSubmission/set", set_.json(call_.account, states.before, states.after),
               call_.call_id);
    }

    SetAnswer& set() { return set_; }

private:
    SetResult<void> cancel(const std::string& id, Submission submission) {
        if (submission.undo_status != "pending" ||
            !draft_.now().queued(call_.account, submission.send_at, id))
            return refuse(set_error("cannotUnsend", "The message is on its way already."));
        draft_.add(store::QueueRemoved{submission.send_at, id});
        submission.undo_status = "canceled";
        changed_[id] = std::move(submission);
        return {};
    }

    static store::Time due_of(jmap::Object entry) {
        const auto value = jmap::member(entry, "sendAt");
        return value ? jmap::as_integer(*value).value_or(0) : 0;
    }

    void put(const std::string& id, const Submission& submission) {
        draft_.add(store::ObjectPut{ObjectType::email_submission, id, write_submission(submission)});
    }

    void put_in_queue(std::string_view creation_id, const Submission& submission,
                      const store::EmailView& email, bool at_once, bool derived) {
        const auto id = write_id(submission_letter, draft_.new_object());
        put(id, submission);
        QueueEntry entry;
        entry.envelope = submission.envelope;
        entry.body = email.body();
        entry.size = email.size();
        entry.claimed = at_once;
        draft_.add(store::QueuePut{submission.send_at, id, write_queue_entry(entry)});
        hold_body(draft_, entry.body, entry.size, submission.send_at + body_held_after_due);
        made_.emplace(creation_id, submission.email);
        answered_.created_ids[std::string(creation_id)] = id;
        set_.created(creation_id, describe(id, submission, derived));
    }

    // What the server chose.
    static std::string describe(const std::string& id, const Submission& submission, bool derived) {
        std::string json;
        jmap::Writer out(json);
        out.begin_object().member("id", id).member("threadId", thread_id(submission.thread));
        if (derived) write(submission.envelope, out.key("envelope"));
        out.member("sendAt", jmap::utc_date(submission.send_at));
        out.member("undoStatus", submission.undo_status).key("dsnBlobIds").begin_array().end_array();
        out.key("mdnBlobIds").begin_array().end_array().end_object();
        return json;
    }

    std::optional<Submission> find(const std::string& id) const {
        if (!read_id(submission_letter, id)) return std::nullopt;
        if (const auto changed = changed_.find(id); changed != changed_.end()) return changed->second;
        const auto row = draft_.now().object(call_.account, ObjectType::email_submission, id);
        return row ? read_submission(*row) : std::nullopt;
    }

    void forget_old() {
        std::vector<std::uint64_t> numbers;
        draft_.now().objects(call_.account, ObjectType::email_submission,
                             [&](std::string_view id, std::string_view) {
                                 if (const auto number = read_id(submission_letter, id))
                                     numbers.push_back(*number);
                                 return numbers.size() < 2 * most_submissions;
                             });
        if (numbers.size() <= most_submissions) return;
        const auto oldest = numbers.begin() + static_cast<long>(forgotten_at_once);
        std::partial_sort(numbers.begin(), oldest, numbers.end());
        for (auto number = numbers.begin(); number != oldest; ++number) {
            const auto id = write_id(submission_letter, *number);
            const auto submission = find(id);
            if (!submission || submission->undo_status == "pending" || changed_.contains(id) ||
                removed_.contains(id))
                continue;
            draft_.add(store::ObjectRemoved{ObjectType::email_submission, id});
        }
    }

    const CallMethod& call_;
    store::Draft& draft_;
    MethodAnswered& answered_;
    SetAnswer set_;
    std::map<std::string, store::EmailId, std::less<>> made_; // by creation id
    std::map<std::string, store::EmailId> updated_, removed_;
    std::map<std::string, Submission> changed_;
};

// onSuccessUpdateEmail and onSuccessDestroyEmail: one Email/set, if there is anything for it to do.
void run_implicit_set(const CallMethod& call, jmap::Object arguments, const SubmissionSet& submissions,
                      store::Draft& draft, MethodAnswered& answered) {
    std::vector<std::pair<store::EmailId, std::optional<jmap::Object>>> update;
    std::vector<store::EmailId> destroy;
    each_member(arguments, "onSuccessUpdateEmail",
                [&](std::string_view reference, std::optional<jmap::Object> patch) {
                    if (const auto email = submissions.email_of(reference))
                        update.emplace_back(*email, patch);
                });
    each_text(arguments, "onSuccessDestroyEmail", [&](std::string_view reference) {
        const auto email = submissions.email_of(reference);
        if (email && std::find(destroy.begin(), destroy.end(), *email) == destroy.end())
            destroy.push_back(*email);
    });
    if (update.empty() && destroy.empty()) return;

    EmailChanges changes(draft, call.created_ids, call.quota);
    // Two submissions may be of one email: what is said of it is said once.
    std::map<store::EmailId, SetResult<void>> updated;
    for (const auto& [email, patch] : update) {
        auto done = std::find(destroy.begin(), destroy.end(), email) != destroy.end()
                        ? refuse(set_error("willDestroy"))
                    : patch ? changes.update(email, *patch)
                            : refuse(set_error("invalidPatch", "It must be an object."));
        const auto [entry, is_new] = updated.emplace(email, done);
        if (!is_new && entry->second) entry->second = done;
    }
    SetAnswer set;
    for (const auto& [email, done] : updated) {
        if (done)
            set.updated(email_id(email));
        else
            set.not_updated(email_id(email), done.error());
    }
    for (const auto email : destroy) {
        if (const auto done = changes.remove(email))
            set.destroyed(email_id(email));
        else
            set.not_destroyed(email_id(email), done.error());
    }
    changes.finish();
    const auto states = states_of(draft, store::StateType::email, changes.any());
    answer(answered, "Email/set", set.json(call.account, states.before, states.after), call.call_id);
}

store::Result<void> run_submission_set(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                                       MethodAnswered& answered) {
    if (is_mismatch(optional_text(arguments, "ifInState"), draft, store::StateType::email_submission,
                    answered, call.call_id))
        return {};
    SubmissionSet submissions(call, draft, answered);
    each_object(arguments, "create", [&](jmap::Object entry) { submissions.create(entry); });
    change_objects(
        call, arguments, submissions.set(),
        [&](const std::string& id, jmap::Object patch) { return submissions.update(id, patch); },
        [&](const std::string& id) { return submissions.destroy(id); });
    submissions.finish();
    run_implicit_set(call, arguments, submissions, draft, answered);
    return {};
}

void write_checked(std::string_view creation_id, const SetResult<CheckedSubmission>& checked,
                   jmap::Writer& out) {
    out.begin_object().member("id", creation_id);
    if (checked) {
        out.member("identityId", checked->identity).member("emailId", email_id(checked->email));
        write(checked->envelope, out.key("envelope"));
        out.member("sendAt", checked->send_at);
        if (checked->derived) out.member("derived", true);
    } else {
        out.key("error").raw(to_json(checked.error()));
    }
    out.end_object();
}

} // namespace

jmap::Expected<CallMethod> prepare_submission_set(const MethodContext& context, jmap::Object object) {
    jmap::Arguments arguments(object, context.created_ids);
    const auto set = jmap::read_set(arguments, context.services.jmap_limits);
    const auto on_update = arguments.object("onSuccessUpdateEmail");
    const auto on_destroy = arguments.ids("onSuccessDestroyEmail");
    const auto most = context.services.jmap_limits.max_objects_in_set;
    if ((on_update ? jmap::member_count(*on_update) : 0) + (on_destroy ? on_destroy->size() : 0) > most)
        arguments.refuse({"requestTooLarge", "The call changes too many emails."});
    if (auto fault = arguments.fault()) return tl::unexpected(std::move(*fault));

    auto call = begin_call(context, "EmailSubmission/set");
    jmap::Writer out(call.arguments);
    write_set(arguments, set, out.begin_object());
    for (const auto name : {"onSuccessUpdateEmail", "onSuccessDestroyEmail"})
        if (const auto value = arguments.find(name)) out.key(name).value(*value);
    out.key("create").begin_array();
    if (set.create) {
        const auto now = context.services.store.read(context.user.id);
        SubmissionCheck check(context, now);
        for (const auto [creation_id, value] : *set.create) {
            const auto submission = jmap::as_object(value);
            write_checked(creation_id,
                          submission ? check.check(*submission)
                                     : refuse(invalid_properties({}, "Not an object.")),
                          out);
        }
    }
    out.end_array().end_object();
    return call;
}

store::Plan plan_submission_set(std::shared_ptr<const CallMethod> call,
                                std::shared_ptr<MethodAnswered> answered) {
    return plan_over(std::move(call), std::move(answered), run_submission_set);
}

} // namespace facteur
