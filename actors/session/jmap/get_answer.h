// The answer of a /get (RFC 8620 §5.1): objects are written one by one into its list.
#pragma once

#include "transport/jmap/arguments.h"
#include "transport/jmap/writer.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur {

class GetAnswer {
public:
    // `state`: left out when empty (Blob/get has none).
    GetAnswer(std::string_view account, std::string_view state, jmap::Writer& out) : out_(out) {
        out_.begin_object().member("accountId", account);
        if (!state.empty()) out_.member("state", state);
        out_.key("list").begin_array();
    }
    void not_found(std::string_view id) { not_found_.emplace_back(id); }
    void end() {
        out_.end_array().key("notFound").begin_array();
        for (const auto& id : not_found_)
            out_.value(id);
        out_.end_array().end_object();
    }

private:
    jmap::Writer& out_;
    std::vector<std::string> not_found_;
};

// For a /get of all objects, when there are more than it may name.
inline jmap::MethodResult check_count(std::uint64_t objects, const jmap::Limits& limits) {
    if (objects <= limits.max_objects_in_get) return {};
    return jmap::method_error("requestTooLarge",
                              "There are more objects than one call may get: name some by their ids.");
}

} // namespace facteur
