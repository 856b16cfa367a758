// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3.4 to §6.3.8, RFC 6154), by JMAP's
// Mailbox/set, so that both doors have the same rules.
#include "actors/clock.h"
#include "actors/session/imap/imap_session.h"
#include "actors/session/jmap/ids.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace facteur {
namespace {

using Json = nlohmann::json;

// The levels of a name from the first that does not exist on, and the mailbox that they lie in.
struct Missing {
    const MailboxNames::Entry* above = nullptr; // null: the top
    std::vector<std::string> levels;
};
Missing missing_levels(const AccountView& view, const std::string& name) {
    const auto& names = *view.names;
    Missing missing;
    std::size_t from = view.is_own ? 0 : view.prefix.size() + 1;
    for (std::size_t end = from; end <= name.size(); ++end) {
        if (end < name.size() && name[end] != mailbox_separator) continue;
        const auto* entry =
            missing.levels.empty() ? names.find(std::string_view(name).substr(0, end)) : nullptr;
        if (entry != nullptr)
            missing.above = entry;
        else
            missing.levels.push_back(name.substr(from, end - from));
        from = end + 1;
    }
    return missing;
}

bool has_empty_level(const Missing& missing) {
    return std::any_of(missing.levels.begin(), missing.levels.end(),
                       [](const std::string& level) { return level.empty(); });
}

Json parent_of(const MailboxNames::Entry* above) {
    return above == nullptr ? Json(nullptr) : Json(mailbox_id(above->row.id));
}

// Creates the first `count` of the missing levels, each in the one before.
struct Creation {
    Json create = Json::object();
    std::string key; // of the last; empty: there is none
    Json parent;     // what lies in the last has this parentId
};
Creation creation_of(const Missing& missing, std::size_t count) {
    Creation creation;
    creation.parent = parent_of(missing.above);
    for (std::size_t n = 0; n < count; ++n) {
        creation.key = "n" + std::to_string(n);
        creation.create[creation.key] = {
            {"name", missing.levels[n]}, {"parentId", creation.parent}, {"isSubscribed", true}};
        creation.parent = "#" + creation.key;
    }
    return creation;
}

// The first thing that Mailbox/set refused; null: nothing. `answer` is its invocation.
Json refused_in(const Json& answer) {
    const auto& arguments = answer.at(0).at(1);
    if (arguments.contains("type")) return arguments; // a method error
    for (const auto* part : {"notCreated", "notUpdated", "notDestroyed"})
        if (arguments.contains(part) && arguments[part].is_object() && !arguments[part].empty())
            return arguments[part].begin().value();
    return nullptr;
}

std::string said_in(const Json& error) {
    return error.contains("description") ? error["description"].get<std::string>()
                                         : error.value("type", "refused");
}

constexpr std::string_view where_others_create =
    "Mailboxes of others can be made below those alone where you have the right to it";

// Of another account: below a mailbox of it that allows it.
bool may_create(const AccountView& view, const Missing& missing) {
    return view.is_own || (missing.above != nullptr && (missing.above->rights & right_create) != 0);
}

std::vector<Permission::Need> needs_to_create(const Missing& missing) {
    if (missing.above == nullptr) return {};
    return {{missing.above->row.id, right_create}};
}

Json parse_answer(const std::string& answer) {
    return Json::parse("[" + answer + "]", nullptr, false);
}

} // namespace

void ImapSession::run(imap::command::Create& c) {
    auto name = c.mailbox;
    while (!name.empty() && name.back() == mailbox_separator)
        name.pop_back();
    const auto view = places().view_of(name);
    if (!view) return no("NOPERM", where_others_create);
    if (view->names->find(name) != nullptr) return no("ALREADYEXISTS", "There is a mailbox of this name");
    const auto missing = missing_levels(*view, name);
    if (missing.levels.empty() || has_empty_level(missing))
        return no("CANNOT", "A level of the name is empty");
    if (!may_create(*view, missing)) return no("NOPERM", where_others_create);
    auto creation = creation_of(missing, missing.levels.size());
    if (!c.uses.empty()) {
        const auto role = role_of_special_use(c.uses.front());
        if (role.empty() || c.uses.size() > 1 || !view->is_own)
            return no("USEATTR", "There can be no mailbox of this use");
        creation.create[creation.key]["role"] = role;
    }
    const bool has_use = !c.uses.empty();
    set_mailboxes(*view, Json{{"accountId", account_id(view->account())}, {"create", creation.create}}.dump(),
                  needs_to_create(missing), [this, key = creation.key, has_use](const std::string& text) {
                      const auto answer = parse_answer(text);
                      if (const auto error = refused_in(answer); !error.is_null())
                          return no(has_use ? "USEATTR" : "CANNOT", said_in(error));
                      const auto id = answer[0][1]["created"][key].value("id", "");
                      finish(Condition::ok, imap::code::mailbox_id(id), "Created");
                  });
}

