// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3.4 to §6.3.8, RFC 6154), by JMAP's
// Mailbox/set, so that both doors have the same rules.
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
Missing missing_levels(const MailboxNames& names, const std::string& name) {
    Missing missing;
    std::size_t from = 0;
    for (std::size_t end = 0; end <= name.size(); ++end) {
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

Json parse_answer(const std::string& answer) {
    return Json::parse("[" + answer + "]", nullptr, false);
}

} // namespace

void ImapSession::run(imap::command::Create& c) {
    const MailboxNames names(read(), id());
    auto name = c.mailbox;
    while (!name.empty() && name.back() == mailbox_separator)
        name.pop_back();
    if (names.find(name) != nullptr) return no("ALREADYEXISTS", "There is a mailbox of this name");
    const auto missing = missing_levels(names, name);
    if (missing.levels.empty() || has_empty_level(missing))
        return no("CANNOT", "A level of the name is empty");
    auto creation = creation_of(missing, missing.levels.size());
    if (!c.uses.empty()) {
        const auto role = role_of_special_use(c.uses.front());
        if (role.empty() || c.uses.size() > 1) return no("USEATTR", "There can be no mailbox of this use");
        creation.create[creation.key]["role"] = role;
    }
    const bool has_use = !c.uses.empty();
    set_mailboxes(Json{{"accountId", account_id(id())}, {"create", creation.create}}.dump(),
                  [this, key = creation.key, has_use](const std::string& text) {
                      const auto answer = parse_answer(text);
                      if (const auto error = refused_in(answer); !error.is_null())
                          return no(has_use ? "USEATTR" : "CANNOT", said_in(error));
                      const auto id = answer[0][1]["created"][key].value("id", "");
                      finish(Condition::ok, imap::code::mailbox_id(id), "Created");
                  });
}

void ImapSession::run(imap::command::Delete& c) {
    const MailboxNames names(read(), id());
    const auto* entry = names.find(c.mailbox);
    if (entry == nullptr) return no("NONEXISTENT", "There is no such mailbox");
    if (entry->has_children) return no("HASCHILDREN", "There are mailboxes in it");
    if (selected_ && selected_->mailbox() == entry->row.id) selected_.reset();
    set_mailboxes(Json{{"accountId", account_id(id())},
                       {"destroy", {mailbox_id(entry->row.id)}},
                       {"onDestroyRemoveEmails", true}}
                      .dump(),
                  [this](const std::string& text) {
                      if (const auto error = refused_in(parse_answer(text)); !error.is_null())
                          return no("CANNOT", said_in(error));
                      ok("Deleted");
                  });
}

void ImapSession::run(imap::command::Rename& c) {
    const MailboxNames names(read(), id());
    const auto* entry = names.find(c.from);
    if (entry == nullptr) return no("NONEXISTENT", "There is no such mailbox");
    if (names.find(c.to) != nullptr) return no("ALREADYEXISTS", "There is a mailbox of this name");
    if (entry->row.role == "inbox") return rename_inbox(c.to);
    const auto missing = missing_levels(names, c.to);
    if (missing.levels.empty() || has_empty_level(missing))
        return no("CANNOT", "A level of the name is empty");
    const auto creation = creation_of(missing, missing.levels.size() - 1);
    const Json update{
        {mailbox_id(entry->row.id), {{"name", missing.levels.back()}, {"parentId", creation.parent}}}};
    set_mailboxes(
        Json{{"accountId", account_id(id())}, {"create", creation.create}, {"update", update}}.dump(),
        [this](const std::string& text) {
            if (const auto error = refused_in(parse_answer(text)); !error.is_null())
                return no("CANNOT", said_in(error));
            ok("Renamed");
        });
}

// INBOX stays, empty: what was in it moves to a new mailbox (RFC 9051 §6.3.6).
void ImapSession::rename_inbox(const std::string& to) {
    const auto missing = missing_levels(MailboxNames(read(), id()), to);
    if (missing.levels.empty() || has_empty_level(missing))
        return no("CANNOT", "A level of the name is empty");
    const auto creation = creation_of(missing, missing.levels.size());
    set_mailboxes(Json{{"accountId", account_id(id())}, {"create", creation.create}}.dump(),
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
    const MailboxNames names(read(), id());
    const auto* entry = names.find(mailbox);
    // Nobody can be subscribed to what is not there: what is asked for holds already.
    if (entry == nullptr) return subscribed ? no("NONEXISTENT", "There is no such mailbox") : ok();
    const Json update{{mailbox_id(entry->row.id), {{"isSubscribed", subscribed}}}};
    set_mailboxes(Json{{"accountId", account_id(id())}, {"update", update}}.dump(),
                  [this](const std::string& text) {
                      if (const auto error = refused_in(parse_answer(text)); !error.is_null())
                          return no("CANNOT", said_in(error));
                      ok();
                  });
}

} // namespace facteur
