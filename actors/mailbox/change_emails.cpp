#include "actors/mailbox/change_emails.h"

#include <algorithm>
#include <iterator>

namespace facteur {
namespace {

using What = ChangeEmails::What;

std::vector<std::string> united(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> all;
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
    return all;
}
std::vector<std::string> without(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> left;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(left));
    return left;
}

class EmailChanger {
public:
    EmailChanger(store::Draft& draft, const ChangeEmails& request, EmailsChanged& changed)
        : draft_(draft), now_(draft.now()), request_(request), changed_(changed) {}

    store::Result<void> run() {
        if (request_.what == What::copy || request_.what == What::move) {
            const auto target = now_.mailbox(request_.account, request_.target);
            if (!target) return store::fail(store::Code::not_found, "The mailbox does not exist.");
            changed_.uid_validity = target->uid_validity;
        }
        for (const auto uid : request_.uids) {
            const auto place = now_.uid(request_.account, request_.mailbox, uid);
            if (!place) continue;
            const auto email = now_.any_email(request_.account, place->email);
            if (!email) continue;
            if (auto done = change(*place, *email); !done) return done;
        }
        if (!draft_.empty()) changed_.modseq = draft_.modseq();
        return {};
    }

private:
    using Refs = std::vector<store::MailboxRef>;

    store::Result<void> change(const store::UidEntry& place, const store::EmailView& email) {
        switch (request_.what) {
        case What::replace_flags:
        case What::add_flags:
        case What::remove_flags: set_flags(place, email); return {};
        case What::copy: return copy(place, email);
        case What::move: move(place, email); return {};
        case What::expunge:
            if (place.deleted) expunge(place, email);
            return {};
        case What::remove: expunge(place, email); return {};
        }
        return {};
    }

    void set_flags(const store::UidEntry& place, const store::EmailView& email) {
        if (place.changed > request_.unchanged_since) {
            changed_.modified.push_back(place.uid);
            return;
        }
        const auto before = email.keywords();
        auto keywords = before;
        auto deleted = place.deleted;
        if (request_.what == What::replace_flags) {
            keywords.flags = (before.flags & request_.kept_flags) | (request_.flags & ~request_.kept_flags);
            if (!request_.keeps_keywords) keywords.others = request_.keywords;
            if (!request_.keeps_deleted) deleted = request_.deleted;
        } else if (request_.what == What::add_flags) {
            keywords.flags |= request_.flags;
            keywords.others = united(keywords.others, request_.keywords);
            deleted = deleted || request_.deleted;
        } else {
            keywords.flags &= ~request_.flags;
            keywords.others = without(keywords.others, request_.keywords);
            deleted = deleted && !request_.deleted;
        }
        if (keywords == before && deleted == place.deleted) return;
        auto refs = email.refs();
        own(refs)->deleted = deleted;
        draft_.add(store::EmailUpdated{place.email, std::move(keywords), std::move(refs)});
    }

    // An email has one place in a mailbox: a second copy there is another email of the same body.
    store::Result<void> copy(const store::UidEntry& place, const store::EmailView& email) {
        auto refs = email.refs();
        const bool is_there = std::any_of(refs.begin(), refs.end(),
                                          [this](const auto& ref) { return ref.mailbox == request_.target; });
        if (is_there || request_.apart) return duplicate(place, email);
        const auto made = draft_.new_place(request_.target);
        insert(refs, made);
        draft_.add(store::EmailUpdated{place.email, email.keywords(), std::move(refs)});
        note_copy(place.uid, made.uid);
        return {};
    }

    store::Result<void> duplicate(const store::UidEntry& place, const store::EmailView& email) {
        added_octets_ += email.size();
        if (request_.quota > 0 && now_.state(request_.account).size + added_octets_ > request_.quota)
            return store::fail(store::Code::over_quota, "The mailbox is full.");
        auto structure = now_.structure(request_.account, place.email);
        if (!structure) return store::fail(store::Code::corrupt, "An email's structure is missing.");
        store::EmailAdded added{email.row(), std::move(*structure), false};
        added.row.id = draft_.new_email();
        added.row.mailboxes = {draft_.new_place(request_.target)};
        added.row.keywords.flags &= request_.copied_flags;
        if (!request_.copies_keywords) added.row.keywords.others.clear();
        note_copy(place.uid, added.row.mailboxes.front().uid);
        draft_.add(std::move(added));
        return {};
    }

    void move(const store::UidEntry& place, const store::EmailView& email) {
        auto refs = email.refs();
        refs.erase(own(refs));
        const auto there = std::find_if(refs.begin(), refs.end(),
                                        [this](const auto& ref) { return ref.mailbox == request_.target; });
        store::Uid uid = 0;
        if (there != refs.end()) {
            there->deleted = false;
            uid = there->uid;
        } else {
            const auto made = draft_.new_place(request_.target);
            uid = made.uid;
            insert(refs, made);
        }
        draft_.add(store::EmailUpdated{place.email, email.keywords(), std::move(refs)});
        note_copy(place.uid, uid);
        changed_.expunged.push_back(place.uid);
    }

    void expunge(const store::UidEntry& place, const store::EmailView& email) {
        auto refs = email.refs();
        refs.erase(own(refs));
        if (refs.empty())
            draft_.add(store::EmailRemoved{place.email});
        else
            draft_.add(store::EmailUpdated{place.email, email.keywords(), std::move(refs)});
        changed_.expunged.push_back(place.uid);
    }

    Refs::iterator own(Refs& refs) const {
        return std::find_if(refs.begin(), refs.end(),
                            [this](const auto& ref) { return ref.mailbox == request_.mailbox; });
    }
    static void insert(Refs& refs, const store::MailboxRef& made) {
        refs.insert(std::find_if(refs.begin(), refs.end(),
                                 [&](const auto& ref) { return ref.mailbox > made.mailbox; }),
                    made);
    }
    void note_copy(store::Uid from, store::Uid to) {
        changed_.from.push_back(from);
        changed_.to.push_back(to);
    }

    store::Draft& draft_;
    const store::Snapshot& now_;
    const ChangeEmails& request_;
    EmailsChanged& changed_;
    std::uint64_t added_octets_ = 0;
};

} // namespace

store::Plan plan_changing(std::shared_ptr<const ChangeEmails> request,
                          std::shared_ptr<EmailsChanged> changed) {
    return [request = std::move(request), changed = std::move(changed)](store::Draft& draft) {
        return EmailChanger(draft, *request, *changed).run();
    };
}

store::Plan plan_annotations(std::shared_ptr<const PutAnnotations> request,
                             std::shared_ptr<EmailsChanged> changed) {
    return [request = std::move(request),
            changed = std::move(changed)](store::Draft& draft) -> store::Result<void> {
        for (std::size_t at = 0; at + 1 < request->put.size(); at += 2)
            draft.add(
                store::ObjectPut{store::ObjectType::annotation, request->put[at], request->put[at + 1]});
        for (const auto& id : request->removed)
            draft.add(store::ObjectRemoved{store::ObjectType::annotation, id});
        if (!draft.empty()) changed->modseq = draft.modseq();
        return {};
    };
}

} // namespace facteur
