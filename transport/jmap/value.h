// JSON as it comes in: bounded parsing under the rules of I-JSON (RFC 7493, which RFC 8620 §1.5 asks for).
//
// A `Document` owns the parsed form of one text; `Value`, `Object` and `Array` are small views into it (those
// of simdjson's DOM) and die with it. Refused: invalid UTF-8, lone surrogates, two members of one name in an
// object, nesting deeper than `max_depth`, anything after the value. The text itself is not needed after
// parsing. Looking up a member is linear in the members: walk large objects instead.
// One thread at a time may use a document.
#pragma once

#include "transport/base/result.h"

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace facteur::jmap {

using Value = simdjson::dom::element;
using Object = simdjson::dom::object;
using Array = simdjson::dom::array;

class Document {
public:
    // Fails with Code::malformed, or Code::too_large on too deep nesting.
    static Result<Document> parse(std::string_view text, std::uint16_t max_depth = 200);
    [[nodiscard]] Value root() const { return document_->root(); }

private:
    std::unique_ptr<simdjson::dom::document> document_; // at a fixed place: views point to it
};

[[nodiscard]] std::optional<Value> member(Object object, std::string_view name);
[[nodiscard]] std::optional<Object> as_object(Value value);
[[nodiscard]] std::optional<Array> as_array(Value value);
[[nodiscard]] std::optional<std::string_view> as_string(Value value);
[[nodiscard]] std::optional<bool> as_boolean(Value value);
[[nodiscard]] std::optional<std::int64_t> as_integer(Value value);
// A JMAP UnsignedInt: 0 to 2^53-1 (RFC 8620 §1.3).
[[nodiscard]] std::optional<std::uint64_t> as_unsigned(Value value);
[[nodiscard]] std::size_t member_count(Object object);

// The alphabet and length of an Id (RFC 8620 §1.2).
[[nodiscard]] bool is_id(std::string_view text);

inline constexpr std::uint64_t max_unsigned = (1ull << 53) - 1;

} // namespace facteur::jmap
