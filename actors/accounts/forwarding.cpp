#include "actors/accounts/forwarding.h"

#include <algorithm>

namespace facteur {
namespace {

// Members of the profile. Addresses are separated by spaces, which none of ours has.
constexpr auto to_key = "forward_to", copy_key = "forward_copy", kind_key = "kind";

bool has_value(const store::AccountRow& account, const char* key, std::string_view value) {
    const auto found = account.profile.find(key);
    return found != account.profile.end() && found->second == value;
}

} // namespace

bool is_forwarded(const store::AccountRow& account) {
    return account.profile.contains(to_key);
}

bool is_alias(const store::AccountRow& account) {
    return has_value(account, kind_key, "alias");
}

Forwarding forwarding_of(const store::AccountRow& account) {
    Forwarding forwarding;
    forwarding.is_alias = is_alias(account);
    forwarding.keeps_copy = !forwarding.is_alias && !has_value(account, copy_key, "no");
    const auto to = account.profile.find(to_key);
    if (to == account.profile.end()) return forwarding;
    const std::string& text = to->second;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        if (end > at) forwarding.to.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return forwarding;
}

void set_forwarding(store::AccountRow& account, const Forwarding& forwarding) {
    for (const auto* key : {to_key, copy_key, kind_key})
        account.profile.erase(key);
    std::string to;
    for (const auto& address : forwarding.to)
        to.append(to.empty() ? "" : " ").append(address);
    if (!to.empty()) account.profile[to_key] = to;
    if (!to.empty() && !forwarding.keeps_copy && !forwarding.is_alias) account.profile[copy_key] = "no";
    if (forwarding.is_alias) account.profile[kind_key] = "alias";
}

} // namespace facteur
