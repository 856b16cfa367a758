// A JMAP response (RFC 8620 §3.4), written in order into one buffer, and the result references (§3.7) that
// later calls make to it.
//
//     Response r;
//     auto arguments = resolve(invocation, r, limits);     // "#ids" and kin replaced
//     jmap::Writer& out = r.begin("Email/get", call_id);   // write one value: the arguments
//     r.end();
//     std::string body = std::move(r).finish(created_ids or null, session_state);
//
// A call that fails halfway is taken back by `undo` and answered by `error`. One thread at a time.
#pragma once

#include "transport/jmap/errors.h"
#include "transport/jmap/request.h"
#include "transport/jmap/writer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::jmap {

class Response {
public:
    Response();
    Response(const Response&) = delete;
    Response& operator=(const Response&) = delete;
    // The opening of a WebSocket frame: "@type" and, when not empty, "requestId" (RFC 8887 §4.3.2).
    void open_frame(std::string_view request_id);

    Writer& begin(std::string_view name, std::string_view call_id);
    void end();
    void undo(); // what was written since `begin`
    void error(const MethodError& error, std::string_view call_id);
    // Whole invocations, separated by commas, all with this call id.
    void append(std::string_view invocations, std::string_view call_id);

    [[nodiscard]] std::size_t size() const { return out_.size(); }
    [[nodiscard]] std::string finish(const CreatedIds* created_ids, std::string_view session_state) &&;

    // For a result reference: the invocations answered under a call id, separated by commas, in order; empty
    // when there are none. Nothing once all references together would read more than `most` octets.
    [[nodiscard]] std::optional<std::string> refer_to(std::string_view call_id, std::uint64_t most);

private:
    struct Chunk {
        std::string call_id;
        std::size_t begin = 0, end = 0;
    };
    void separate();

    std::string out_;
    std::optional<Writer> writer_; // of the invocation that is open
    std::vector<Chunk> chunks_;
    std::string open_call_id_;
    std::size_t open_from_ = 0;
    std::uint64_t referenced_ = 0; // octets that references have read
    bool first_ = true;
};

// Arguments whose references are resolved: either those of the request, or a document of their own.
class ResolvedArguments {
public:
    explicit ResolvedArguments(Object object) : object_(object) {}
    explicit ResolvedArguments(Document document)
        : document_(std::move(document)), object_(*as_object(document_->root())) {}
    [[nodiscard]] const Object& object() const { return object_; }

private:
    std::optional<Document> document_;
    Object object_;
};

// Fails with invalidResultReference, invalidArguments when an argument stands there twice ("ids" and "#ids"),
// or requestTooLarge when there are too many references or they read too much.
Expected<ResolvedArguments> resolve(const Invocation& call, Response& so_far, const Limits& limits = {});

// The value that a JSON pointer with `*` (§3.7) names, as JSON; nothing when there is none. At most
// `max_items` items are gathered.
std::optional<std::string> evaluate_pointer(Value value, std::string_view pointer, std::size_t max_items);

} // namespace facteur::jmap
