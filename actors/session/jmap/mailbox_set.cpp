// Mailbox/set (RFC 8621 §2.5).
#include "actors/mailbox/rights.h"
#include "actors/session/jmap/email_changes.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/mailbox_rights.h"
#include "actors/session/jmap/mailbox_tree.h"
#include "actors/session/jmap/write_call.h"
#include "actors/session/jmap/writing.h"
#include "transport/mime/decode.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

namespace facteur {
namespace {

using jmap::invalid_properties;
using jmap::set_error;

// Emails that one turn of a call removes with their mailboxes: a commit of this size takes some 50 ms.
constexpr std::size_t emails_per_turn = 2000;

// The names that IANA has registered as mailbox attributes, but those that no mailbox of ours can be.
constexpr std::array<std::string_view, 12> roles{"inbox",     "drafts",  "sent",      "archive",
                                                 "junk",      "trash",   "important", "flagged",
                                                 "templates", "snoozed", "scheduled", "memos"};

// ---- in the session: the properties of one mailbox, checked and written in a plain form

// Control characters and the line and paragraph separators, which Net-Unicode (RFC 5198) has not.
bool has_control(std::string_view name) {
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto c = static_cast<unsigned char>(name[i]);
        const auto next = i + 1 < name.size() ? static_cast<unsigned char>(name[i + 1]) : 0u;
        if (c < 0x20 || c == 0x7f || (c == 0xc2 && next < 0xa0)) return true;
        if (c == 0xe2 && next == 0x80 && i + 2 < name.size() &&
            (name[i + 2] == '\xa8' || name[i + 2] == '\xa9'))
            return true;
    }
    return false;
}

class PropertiesWriter {
public:
    PropertiesWriter(const jmap::Limits& limits, jmap::Writer& out) : limits_(limits), out_(out) {}

    // Appends the members of an object that is open; what is wrong is in the error.
    SetResult<void> write(jmap::Object mailbox, std::string_view own_id) {
        for (const auto [name, value] : mailbox) {
            if (auto done = write_one(name, value, own_id); !done) return done;
        }
        return {};
    }

private:
    SetResult<void> write_one(std::string_view name, jmap::Value value, std::string_view own_id) {
        if (name == "name") return write_name(value);
        const auto text = jmap::as_string(value);
        if (name == "parentId" || name == "role") {
            const bool fits = value.is_null() || (text && (name == "parentId" || is_role(*text)));
            if (!fits) return wrong(name, "It must be null, an id, or a role that is registered.");
            out_.member(name, text.value_or(std::string_view{}));
        } else if (name == "sortOrder") {
            const auto number = value.is_null() ? std::optional<std::uint64_t>(0) : jmap::as_unsigned(value);
            if (!number || *number >= 1ull << 31) return wrong(name, "It must be an integer below 2^31.");
            out_.member(name, *number);
        } else if (name == "isSubscribed") {
            const auto truth = value.is_null() ? std::optional(true) : jmap::as_boolean(value);
            if (!truth) return wrong(name, "It must be true or false.");
            out_.member(name, *truth);
        } else if (name != "id" || own_id.empty() || text != own_id) {
            return wrong(name, "The property cannot be set.");
        }
        return {};
    }

    SetResult<void> write_name(jmap::Value value) {
        const auto text = jmap::as_string(value);
        if (!text || text->size() > 4 * std::size_t{limits_.max_size_mailbox_name})
            return wrong("name", "It must be a string that is not too long.");
        const auto name = mime::to_nfc(std::string(*text));
        if (name.size() > limits_.max_size_mailbox_name) return wrong("name", "It is too long.");
        if (name.find_first_not_of(' ') == std::string::npos) return wrong("name", "It must not be empty.");
        if (has_control(name)) return wrong("name", "It must not have control characters.");
        out_.member("name", name);
        return {};
    }

    static bool is_role(std::string_view text) {
        return std::find(roles.begin(), roles.end(), text) != roles.end();
    }
    static SetResult<void> wrong(std::string_view name, std::string_view why) {
        return refuse(invalid_properties({std::string(name)}, std::string(why)));
    }

