// Any bytes as a request: refused, or answered by a response that is JSON, when each call echoes its
// arguments with the references resolved. And as a frame, a filter, a patch and the arguments of each method.
#include "transport/jmap/arguments.h"
#include "transport/jmap/filter.h"
#include "transport/jmap/patch.h"
#include "transport/jmap/push.h"
#include "transport/jmap/response.h"

#include <cstdlib>
#include <string>

using namespace facteur::jmap;

namespace {

void require(bool truth) {
    if (!truth) std::abort();
}

void read_arguments(Object object, const CreatedIds& created_ids, const Limits& limits) {
    const auto each = [&](auto read) {
        Arguments arguments(object, created_ids);
        read(arguments);
        (void)arguments.fault();
    };
    each([&](Arguments& a) { read_get(a, limits); });
    each([&](Arguments& a) { read_changes(a, limits); });
    each([&](Arguments& a) { read_set(a, limits); });
    each([&](Arguments& a) { read_copy(a, limits); });
    each([&](Arguments& a) { read_query(a); });
    each([&](Arguments& a) { read_query_changes(a); });
}

// As a patch of itself, and each member as a filter.
void read_object(Object object, const Limits& limits) {
    for (const auto [name, value] : object)
        (void)parse_filter(value, limits);
    const auto patch = parse_patch(object);
    if (!patch) return;
    if (const auto whole = patched(object, *patch)) require(Document::parse(*whole).has_value());
}

void answer(Request request, const Limits& limits) {
    Response response;
    for (const auto& call : request.calls) {
        read_arguments(call.arguments, request.created_ids, limits);
        read_object(call.arguments, limits);
        auto arguments = resolve(call, response, limits);
        if (!arguments) {
            response.error(arguments.error(), call.call_id);
            continue;
        }
        response.begin(call.name, call.call_id).value(arguments->object());
        if (call.name == "undo")
            response.undo();
        else
            response.end();
    }
    const auto text =
        std::move(response).finish(request.gives_created_ids ? &request.created_ids : nullptr, "s");
    require(Document::parse(text, 1000).has_value());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Limits limits;
    limits.max_referenced = 1 << 20;
    auto request = parse_request(text, ~0u, limits);
    if (request)
        answer(std::move(*request), limits);
    else
        require(Document::parse(problem_json(request.error())).has_value());
    const auto frame = parse_frame(text, ~0u, limits);
    if (const auto* refused = std::get_if<RefusedFrame>(&frame))
        require(Document::parse(request_error_frame(*refused)).has_value());
    if (const auto document = Document::parse(text)) {
        (void)parse_filter(document->root(), limits);
        const auto json = to_json(document->root());
        const auto again = Document::parse(json);
        require(again.has_value() && to_json(again->root()) == json);
    }
    return 0;
}
