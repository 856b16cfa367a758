#include "store/apply.h"
#include "store/keys.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace facteur::store {
namespace {

constexpr std::size_t longest_keyword = 255;
constexpr std::size_t most_keywords = 128;
constexpr std::size_t most_mailboxes_of_an_email = 1000;

class Validator {
public:
    Validator(const Commit& commit, const Snapshot& now, const std::function<bool(const Hash&)>& supplied)
        : account_(commit.account), now_(now), state_(now.state(commit.account)), supplied_(supplied) {}

    Result<void> operator()(const EmailAdded& change) {
        const auto id = change.row.id;
        if (id == 0 || change.row.thread == 0 || change.row.thread > id)
            return refuse("An email needs an id and a thread");
        if (emails_.contains(id) || now_.any_email(account_, id)) return refuse("The email exists already");
        if (id < state_.next_email) return refuse("An email's id is used once");
        if (!supplied_(change.row.body) && !now_.may_read(account_, change.row.body))
            return refuse("The email's body is not in the store");
        emails_[id] = true;
        return mutable_state(change.row.keywords, change.row.mailboxes, {});
    }
    Result<void> operator()(const EmailUpdated& change) {
        const auto email = now_.any_email(account_, change.id);
        if (!exists(emails_, change.id, email.has_value()))
            return refuse("The email does not exist", Code::not_found);
        if (!updated_.insert(change.id).second || (emails_.contains(change.id)))
            return refuse("The email is changed twice in one commit");
        return mutable_state(change.keywords, change.mailboxes, email->refs());
    }
    Result<void> operator()(const EmailRemoved& change) {
        if (!exists(emails_, change.id, now_.any_email(account_, change.id).has_value()))
            return refuse("The email does not exist", Code::not_found);
        if (emails_.contains(change.id) || updated_.contains(change.id))
            return refuse("The email is changed twice in one commit");
        emails_[change.id] = false;
        removed_.insert(change.id);
        return {};
    }
    Result<void> operator()(const MailboxPut& change) {
        const auto& row = change.row;
        if (row.id == 0) return refuse("A mailbox needs an id");
        if (row.name.empty() || row.name.size() > longest_key_text)
            return refuse("A mailbox needs a name of at most 480 octets");
        if (row.parent != 0 && !mailbox_exists(row.parent))
            return refuse("The parent mailbox does not exist", Code::not_found);
        if (!mailboxes().contains(row.id) && row.id < state_.next_mailbox)
            return refuse("The mailbox was removed", Code::not_found);
        if (gone_.contains(row.id)) return refuse("The mailbox was removed", Code::not_found);
        mailboxes()[row.id] = row;
        return {};
    }
    Result<void> operator()(const MailboxRemoved& change) {
        if (!mailbox_exists(change.id)) return refuse("The mailbox does not exist", Code::not_found);
        if (!is_emptied(change.id)) return refuse("The mailbox still holds emails");
        mailboxes().erase(change.id);
        gone_.insert(change.id);
        return {};
    }
    Result<void> operator()(const ObjectPut& change) { return short_enough(change.id); }
    Result<void> operator()(const ObjectRemoved& change) { return short_enough(change.id); }
    Result<void> operator()(const UploadPut& change) {
        if (!supplied_(change.row.body) && !now_.may_read(account_, change.row.body))
            return refuse("The upload's body is not in the store");
        return {};
    }
    Result<void> operator()(const UploadRemoved&) { return {}; }
    Result<void> operator()(const DeliveryNoted&) { return {}; }
    Result<void> operator()(const QueuePut& change) { return short_enough(change.id); }
    Result<void> operator()(const QueueRemoved& change) { return short_enough(change.id); }
    Result<void> operator()(const AccountPut& change) {
        if (change.row.id == 0 || change.row.id != account_)
            return refuse("An account is written under its own id");
        if (auto address = free_address(change.row.address); !address) return address;
        for (const auto& alias : change.row.aliases)
            if (auto address = free_address(alias); !address) return address;
        return {};
    }
    Result<void> operator()(const AccountRemoved& change) {
        if (change.id != account_) return refuse("An account is removed under its own id");
        if (!now_.account(change.id)) return refuse("The account does not exist", Code::not_found);
        return {};
    }

private:
    static tl::unexpected<Error> refuse(const char* why, Code code = Code::invalid) {
        return fail(code, std::string(why) + ".");
    }
    // What this commit did to an id so far decides over what was there before.
    static bool exists(const std::unordered_map<EmailId, bool>& changed, EmailId id, bool before) {
        const auto found = changed.find(id);
        return found == changed.end() ? before : found->second;
    }
    // All mailboxes as this commit leaves them; read when it first changes one.
    std::map<MailboxId, MailboxRow>& mailboxes() {
        if (!mailboxes_) {
            mailboxes_.emplace();
            for (auto& row : now_.mailboxes(account_))
                mailboxes_->emplace(row.id, std::move(row));
        }
        return *mailboxes_;
    }
    bool mailbox_exists(MailboxId id) const {
        return mailboxes_ ? mailboxes_->contains(id) : now_.mailbox(account_, id).has_value();
    }
    // True when every email that was in the mailbox was moved or removed by this very commit.
    bool is_emptied(MailboxId id) const {
        for (const auto& [mailbox, uid] : uids_)
            if (mailbox == id) return false;
        bool emptied = true;
        now_.by_uid(account_, id, 0, [&](const UidEntry& entry) {
            emptied = removed_.contains(entry.email) || left_.contains({entry.email, id});
            return emptied;
        });
        return emptied;
    }
    Result<void> mutable_state(const Keywords& keywords, const std::vector<MailboxRef>& refs,
                               const std::vector<MailboxRef>& before) {
        if (keywords.others.size() > most_keywords) return refuse("An email has too many keywords");
        for (const auto& keyword : keywords.others)
            if (keyword.empty() || keyword.size() > longest_keyword)
                return refuse("A keyword has 1 to 255 octets");
        if (!std::is_sorted(keywords.others.begin(), keywords.others.end()))
            return refuse("Keywords are sorted");
        if (refs.empty()) return refuse("An email is in at least one mailbox");
        if (refs.size() > most_mailboxes_of_an_email) return refuse("An email is in too many mailboxes");
        for (std::size_t i = 0; i < refs.size(); ++i) {
            if (i > 0 && refs[i - 1].mailbox >= refs[i].mailbox)
                return refuse("Mailboxes are sorted and unique");
            if (!mailbox_exists(refs[i].mailbox))
                return refuse("The mailbox does not exist", Code::not_found);
            const bool kept = std::any_of(before.begin(), before.end(),
                                          [&](const MailboxRef& ref) { return is_same_place(ref, refs[i]); });
            if (!kept && (refs[i].uid < now_.counters(account_, refs[i].mailbox).uid_next ||
                          !uids_.insert({refs[i].mailbox, refs[i].uid}).second))
                return refuse("A UID is given once");
        }
        return {};
    }
    static Result<void> short_enough(std::string_view id) {
        if (id.empty() || id.size() > longest_key_text) return refuse("An id has 1 to 480 octets");
        return {};
    }
    Result<void> free_address(const std::string& address) {
        if (address.empty() || address.size() > longest_key_text)
            return refuse("An address has 1 to 480 octets");
        const auto owner = now_.account_by_address(address);
        if ((owner && *owner != account_) || !addresses_.insert(address).second)
            return fail(Code::exists, "The address " + address + " is taken.");
        return {};
    }

public:
    // When all changes were seen: names are distinct (two mailboxes may have exchanged theirs), and every
    // mailbox still hangs, by its parents, from the top.
    Result<void> finish() const {
        if (!mailboxes_) return {};
        std::set<std::pair<MailboxId, std::string_view>> names;
        for (const auto& [id, row] : *mailboxes_) {
            if (!names.emplace(row.parent, row.name).second)
                return refuse("A mailbox of this name exists already", Code::exists);
            std::size_t steps = 0;
            for (auto parent = row.parent; parent != 0; ++steps) {
                const auto above = mailboxes_->find(parent);
                if (above == mailboxes_->end()) return refuse("A mailbox would lose its parent");
                if (steps > mailboxes_->size()) return refuse("A mailbox would be within itself");
                parent = above->second.parent;
            }
        }
        return {};
    }
    // Which emails leave which mailboxes: known only when all updates were seen.
    void note_moves(const std::vector<Change>& changes) {
        for (const auto& change : changes) {
            const auto* update = std::get_if<EmailUpdated>(&change);
            const auto email = update != nullptr ? now_.any_email(account_, update->id) : std::nullopt;
            if (!email) continue;
            for (const auto& ref : email->refs()) {
                const auto stays =
                    std::any_of(update->mailboxes.begin(), update->mailboxes.end(),
                                [&](const MailboxRef& now) { return now.mailbox == ref.mailbox; });
                if (!stays) left_.insert({update->id, ref.mailbox});
            }
        }
    }

private:
    AccountId account_;
    const Snapshot& now_;
    AccountState state_;
    const std::function<bool(const Hash&)>& supplied_;
    std::unordered_map<EmailId, bool> emails_; // added (true) or removed (false) by this commit
    std::unordered_set<EmailId> updated_, removed_;
    std::set<std::pair<EmailId, MailboxId>> left_;
    std::optional<std::map<MailboxId, MailboxRow>> mailboxes_;
    std::unordered_set<MailboxId> gone_;
    std::set<std::pair<MailboxId, Uid>> uids_;
    std::set<std::string> addresses_;
};

} // namespace

Result<void> validate(const Commit& commit, const Snapshot& now,
                      const std::function<bool(const Hash&)>& supplied) {
    Validator validator(commit, now, supplied);
    validator.note_moves(commit.changes);
    for (const auto& change : commit.changes)
        if (auto valid = std::visit(validator, change); !valid) return valid;
    return validator.finish();
}

} // namespace facteur::store
