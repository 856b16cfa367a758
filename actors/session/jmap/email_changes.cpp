#include "actors/session/jmap/email_changes.h"

#include "actors/mailbox/file_email.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/keywords.h"
#include "transport/jmap/dates.h"
#include "transport/jmap/patch.h"
#include "transport/jmap/value.h"

#include <algorithm>

namespace facteur {
namespace {

using jmap::invalid_properties;
using jmap::set_error;

// More paths than an email can have keywords and mailboxes change nothing more.
constexpr std::size_t most_paths = 2000;
// Message ids of one email by which others of the same call find its thread.
constexpr std::size_t ids_known = 64;

// Whether a member that cannot be changed is given as it is (RFC 8620 §5.3).
bool is_same(std::string_view name, jmap::Value value, const store::EmailView& email) {
    const auto text = jmap::as_string(value);
    if (name == "id") return text == email_id(email.id());
    if (name == "blobId") return text == blob_id(email.body());
    if (name == "threadId") return text == thread_id(email.thread());
    if (name == "size") return jmap::as_unsigned(value) == email.size();
    if (name == "receivedAt") return text && jmap::parse_utc_date(*text) == email.received();
    if (name == "hasAttachment") return jmap::as_boolean(value) == email.has_attachment();
    return false;
}

SetResult<void> patch_keyword(const std::string& name, jmap::Value value, store::Keywords& keywords) {
    const auto keyword = read_keyword(name);
    if (!keyword || (!value.is_null() && jmap::as_boolean(value) != true))
        return refuse(invalid_properties({"keywords/" + name}, "A keyword is set by true, taken by null."));
    set_keyword(keywords, *keyword, !value.is_null());
    return {};
}

} // namespace

std::string_view resolve(std::string_view id, const CreationIds& created_ids) {
    if (id.empty() || id.front() != '#') return id;
    const auto found = created_ids.find(std::string(id.substr(1)));
    return found == created_ids.end() ? std::string_view{} : std::string_view(found->second);
}

std::string describe_created(const EmailFiled& filed, const IngestedEmail& email) {
    std::string json;
    jmap::Writer out(json);
    out.begin_object().member("id", email_id(filed.email)).member("blobId", blob_id(email.body.hash));
    out.member("threadId", thread_id(filed.thread)).member("size", email.row.size).end_object();
    return json;
}

EmailChanges::EmailChanges(store::Draft& draft, const CreationIds& created_ids, std::uint64_t quota)
    : draft_(draft), created_ids_(created_ids), quota_(quota) {}

SetResult<store::MailboxId> EmailChanges::read_mailbox(std::string_view id) const {
    const auto mailbox = read_mailbox_id(resolve(id, created_ids_));
    if (!mailbox || !draft_.now().mailbox(draft_.account(), *mailbox))
        return refuse(invalid_properties({"mailboxIds"}, "A mailbox does not exist."));
    return *mailbox;
}

SetResult<std::set<store::MailboxId>> EmailChanges::read_mailboxes(jmap::Value value) const {
    const auto object = jmap::as_object(value);
    if (!object) return refuse(invalid_properties({"mailboxIds"}, "It must be an object."));
    std::set<store::MailboxId> mailboxes;
    for (const auto [id, wanted] : *object) {
        if (jmap::as_boolean(wanted) != true)
            return refuse(invalid_properties({"mailboxIds"}, "Every value must be true."));
        const auto mailbox = read_mailbox(id);
        if (!mailbox) return tl::unexpected(mailbox.error());
        mailboxes.insert(*mailbox);
        if (mailboxes.size() > most_mailboxes_of_email) return refuse(set_error("tooManyMailboxes"));
    }
    if (mailboxes.empty())
        return refuse(invalid_properties({"mailboxIds"}, "An email is in at least one mailbox."));
    return mailboxes;
}

store::ThreadId EmailChanges::thread_of(const IngestedEmail& email, store::EmailId id) {
    const auto& structure = email.structure;
    std::vector<std::string> ids(structure.references.rbegin(), structure.references.rend());
    ids.insert(ids.end(), structure.in_reply_to.begin(), structure.in_reply_to.end());
    ids.insert(ids.end(), structure.message_ids.begin(), structure.message_ids.end());
    ids.resize(std::min(ids.size(), ids_known));
    std::optional<store::ThreadId> thread;
    for (const auto& known_id : ids) {
        const auto known = known_.find(known_id);
        if (known == known_.end() || known->second.sort_subject != email.row.sort_subject) continue;
        thread = known->second.thread;
        break;
    }
    if (!thread) thread = find_thread(draft_.now(), draft_.account(), email.row, structure);
    for (const auto& known_id : ids)
        known_.try_emplace(known_id, Known{thread.value_or(id), email.row.sort_subject});
    return thread.value_or(id);
}

SetResult<EmailFiled> EmailChanges::add(const IngestedEmail& email, jmap::Value mailboxes_value) {
    const auto mailboxes = read_mailboxes(mailboxes_value);
    if (!mailboxes) return tl::unexpected(mailboxes.error());
    const auto held = draft_.now().state(draft_.account()).size + added_octets_;
    if (quota_ > 0 && held + email.row.size > quota_)
        return refuse(set_error("overQuota", "The mailbox is full."));

    store::EmailAdded added{email.row, email.structure, false};
    added.row.id = draft_.new_email();
    added.row.thread = thread_of(email, added.row.id);
    added.row.mailboxes.clear();
    for (const auto mailbox : *mailboxes)
        added.row.mailboxes.push_back(draft_.new_place(mailbox));
    ++added_;
    added_octets_ += email.row.size;
    const EmailFiled filed{added.row.id, added.row.thread, false};
    draft_.add(std::move(added));
    return filed;
}

SetResult<void> EmailChanges::patch_member(const std::vector<std::string>& path, jmap::Value value,
                                           const store::EmailView& email, Mutable& state) const {
    const auto& name = path.front();
    const bool is_keywords = name == "keywords", is_mailboxes = name == "mailboxIds";
    if (!is_keywords && !is_mailboxes) {
        if (path.size() == 1 && is_same(name, value, email)) return {};
        return refuse(invalid_properties({name}, "The property cannot be changed."));
    }
    if (path.size() > 2) return refuse(set_error("invalidPatch", "A path leads into what is no object."));
    if (path.size() == 2 && is_keywords) return patch_keyword(path[1], value, state.keywords);
    if (path.size() == 2) {
        if (!value.is_null() && jmap::as_boolean(value) != true)
            return refuse(invalid_properties({"mailboxIds"}, "A mailbox is set by true, taken by null."));
        const auto id = read_mailbox_id(resolve(path[1], created_ids_));
        if (value.is_null()) {
            if (id) state.mailboxes.erase(*id);
            return {};
        }
        const auto mailbox = read_mailbox(path[1]);
        if (!mailbox) return tl::unexpected(mailbox.error());
        state.mailboxes.insert(*mailbox);
        return {};
    }
    if (is_mailboxes) {
        auto mailboxes = read_mailboxes(value);
        if (!mailboxes) return tl::unexpected(mailboxes.error());
        state.mailboxes = std::move(*mailboxes);
        return {};
    }
    const auto object = jmap::as_object(value);
    auto keywords = value.is_null() ? std::optional(store::Keywords{})
                    : object        ? read_keywords(*object)
                                    : std::nullopt;
    if (!keywords)
        return refuse(invalid_properties({"keywords"}, "It must be an object of keywords that are true."));
    state.keywords = std::move(*keywords);
    return {};
}

SetResult<void> EmailChanges::update(store::EmailId id, jmap::Object object) {
    const auto email = draft_.now().email(draft_.account(), id);
    if (!email || removed_.contains(id)) return refuse(set_error("notFound"));
    if (jmap::member_count(object) > most_paths)
        return refuse(set_error("tooLarge", "The patch has too many paths."));
    const auto patch = jmap::parse_patch(object);
    if (!patch) return tl::unexpected(patch.error());

    Mutable state;
    if (const auto earlier = updated_.find(id); earlier != updated_.end()) {
        state = earlier->second;
    } else {
        state.keywords = email->keywords();
        state.before = email->refs();
        for (const auto& ref : state.before)
            if (!ref.deleted) state.mailboxes.insert(ref.mailbox);
    }
    for (const auto& entry : *patch)
        if (auto done = patch_member(entry.path, entry.value, *email, state); !done) return done;
    if (state.keywords.others.size() > most_keywords) return refuse(set_error("tooManyKeywords"));
    if (state.mailboxes.size() > most_mailboxes_of_email) return refuse(set_error("tooManyMailboxes"));
    if (state.mailboxes.empty())
        return refuse(invalid_properties({"mailboxIds"}, "An email is in at least one mailbox."));
    updated_[id] = std::move(state);
    return {};
}

SetResult<void> EmailChanges::remove(store::EmailId id) {
    if (removed_.contains(id) || !draft_.now().email(draft_.account(), id))
        return refuse(set_error("notFound"));
    updated_.erase(id);
    removed_.insert(id);
    return {};
}

void EmailChanges::finish() {
    for (const auto& [id, state] : updated_) {
        store::EmailUpdated change{id, state.keywords, {}};
        // Places with \Deleted stay as they are, unless the email is put there again.
        for (auto ref : state.before) {
            const bool is_wanted = state.mailboxes.contains(ref.mailbox);
            if (!is_wanted && !ref.deleted) continue;
            ref.deleted = !is_wanted;
            change.mailboxes.push_back(ref);
        }
        for (const auto mailbox : state.mailboxes)
            if (std::none_of(state.before.begin(), state.before.end(),
                             [&](const auto& ref) { return ref.mailbox == mailbox; }))
                change.mailboxes.push_back(draft_.new_place(mailbox));
        std::sort(change.mailboxes.begin(), change.mailboxes.end(),
                  [](const auto& a, const auto& b) { return a.mailbox < b.mailbox; });
        draft_.add(std::move(change));
    }
    for (const auto id : removed_)
        draft_.add(store::EmailRemoved{id});
}

} // namespace facteur
