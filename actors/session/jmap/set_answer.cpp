#include "actors/session/jmap/set_answer.h"

#include "actors/session/jmap/ids.h"

namespace facteur {

void SetAnswer::created(std::string_view creation_id, std::string object) {
    created_.push_back({std::string(creation_id), std::move(object)});
}
void SetAnswer::not_created(std::string_view creation_id, const jmap::SetError& error) {
    not_created(creation_id, to_json(error));
}
void SetAnswer::not_created(std::string_view creation_id, std::string error) {
    not_created_.push_back({std::string(creation_id), std::move(error)});
}
void SetAnswer::updated(std::string_view id, std::string changes) {
    updated_.push_back({std::string(id), std::move(changes)});
}
void SetAnswer::not_updated(std::string_view id, const jmap::SetError& error) {
    not_updated(id, to_json(error));
}
void SetAnswer::not_updated(std::string_view id, std::string error) {
    not_updated_.push_back({std::string(id), std::move(error)});
}
void SetAnswer::destroyed(std::string_view id) {
    destroyed_.emplace_back(id);
}
void SetAnswer::not_destroyed(std::string_view id, const jmap::SetError& error) {
    not_destroyed_.push_back({std::string(id), to_json(error)});
}

void SetAnswer::write(std::string_view name, const Entries& entries, jmap::Writer& out) {
    out.key(name);
    if (entries.empty()) {
        out.null();
        return;
    }
    out.begin_object();
    for (const auto& entry : entries)
        out.key(entry.name).raw(entry.json);
    out.end_object();
}

std::string SetAnswer::json(store::AccountId account, const std::string& old_state,
                            const std::string& new_state, bool only_creates) const {
    std::string json;
    jmap::Writer out(json);
    out.begin_object().member("accountId", account_id(account));
    out.member("oldState", old_state).member("newState", new_state);
    write("created", created_, out);
    if (!only_creates) {
        write("updated", updated_, out);
        out.key("destroyed");
        if (destroyed_.empty()) {
            out.null();
        } else {
            out.begin_array();
            for (const auto& id : destroyed_)
                out.value(id);
            out.end_array();
        }
    }
    write("notCreated", not_created_, out);
    if (!only_creates) {
        write("notUpdated", not_updated_, out);
        write("notDestroyed", not_destroyed_, out);
    }
    out.end_object();
    return json;
}

std::string SetAnswer::json_of_upload(store::AccountId account) const {
    std::string json;
    jmap::Writer out(json);
    out.begin_object().member("accountId", account_id(account));
    write("created", created_, out);
    write("notCreated", not_created_, out);
    out.end_object();
    return json;
}

States states_of(const store::Draft& draft, store::StateType type, bool changed) {
    States states;
    states.before = state_of(draft.now().state(draft.account()), type);
    states.after = changed ? std::to_string(draft.modseq()) : states.before;
    return states;
}

std::string to_json(const jmap::SetError& error) {
    std::string json;
    jmap::Writer out(json);
    jmap::write(error, out);
    return json;
}

void answer(MethodAnswered& answered, std::string_view name, std::string_view arguments,
            std::string_view call_id) {
    if (!answered.answers.empty()) answered.answers.push_back(',');
    jmap::Writer out(answered.answers);
    out.begin_array().value(name).raw(arguments).value(call_id).end_array();
}

void answer_error(MethodAnswered& answered, const jmap::MethodError& error, std::string_view call_id) {
    std::string arguments;
    jmap::Writer out(arguments);
    jmap::write(error, out);
    answer(answered, "error", arguments, call_id);
}

bool is_mismatch(std::optional<std::string_view> if_in_state, const store::Draft& draft,
                 store::StateType type, MethodAnswered& answered, std::string_view call_id) {
    if (!if_in_state || *if_in_state == state_of(draft.now().state(draft.account()), type)) return false;
    answer_error(answered, {"stateMismatch", "The state is no longer the one given."}, call_id);
    return true;
}

} // namespace facteur
