// Identity/set (RFC 8621 §6.3).
#include "actors/accounts/directory.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/objects.h"
#include "actors/session/jmap/write_call.h"
#include "actors/session/jmap/writing.h"
#include "transport/jmap/patch.h"
#include "transport/smtp/address.h"

#include <algorithm>
#include <map>
#include <set>

namespace facteur {
namespace {

using jmap::invalid_properties;
using jmap::set_error;

constexpr std::size_t most_identities = 100; // of one account
constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_signature = 100'000; // octets: a picture belongs to a link
constexpr std::size_t most_addresses = 50;

// ---- reading properties; the same on creation and update

using Addresses = std::optional<std::vector<store::Address>>;

bool read_name(jmap::Value value, std::string& name) {
    const auto text = jmap::as_string(value);
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (!text || text->size() > longest_name || std::any_of(text->begin(), text->end(), is_control))
        return false;
    name = *text;
    return true;
}

bool read_addresses(jmap::Value value, Addresses& addresses) {
    addresses.reset();
    if (value.is_null()) return true;
    const auto list = jmap::as_array(value);
    if (!list || list->size() > most_addresses) return false;
    addresses.emplace();
    for (const jmap::Value item : *list) {
        const auto object = jmap::as_object(item);
        if (!object) return false;
        const auto name = jmap::member(*object, "name"), email = jmap::member(*object, "email");
        store::Address address;
        const auto text = email ? jmap::as_string(*email) : std::nullopt;
        if (!text || !smtp::parse_mailbox(*text)) return false;
        if (name && !name->is_null() && !read_name(*name, address.name)) return false;
        address.email = *text;
        addresses->push_back(std::move(address));
    }
    return true;
}

bool read_signature(jmap::Value value, std::string& signature) {
    const auto text = value.is_null() ? std::optional<std::string_view>("") : jmap::as_string(value);
    if (!text || text->size() > longest_signature) return false;
    signature = *text;
    return true;
}

// Takes one property; a null is the default.
SetResult<void> take(std::string_view name, jmap::Value value, Identity& identity) {
    bool fits = false;
    if (name == "name") {
        identity.name.clear();
        fits = value.is_null() || read_name(value, identity.name);
    } else if (name == "replyTo") {
        fits = read_addresses(value, identity.reply_to);
    } else if (name == "bcc") {
        fits = read_addresses(value, identity.bcc);
    } else if (name == "textSignature") {
        fits = read_signature(value, identity.text_signature);
    } else if (name == "htmlSignature") {
        fits = read_signature(value, identity.html_signature);
    }
    if (fits) return {};
    return refuse(invalid_properties({std::string(name)}, "The property cannot have this value."));
}

// ---- in the session

// A new identity, if the address is one of the user's.
SetResult<Identity> read_new(const MethodContext& context, jmap::Object object) {
    Identity identity;
    std::optional<std::string_view> email;
    for (const auto [name, value] : object) {
        if (name == "email")
            email = jmap::as_string(value);
        else if (auto done = take(name, value, identity); !done)
            return tl::unexpected(done.error());
    }
    if (!email || !smtp::parse_mailbox(*email))
        return refuse(invalid_properties({"email"}, "It must be an address."));
    const auto owner = context.services.directory.find(*email);
    if (!owner || owner->id != context.user.id)
        return refuse(set_error("forbiddenFrom", "The address is not one of yours."));
    identity.email = *email;
    return identity;
}

// ---- on the lane

class IdentitySet {
public:
    IdentitySet(const CallMethod& call, store::Draft& draft, MethodAnswered& answered)
        : call_(call), draft_(draft), answered_(answered) {
        draft.now().objects(call.account, store::ObjectType::identity,
                            [&](std::string_view, std::string_view) { return ++count_ < most_identities; });
    }

    void create(jmap::Object entry) {
        const auto creation_id = text_member(entry, "id");
        if (const auto error = jmap::member(entry, "error"))
            return set_.not_created(creation_id, jmap::to_json(*error));
        if (count_ >= most_identities)
            return set_.not_created(creation_id,
                                    set_error("overQuota", "The account has as many identities as one may."));
        ++count_;
        const auto id = write_id(identity_letter, draft_.new_object());
        draft_.add(store::ObjectPut{store::ObjectType::identity, id, std::string(text_member(entry, "row"))});
        answered_.created_ids[std::string(creation_id)] = id;
        std::string json;
        jmap::Writer out(json);
        out.begin_object().member("id", id).member("mayDelete", true).end_object();
        set_.created(creation_id, std::move(json));
    }

