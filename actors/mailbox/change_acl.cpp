#include "actors/mailbox/change_acl.h"

#include <algorithm>

namespace facteur {
namespace {

using store::ObjectType;

Rights changed_rights(Rights before, const ChangeAcl& request) {
    switch (request.how) {
    case ChangeAcl::How::replace: return request.rights;
    case ChangeAcl::How::add: return before | request.rights;
    case ChangeAcl::How::remove: return static_cast<Rights>(before & ~request.rights);
    }
    return before;
}

// Writes the object if it differs from what there is.
void put(store::Draft& draft, ObjectType type, const std::string& id, const std::string& value) {
    const auto before = draft.now().object(draft.account(), type, id);
    if (before != value) draft.add(store::ObjectPut{type, id, value});
}
void remove(store::Draft& draft, ObjectType type, const std::string& id) {
    if (draft.now().object(draft.account(), type, id)) draft.add(store::ObjectRemoved{type, id});
}

} // namespace

store::Plan plan_acl(std::shared_ptr<const ChangeAcl> request, std::shared_ptr<EmailsChanged> changed) {
    return [request = std::move(request),
            changed = std::move(changed)](store::Draft& draft) -> store::Result<void> {
        const auto& now = draft.now();
        if (!now.mailbox(draft.account(), request->mailbox))
            return store::fail(store::Code::not_found, "The mailbox does not exist.");
        auto acl = acl_of(now, draft.account(), request->mailbox);
        for (const auto gone : request->departed)
            acl.erase(gone);
        const auto before = acl.contains(request->who) ? acl[request->who] : Rights{0};
        const auto rights = changed_rights(before, *request);
        if (rights == 0)
            acl.erase(request->who);
        else
            acl[request->who] = rights;
        if (rights != 0 && before == 0 && acl.size() > most_in_acl)
            return store::fail(store::Code::over_quota, "The mailbox is shared with as many as it may be.");
        const auto id = acl_id(request->mailbox);
        if (acl.empty())
            remove(draft, ObjectType::acl, id);
        else
            put(draft, ObjectType::acl, id, write_acl(acl));
        if (!draft.empty()) changed->modseq = draft.modseq();
        return {};
    };
}

store::Plan plan_shared(std::shared_ptr<const ChangeShared> request, std::shared_ptr<EmailsChanged> changed) {
    return [request = std::move(request),
            changed = std::move(changed)](store::Draft& draft) -> store::Result<void> {
        const auto& now = draft.now();
        auto all = sharings_of(now, draft.account());
        for (const auto owner : request->forgotten) {
            if (owner == request->owner) continue;
            remove(draft, ObjectType::shared, shared_id(owner));
            std::erase_if(all, [&](const Sharing& one) { return one.owner == owner; });
        }
        const auto id = shared_id(request->owner);
        const auto known = now.object(draft.account(), ObjectType::shared, id);
        auto subscribed = read_subscriptions(known.value_or(std::string()));
        if (request->mailbox != 0) {
            std::erase(subscribed, request->mailbox);
            if (request->subscribed)
                subscribed.insert(std::lower_bound(subscribed.begin(), subscribed.end(), request->mailbox),
                                  request->mailbox);
        }
        if ((!known && all.size() >= most_sharings) || subscribed.size() > most_subscriptions)
            return store::fail(store::Code::over_quota, "The account keeps as many as it may.");
        put(draft, ObjectType::shared, id, write_subscriptions(subscribed));
        if (!draft.empty()) changed->modseq = draft.modseq();
        return {};
    };
}

} // namespace facteur
