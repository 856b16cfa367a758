// The pieces that both halves of write methods share: beginning a call, reading it again on the lane.
#pragma once

#include "actors/session/jmap/method.h"
#include "actors/session/jmap/set_answer.h"

#include <functional>
#include <string>

namespace facteur {

// A call of the user's account, with its arguments to be filled in.
CallMethod begin_call(const MethodContext& context, std::string_view name);
// "ifInState", "update" as it was given, "destroy" with references resolved where they are known, each once.
// `arguments` are those that `set` was read from.
void write_set(jmap::Arguments& arguments, const jmap::SetArguments& set, jmap::Writer& out,
               bool with_update = true);

// The updates and the destructions of a /set (RFC 8620 §5.3): what is to be destroyed is not updated first.
void change_objects(const CallMethod& call, jmap::Object arguments, SetAnswer& set,
                    const std::function<SetResult<void>(const std::string& id, jmap::Object patch)>& update,
                    const std::function<SetResult<void>(const std::string& id)>& destroy);

// For message ids and boundaries.
std::uint64_t random_number();
// The largest message that may be made or sent: all attachments that one email may have, encoded, and a text.
std::uint64_t largest_message(const Services& services);
// Octets of messages that one call may make; what does not fit is refused with `rateLimit`.
inline constexpr std::uint64_t most_made_by_call = 128'000'000;

// Makes a plan that parses the call's arguments and hands them on. The arguments are our own writing.
using PlanBody = std::function<store::Result<void>(const CallMethod& call, jmap::Object arguments,
                                                   store::Draft& draft, MethodAnswered& answered)>;
store::Plan plan_over(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered,
                      PlanBody body);

// Members of such arguments.
[[nodiscard]] std::string_view text_member(jmap::Object object, std::string_view name);
[[nodiscard]] std::optional<std::string_view> optional_text(jmap::Object object, std::string_view name);
// Walk an array of objects; nothing happens when it is absent.
void each_object(jmap::Object object, std::string_view name, const std::function<void(jmap::Object)>& each);
void each_text(jmap::Object object, std::string_view name, const std::function<void(std::string_view)>& each);
// Walk an object's members whose values are objects; others are given an empty optional.
void each_member(jmap::Object object, std::string_view name,
                 const std::function<void(std::string_view, std::optional<jmap::Object>)>& each);

} // namespace facteur