    SetResult<void> update(const std::string& id, jmap::Object patch) {
        auto identity = find(id);
        if (!identity) return refuse(set_error("notFound"));
        if (auto paths = jmap::parse_patch(patch); !paths) return tl::unexpected(paths.error());
        for (const auto [name, value] : patch) {
            const auto text = jmap::as_string(value);
            const bool same = (name == "email" && text == identity->email) || (name == "id" && text == id) ||
                              (name == "mayDelete" && jmap::as_boolean(value) == identity->may_delete);
            if (same) continue;
            if (auto done = take(name, value, *identity); !done) return done;
        }
        changed_[id] = write_identity(*identity);
        return {};
    }

    SetResult<void> destroy(const std::string& id) {
        const auto identity = find(id);
        if (!identity || !removed_.insert(id).second) return refuse(set_error("notFound"));
        if (!identity->may_delete) {
            removed_.erase(id);
            return refuse(set_error("forbidden", "This identity is the account's own."));
        }
        return {};
    }

    void finish() {
        for (const auto& [id, row] : changed_)
            draft_.add(store::ObjectPut{store::ObjectType::identity, id, row});
        for (const auto& id : removed_)
            draft_.add(store::ObjectRemoved{store::ObjectType::identity, id});
        const auto states = states_of(draft_, store::StateType::identity, !draft_.empty());
        answer(answered_, "Identity/set", set_.json(call_.account, states.before, states.after),
               call_.call_id);
    }

    SetAnswer& set() { return set_; }

private:
    std::optional<Identity> find(const std::string& id) const {
        if (!read_id(identity_letter, id)) return std::nullopt;
        if (const auto changed = changed_.find(id); changed != changed_.end())
            return read_identity(changed->second);
        const auto row = draft_.now().object(call_.account, store::ObjectType::identity, id);
        return row ? read_identity(*row) : std::nullopt;
    }

    const CallMethod& call_;
    store::Draft& draft_;
    MethodAnswered& answered_;
    SetAnswer set_;
    std::size_t count_ = 0;
    std::map<std::string, std::string> changed_;
    std::set<std::string> removed_;
};

store::Result<void> run_identity_set(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                                     MethodAnswered& answered) {
    if (is_mismatch(optional_text(arguments, "ifInState"), draft, store::StateType::identity, answered,
                    call.call_id))
        return {};
    IdentitySet identities(call, draft, answered);
    each_object(arguments, "create", [&](jmap::Object entry) { identities.create(entry); });
    change_objects(
        call, arguments, identities.set(),
        [&](const std::string& id, jmap::Object patch) { return identities.update(id, patch); },
        [&](const std::string& id) { return identities.destroy(id); });
    identities.finish();
    return {};
}

} // namespace

jmap::Expected<CallMethod> prepare_identity_set(const MethodContext& context, jmap::Object object) {
    jmap::Arguments arguments(object, context.created_ids);
    const auto set = jmap::read_set(arguments, context.services.jmap_limits);
    if (auto fault = arguments.fault()) return tl::unexpected(std::move(*fault));
    auto call = begin_call(context, "Identity/set");
    jmap::Writer out(call.arguments);
    write_set(arguments, set, out.begin_object());
    out.key("create").begin_array();
    if (set.create)
        for (const auto [creation_id, value] : *set.create) {
            const auto identity = jmap::as_object(value);
            const auto made =
                identity ? read_new(context, *identity) : refuse(invalid_properties({}, "Not an object."));
            out.begin_object().member("id", creation_id);
            if (made)
                out.member("row", write_identity(*made));
            else
                out.key("error").raw(to_json(made.error()));
            out.end_object();
        }
    out.end_array().end_object();
    return call;
}

store::Plan plan_identity_set(std::shared_ptr<const CallMethod> call,
                              std::shared_ptr<MethodAnswered> answered) {
    return plan_over(std::move(call), std::move(answered), run_identity_set);
}

} // namespace facteur