    const jmap::Limits& limits_;
    jmap::Writer& out_;
};

void write_entry(std::string_view id, jmap::Value value, bool is_update, const jmap::Limits& limits,
                 jmap::Writer& out) {
    std::string json;
    jmap::Writer entry(json);
    entry.begin_object().member("id", id).key("set").begin_object();
    const auto object = jmap::as_object(value);
    auto done = object
                    ? PropertiesWriter(limits, entry).write(*object, is_update ? id : std::string_view{})
                    : refuse(set_error(is_update ? "invalidPatch" : "invalidProperties", "Not an object."));
    if (done && !is_update && !jmap::member(*object, "name"))
        done = refuse(invalid_properties({"name"}, "It is missing."));
    if (done) {
        out.raw(entry.end_object().end_object().out());
        return;
    }
    out.begin_object().member("id", id).key("error").raw(to_json(done.error())).end_object();
}

// ---- on the lane

struct Wanted {
    std::string name; // creation id, or id
    std::optional<std::string> error;
    jmap::Object set;
};

std::vector<Wanted> read_wanted(jmap::Object arguments, std::string_view list) {
    std::vector<Wanted> wanted;
    each_object(arguments, list, [&](jmap::Object entry) {
        Wanted one{std::string(text_member(entry, "id")), std::nullopt, {}};
        if (const auto error = jmap::member(entry, "error")) one.error = jmap::to_json(*error);
        const auto set = jmap::member(entry, "set");
        if (const auto object = set ? jmap::as_object(*set) : std::nullopt) one.set = *object;
        wanted.push_back(std::move(one));
    });
    return wanted;
}

// One run over all that is asked for. It is made twice when the changes do not fit as a whole: then each is
// taken alone (RFC 8620 §5.3).
class MailboxSet {
public:
    MailboxSet(const CallMethod& call, jmap::Object arguments, store::Draft& draft, bool one_by_one)
        : call_(call), arguments_(arguments), draft_(draft), one_by_one_(one_by_one),
          tree_(draft.now(), call.account, depth_of(arguments)) {}

    // False: the changes do not fit as a whole.
    bool run() {
        create_all();
        update_all();
        destroy_all();
        return one_by_one_ || tree_.is_sound();
    }

    [[nodiscard]] const std::set<store::MailboxId>& destroyed() const { return destroyed_; }

    // Writes the changes of mailboxes; those of emails must be in the draft before.
    void write(SetAnswer& set, std::map<std::string, std::string>& created_ids) {
        for (const auto& fate : fates_)
            fate(set);
        for (const auto id : changed_)
            if (const auto* row = tree_.find(id)) draft_.add(store::MailboxPut{*row});
        for (const auto id : destroyed_)
            draft_.add(store::MailboxRemoved{id});
        remove_objects();
        share_created();
        for (const auto& [creation_id, id] : created_)
            created_ids[creation_id] = mailbox_id(id);
    }
    [[nodiscard]] bool any() const { return !changed_.empty() || !destroyed_.empty(); }

private:
    // What IMAP keeps of mailboxes that go: annotations (actors/session/imap/metadata.cpp), and with whom
    // they are shared.
    void remove_objects() {
        if (destroyed_.empty()) return;
        using store::ObjectType;
        for (const auto mailbox : destroyed_)
            if (const auto id = acl_id(mailbox); draft_.now().object(call_.account, ObjectType::acl, id))
                draft_.add(store::ObjectRemoved{ObjectType::acl, id});
        draft_.now().objects(
            call_.account, ObjectType::annotation, [&](std::string_view id, std::string_view) {
                for (const auto mailbox : destroyed_)
                    if (id.starts_with(std::to_string(mailbox) + "/"))
                        draft_.add(store::ObjectRemoved{ObjectType::annotation, std::string(id)});
                return true;
            });
    }