void ImapSession::run(imap::command::Delete& c) {
    const auto found = place(c.mailbox, right_remove);
    if (!found) return;
    if (found->entry->has_children) return no("HASCHILDREN", "There are mailboxes in it");
    if (is_selected(found->account(), found->mailbox())) deselect();
    set_mailboxes(*found->view,
                  Json{{"accountId", account_id(found->account())},
                       {"destroy", {mailbox_id(found->mailbox())}},
                       {"onDestroyRemoveEmails", true}}
                      .dump(),
                  {{found->mailbox(), right_remove}}, [this](const std::string& text) {
                      if (const auto error = refused_in(parse_answer(text)); !error.is_null())
                          return no("CANNOT", said_in(error));
                      ok("Deleted");
                  });
}

void ImapSession::run(imap::command::Rename& c) {
    const auto found = place(c.from, right_remove);
    if (!found) return;
    const auto& view = *found->view;
    // A mailbox stays in its account.
    const auto target = places().view_of(c.to);
    if (!target || target->account() != found->account())
        return no("CANNOT", "A mailbox cannot go to another account");
    const auto& names = *view.names;
    if (names.find(c.to) != nullptr) return no("ALREADYEXISTS", "There is a mailbox of this name");
    if (found->entry->row.role == "inbox") return rename_inbox(found->view, c.to);
    const auto missing = missing_levels(view, c.to);
    if (missing.levels.empty() || has_empty_level(missing))
        return no("CANNOT", "A level of the name is empty");
    if (!may_create(view, missing)) return no("NOPERM", where_others_create);
    const auto creation = creation_of(missing, missing.levels.size() - 1);
    const Json update{
        {mailbox_id(found->mailbox()), {{"name", missing.levels.back()}, {"parentId", creation.parent}}}};
    auto needs = needs_to_create(missing);
    needs.push_back({found->mailbox(), right_remove});
    set_mailboxes(
        view,
        Json{{"accountId", account_id(view.account())}, {"create", creation.create}, {"update", update}}
            .dump(),
        std::move(needs), [this](const std::string& text) {
            if (const auto error = refused_in(parse_answer(text)); !error.is_null())
                return no("CANNOT", said_in(error));
            ok("Renamed");
        });
}

// INBOX stays, empty: what was in it moves to a new mailbox (RFC 9051 §6.3.6).
void ImapSession::rename_inbox(const Places::View& own, const std::string& to) {
    const auto missing = missing_levels(*own, to);
    if (missing.levels.empty() || has_empty_level(missing))
        return no("CANNOT", "A level of the name is empty");
    const auto creation = creation_of(missing, missing.levels.size());
    set_mailboxes(*own, Json{{"accountId", account_id(id())}, {"create", creation.create}}.dump(), {},
                  [this, to](const std::string& text) {
                      if (const auto error = refused_in(parse_answer(text)); !error.is_null())
                          return no("CANNOT", said_in(error));
                      const auto now = read();
                      const MailboxNames names(now, id());
                      const auto* inbox = names.find("INBOX");
                      const auto* target = names.find(to);
                      if (inbox == nullptr || target == nullptr)
                          return no("INUSE", "The mailbox is gone again");
                      ChangeEmails request;
                      request.account = id();
                      request.mailbox = inbox->row.id;
                      request.what = ChangeEmails::What::move;
                      request.target = target->row.id;
                      now.by_uid(id(), inbox->row.id, 0, [&](const store::UidEntry& message) {
                          request.uids.push_back(message.uid);
                          return true;
                      });
                      change(std::move(request), [this](const EmailsChanged&) { ok("Renamed"); });
                  });
}

void ImapSession::run(imap::command::Subscribe& c) {
    subscribe(c.mailbox, true);
}

void ImapSession::run(imap::command::Unsubscribe& c) {
    subscribe(c.mailbox, false);
}

void ImapSession::subscribe(const std::string& mailbox, bool subscribed) {
    const auto found = places().find(mailbox);
    // Nobody can be subscribed to what is not there: what is asked for holds already.
    if (!found) return subscribed ? no("NONEXISTENT", "There is no such mailbox") : ok();
    if (!found->is_own()) {
        // The user's own, not the owner's.
        ChangeShared request;
        request.account = id();
        request.owner = found->account();
        request.mailbox = found->mailbox();
        request.subscribed = subscribed;
        request.at = seconds_now();
        return world_.change_shared(std::move(request), [this](store::Result<EmailsChanged> changed) {
            if (!changed) return failed(changed.error());
            ok();
        });
    }
    const Json update{{mailbox_id(found->mailbox()), {{"isSubscribed", subscribed}}}};
    set_mailboxes(*found->view, Json{{"accountId", account_id(id())}, {"update", update}}.dump(), {},
                  [this](const std::string& text) {
                      if (const auto error = refused_in(parse_answer(text)); !error.is_null())
                          return no("CANNOT", said_in(error));
                      ok();
                  });
}

} // namespace facteur
