#include "actors/delivery/routing.h"

#include "actors/accounts/address.h"
#include "actors/accounts/forwarding.h"
#include "actors/delivery/reverse_path.h"
#include "transport/base/ascii.h"

#include <algorithm>
#include <map>
#include <set>

namespace facteur {
namespace {

constexpr std::string_view delivered_to = "Delivered-To";

class Router {
public:
    Router(std::string_view message, const ResolveAddress& resolve) : message_(message), resolve_(resolve) {}

    void take(const LocalRecipient& recipient, std::size_t index) {
        if (!is_forwarded(recipient.account)) return stop(recipient, index, {});
        if (routing_.forwarded.empty()) note_where_it_was();
        routing_.forwarded.push_back(index);
        silent_ = recipient.silent;
        follow(recipient, index, {});
    }
    Routing result() && { return std::move(routing_); }

private:
    void note_where_it_was() {
        for (const auto& field : mime::all_fields(mime::header_of(message_), delivered_to))
            if (auto address = normalise_address(ascii::trimmed(field.value)))
                seen_before_.insert(std::move(*address));
    }

    void stop(const LocalRecipient& recipient, std::optional<std::size_t> of,
              std::optional<std::size_t> via) {
        routing_.stops.push_back({recipient, of, via});
    }

    // `via`: whose forwarding led here.
    void follow(const LocalRecipient& recipient, std::optional<std::size_t> of,
                std::optional<std::size_t> via) {
        const auto forwarding = forwarding_of(recipient.account);
        const auto [known, is_new] = followed_.try_emplace(recipient.account.id, routing_.forwards.size());
        const auto number = known->second;
        if (is_new) {
            routing_.forwards.push_back({recipient.account, {}, false, silent_});
            path_.push_back(recipient.account.id);
            bool circle = seen_before_.contains(recipient.account.address);
            if (!circle)
                for (const auto& address : forwarding.to)
                    circle = !go_to(address, number) || circle;
            path_.pop_back();
            if (circle) circles_.insert(number);
        }
        const bool circle = circles_.contains(number);
        if (forwarding.keeps_copy || (circle && !forwarding.is_alias)) stop(recipient, of, via);
        if (circle && forwarding.is_alias) routing_.forwards[number].fails = true;
    }

    // False: it closes a circle, or the chain is too long.
    bool go_to(const std::string& address, std::size_t number) {
        auto found = resolve_(address);
        if (!found) {
            // The queue tries again what is here, and tells the sender in the end.
            routing_.forwards[number].to.push_back(address);
            return true;
        }
        found->silent = silent_;
        if (std::find(path_.begin(), path_.end(), found->account.id) != path_.end()) return false;
        if (!is_forwarded(found->account)) {
            stop(*found, {}, number);
            return true;
        }
        if (path_.size() >= most_forwards_in_a_row) return false;
        follow(*found, {}, number);
        return true;
    }

    std::string_view message_;
    const ResolveAddress& resolve_;
    Routing routing_;
    std::set<std::string> seen_before_;
    std::map<store::AccountId, std::size_t> followed_; // which of `forwards`
    std::set<std::size_t> circles_;                    // of `forwards`
    std::vector<store::AccountId> path_;
    bool silent_ = false;
};

} // namespace

Routing route_message(const std::vector<LocalRecipient>& recipients, std::string_view message,
                      const ResolveAddress& resolve) {
    Router router(message, resolve);
    for (std::size_t i = 0; i < recipients.size(); ++i)
        router.take(recipients[i], i);
    return std::move(router).result();
}

std::string forwarded_copy(std::string_view message, std::string_view by) {
    const auto path = leading_return_path(message);
    const auto front = path ? path->size : 0;
    std::string copy;
    copy.reserve(message.size() + by.size() + delivered_to.size() + 4);
    copy.append(message.substr(0, front)).append(delivered_to).append(": ").append(by).append("\r\n");
    return copy.append(message.substr(front));
}

} // namespace facteur