    // A new mailbox is shared as the one that it is made in.
    void share_created() {
        using store::ObjectType;
        for (const auto& [creation_id, id] : created_) {
            const auto* row = tree_.find(id);
            auto above = row != nullptr ? row->parent : 0;
            while (above != 0 && is_new(above))
                above = tree_.find(above) != nullptr ? tree_.find(above)->parent : 0;
            const auto acl = above == 0 ? std::nullopt
                                        : draft_.now().object(call_.account, ObjectType::acl, acl_id(above));
            if (acl) draft_.add(store::ObjectPut{ObjectType::acl, acl_id(id), *acl});
        }
    }

    static std::size_t depth_of(jmap::Object arguments) {
        const auto value = jmap::member(arguments, "maxDepth");
        return value ? jmap::as_unsigned(*value).value_or(1) : 1;
    }
    void tell(std::function<void(SetAnswer&)> fate) { fates_.push_back(std::move(fate)); }

    SetResult<void> put(const store::MailboxRow& row) {
        if (one_by_one_) {
            if (auto done = tree_.put(row); !done) return done;
        } else {
            tree_.put_unchecked(row);
        }
        // Parents are written before their children.
        if (std::find(changed_.begin(), changed_.end(), row.id) == changed_.end()) changed_.push_back(row.id);
        return {};
    }

    // 0: top level. Nothing: not there, or `later` when it is a creation that is still to come.
    std::optional<store::MailboxId> parent_of(std::string_view id, bool& later) const {
        later = false;
        if (id.empty()) return 0;
        if (id.front() == '#') {
            const std::string creation_id(id.substr(1));
            if (const auto made = created_.find(creation_id); made != created_.end()) return made->second;
            later = waiting_.contains(creation_id);
            if (later) return std::nullopt;
        }
        const auto parent = read_mailbox_id(resolve(id, call_.created_ids));
        return parent && tree_.find(*parent) != nullptr ? parent : std::nullopt;
    }

    SetResult<void> change(store::MailboxRow& row, jmap::Object set) const {
        if (const auto parent = optional_text(set, "parentId")) {
            bool later = false;
            const auto id = parent_of(*parent, later);
            if (!id) return refuse(invalid_properties({"parentId"}, "The parent does not exist."));
            row.parent = *id;
        }
        if (const auto name = optional_text(set, "name")) row.name = *name;
        if (const auto role = optional_text(set, "role")) row.role = *role;
        if (const auto order = jmap::member(set, "sortOrder"))
            row.sort_order = static_cast<std::uint32_t>(jmap::as_unsigned(*order).value_or(0));
        if (const auto subscribed = jmap::member(set, "isSubscribed"))
            row.subscribed = jmap::as_boolean(*subscribed).value_or(true);
        return {};
    }

    void create_all() {
        auto left = read_wanted(arguments_, "create");
        for (const auto& one : left)
            if (!one.error) waiting_.insert(one.name);
        // Each round makes those whose parents are there; a chain of creations ends at the greatest depth.
        for (bool progress = true; progress && !left.empty();) {
            progress = false;
            std::vector<Wanted> next;
            for (auto& one : left) {
                bool later = false;
                if (!one.error) static_cast<void>(parent_of(text_member(one.set, "parentId"), later));
                if (later) {
                    next.push_back(std::move(one));
                    continue;
                }
                create(one);
                waiting_.erase(one.name);
                progress = true;
            }
            left = std::move(next);
        }
        for (const auto& one : left)
            tell([name = one.name](SetAnswer& set) {
                set.not_created(name, invalid_properties({"parentId"}, "The parents make a loop."));
            });
    }

    void create(const Wanted& one) {
        if (one.error)
            return tell(
                [name = one.name, error = *one.error](SetAnswer& set) { set.not_created(name, error); });
        store::MailboxRow row;
        auto done = change(row, one.set);
        if (done && tree_.size() >= most_mailboxes)
            done = refuse(set_error("overQuota", "The account has as many mailboxes as one may have."));
        if (done) {
            row.id = draft_.new_mailbox();
            // Never that of an earlier mailbox of the same name: ids only grow.
            row.uid_validity = static_cast<std::uint32_t>(draft_.at()) + row.id;
            done = put(row);
        }
        if (!done)
            return tell(
                [name = one.name, error = done.error()](SetAnswer& set) { set.not_created(name, error); });
        created_[one.name] = row.id;
        tell([name = one.name, row, given = one.set](SetAnswer& set) {
            set.created(name, describe(row, given));
        });
    }

