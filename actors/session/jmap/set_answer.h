// What a write method answers (RFC 8620 §5.3): the fate of every object that it was asked to change.
//
// A call's two halves meet here. In `prepare` errors are written into the call's arguments as JSON; the plan
// puts them beside its own. One thread at a time.
#pragma once

#include "actors/messages.h"
#include "store/draft.h"
#include "transport/jmap/errors.h"
#include "transport/jmap/request.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur {

template <typename T>
using SetResult = tl::expected<T, jmap::SetError>;
inline tl::unexpected<jmap::SetError> refuse(jmap::SetError error) {
    return tl::unexpected<jmap::SetError>(std::move(error));
}

class SetAnswer {
public:
    // `object`: JSON.
    void created(std::string_view creation_id, std::string object);
    void not_created(std::string_view creation_id, const jmap::SetError& error);
    void not_created(std::string_view creation_id, std::string error);
    void updated(std::string_view id, std::string changes = "null");
    void not_updated(std::string_view id, const jmap::SetError& error);
    void not_updated(std::string_view id, std::string error);
    void destroyed(std::string_view id);
    void not_destroyed(std::string_view id, const jmap::SetError& error);

    [[nodiscard]] bool created_any() const { return !created_.empty(); }
    // The arguments of the answer: accountId, oldState, newState and the six lists; those of `updated` and
    // `destroyed` are left out for a method that only creates.
    [[nodiscard]] std::string json(store::AccountId account, const std::string& old_state,
                                   const std::string& new_state, bool only_creates = false) const;
    // The same of Blob/upload, which has no state: accountId, created, notCreated.
    [[nodiscard]] std::string json_of_upload(store::AccountId account) const;

private:
    struct Entry {
        std::string name, json;
    };
    using Entries = std::vector<Entry>;
    static void write(std::string_view name, const Entries& entries, jmap::Writer& out);

    Entries created_, not_created_, updated_, not_updated_, not_destroyed_;
    std::vector<std::string> destroyed_;
};

// The states before and after, for a call that changed what the state is of, or did not.
struct States {
    std::string before, after;
};
States states_of(const store::Draft& draft, store::StateType type, bool changed);

std::string to_json(const jmap::SetError& error);
// One more invocation into the answers.
void answer(MethodAnswered& answered, std::string_view name, std::string_view arguments,
            std::string_view call_id);
void answer_error(MethodAnswered& answered, const jmap::MethodError& error, std::string_view call_id);
// True when `if_in_state` is no state of now: then the call has been answered.
bool is_mismatch(std::optional<std::string_view> if_in_state, const store::Draft& draft,
                 store::StateType type, MethodAnswered& answered, std::string_view call_id);

} // namespace facteur
