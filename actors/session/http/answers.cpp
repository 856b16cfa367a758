#include "actors/session/http/answers.h"

#include "transport/jmap/writer.h"

namespace facteur {
namespace {

http::Response problem_of(int status, std::string json) {
    auto response = http::text_response(status, "application/problem+json", std::move(json));
    response.headers.push_back({"cache-control", "no-store"});
    return response;
}

} // namespace

http::Response problem(int status, std::string_view detail) {
    std::string json;
    jmap::Writer(json)
        .begin_object()
        .member("type", "about:blank")
        .member("title", http::reason_of(status))
        .member("status", status)
        .member("detail", detail)
        .end_object();
    return problem_of(status, std::move(json));
}

http::Response limit_problem(int status, std::string_view limit, std::string_view detail) {
    std::string json;
    jmap::Writer(json)
        .begin_object()
        .member("type", "urn:ietf:params:jmap:error:limit")
        .member("limit", limit)
        .member("status", status)
        .member("detail", detail)
        .end_object();
    return problem_of(status, std::move(json));
}

http::Response json_answer(int status, std::string json) {
    auto response = http::text_response(status, "application/json", std::move(json));
    response.headers.push_back({"cache-control", "no-cache, no-store, must-revalidate"});
    return response;
}

http::Response empty_answer(int status) {
    return {status, {{"cache-control", "no-store"}}, nullptr};
}

} // namespace facteur