    // What the server chose.
    static std::string describe(const store::MailboxRow& row, jmap::Object given) {
        std::string json;
        jmap::Writer out(json);
        out.begin_object().member("id", mailbox_id(row.id));
        const auto is_given = [&](std::string_view name) { return jmap::member(given, name).has_value(); };
        if (text_member(given, "name") != row.name) out.member("name", row.name);
        if (!is_given("parentId")) out.key("parentId").null();
        if (!is_given("role")) out.key("role").null();
        if (!is_given("sortOrder")) out.member("sortOrder", row.sort_order);
        if (!is_given("isSubscribed")) out.member("isSubscribed", row.subscribed);
        for (const auto name : {"totalEmails", "unreadEmails", "totalThreads", "unreadThreads"})
            out.member(name, 0);
        write_rights(row, out.key("myRights"));
        out.end_object();
        return json;
    }

    void update_all() {
        std::unordered_set<std::string> destroy;
        each_text(arguments_, "destroy", [&](std::string_view id) { destroy.emplace(id); });
        for (const auto& one : read_wanted(arguments_, "update")) {
            if (one.error) {
                tell([name = one.name, error = *one.error](SetAnswer& set) { set.not_updated(name, error); });
                continue;
            }
            const auto done = destroy.contains(one.name) ? refuse(set_error("willDestroy")) : update(one);
            tell([name = one.name, done](SetAnswer& set) {
                if (done)
                    set.updated(name);
                else
                    set.not_updated(name, done.error());
            });
        }
    }

    SetResult<void> update(const Wanted& one) {
        const auto id = read_mailbox_id(one.name);
        const auto* before = id ? tree_.find(*id) : nullptr;
        // Nobody can know the id of one that this very call makes.
        if (before == nullptr || is_new(*id)) return refuse(set_error("notFound"));
        auto row = *before;
        if (auto done = change(row, one.set); !done) return done;
        const bool renames = row.name != before->name || row.parent != before->parent;
        if (renames && !rights_of(*before).may_rename)
            return refuse(set_error("forbidden", "The inbox keeps its name and place."));
        if (row.role != before->role && before->role == "inbox")
            return refuse(set_error("forbidden", "The inbox stays the inbox."));
        if (row == *before) return {};
        return put(row);
    }

    void destroy_all() {
        std::vector<std::pair<std::size_t, std::string>> by_depth;
        each_text(arguments_, "destroy", [&](std::string_view name) {
            const auto id = read_mailbox_id(name);
            by_depth.emplace_back(id ? tree_.depth(*id) : 0, name);
        });
        std::stable_sort(by_depth.begin(), by_depth.end(),
                         [](const auto& a, const auto& b) { return a.first > b.first; });
        for (const auto& [depth, name] : by_depth) {
            const auto done = destroy(name);
            tell([name = name, done](SetAnswer& set) {
                if (done)
                    set.destroyed(name);
                else
                    set.not_destroyed(name, done.error());
            });
        }
    }

    SetResult<void> destroy(std::string_view name) {
        const auto id = read_mailbox_id(name);
        const auto* row = id ? tree_.find(*id) : nullptr;
        if (row == nullptr || is_new(*id)) return refuse(set_error("notFound"));
        if (!rights_of(*row).may_delete)
            return refuse(set_error("forbidden", "A mailbox with a role cannot be destroyed."));
        if (tree_.has_child(*id)) return refuse(set_error("mailboxHasChild"));
        const auto removes = jmap::member(arguments_, "onDestroyRemoveEmails");
        if (!(removes && jmap::as_boolean(*removes) == true) &&
            draft_.now().counters(call_.account, *id).emails > 0)
            return refuse(set_error("mailboxHasEmail"));
        tree_.remove(*id);
        destroyed_.insert(*id);
        std::erase(changed_, *id);
        return {};
    }

    [[nodiscard]] bool is_new(store::MailboxId id) const {
        return std::any_of(created_.begin(), created_.end(),
                           [&](const auto& one) { return one.second == id; });
    }

    const CallMethod& call_;
    jmap::Object arguments_;
    store::Draft& draft_;
    bool one_by_one_;
    MailboxTree tree_;
    std::unordered_set<std::string> waiting_; // creations still to come
    std::unordered_map<std::string, store::MailboxId> created_;
    std::vector<store::MailboxId> changed_;
    std::set<store::MailboxId> destroyed_;
    std::vector<std::function<void(SetAnswer&)>> fates_;
};

// Takes the emails out of mailboxes that go: away with those that are nowhere else. False: there are more
// than one turn removes.
bool empty_mailboxes(const std::set<store::MailboxId>& going, store::Draft& draft) {
    const auto& now = draft.now();
    std::unordered_set<store::EmailId> seen;
    bool all = true;
    for (const auto mailbox : going) {
        now.by_uid(draft.account(), mailbox, 0, [&](const store::UidEntry& entry) {
            const auto id = entry.email;
            if (seen.size() == emails_per_turn) return all = false;
            if (!seen.insert(id).second) return true;
            const auto email = now.any_email(draft.account(), id);
            if (!email) return true;
            store::EmailUpdated kept{id, email->keywords(), {}};
            for (const auto& ref : email->refs())
                if (!going.contains(ref.mailbox)) kept.mailboxes.push_back(ref);
            if (kept.mailboxes.empty())
                draft.add(store::EmailRemoved{id});
            else
                draft.add(std::move(kept));
            return true;
        });
        if (!all) return false;
    }
    return true;
}

store::Result<void> run_mailbox_set(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                                    MethodAnswered& answered) {
    const bool is_first_turn = answered.so_far.empty();
    if (is_first_turn && is_mismatch(optional_text(arguments, "ifInState"), draft, store::StateType::mailbox,
                                     answered, call.call_id))
        return {};
    auto states = states_of(draft, store::StateType::mailbox, false);
    if (is_first_turn)
        answered.so_far = states.before;
    else
        states.before = answered.so_far;

    std::optional<MailboxSet> changes(std::in_place, call, arguments, draft, false);
    if (!changes->run()) {
        changes.emplace(call, arguments, draft, true);
        changes->run();
    }
    if (!empty_mailboxes(changes->destroyed(), draft)) {
        answered.again = true;
        return {};
    }
    SetAnswer set;
    changes->write(set, answered.created_ids);
    if (!draft.empty()) states.after = std::to_string(draft.modseq());
    answer(answered, "Mailbox/set", set.json(call.account, states.before, states.after), call.call_id);
    return {};
}

} // namespace

jmap::Expected<CallMethod> prepare_mailbox_set(const MethodContext& context, jmap::Object object) {
    const auto& limits = context.services.jmap_limits;
    jmap::Arguments arguments(object, context.created_ids);
    const auto set = jmap::read_set(arguments, limits);
    const bool removes = arguments.boolean("onDestroyRemoveEmails", false);
    if (auto fault = arguments.fault()) return tl::unexpected(std::move(*fault));

    auto call = begin_call(context, "Mailbox/set");
    jmap::Writer out(call.arguments);
    out.begin_object().member("maxDepth", limits.max_mailbox_depth).member("onDestroyRemoveEmails", removes);
    write_set(arguments, set, out, false);
    out.key("create").begin_array();
    if (set.create)
        for (const auto [creation_id, value] : *set.create)
            write_entry(creation_id, value, false, limits, out);
    out.end_array().key("update").begin_array();
    if (set.update)
        for (const auto [given, value] : *set.update) {
            const auto known = jmap::resolve_id(given, context.created_ids);
            write_entry(known.empty() ? given : known, value, true, limits, out);
        }
    out.end_array().end_object();
    return call;
}

store::Plan plan_mailbox_set(std::shared_ptr<const CallMethod> call,
                             std::shared_ptr<MethodAnswered> answered) {
    return plan_over(std::move(call), std::move(answered), run_mailbox_set);
}

} // namespace facteur
