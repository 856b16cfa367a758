#include "bench/floor/talk.h"

#include <fmt/format.h>

#include <charconv>

namespace facteur::floor {
namespace {

constexpr std::string_view length_field = "\r\nContent-Length: ", end_of_head = "\r\n\r\n";

std::size_t length_of(std::string_view head) {
    const auto at = head.find(length_field);
    std::size_t length = 0;
    if (at != std::string_view::npos)
        std::from_chars(head.data() + at + length_field.size(), head.data() + head.size(), length);
    return length;
}

class HttpTalk : public Talk {
public:
    explicit HttpTalk(std::string_view answer) : answer_(answer) {}

    std::optional<Reply> take(std::string& input) override {
        const auto end = input.find(end_of_head);
        if (end == std::string::npos) return std::nullopt;
        const auto size = end + end_of_head.size() + length_of(std::string_view(input).substr(0, end));
        if (input.size() < size) return std::nullopt;
        input.erase(0, size);
        Reply reply;
        reply.body = answer_;
        return reply;
    }

private:
    std::string_view answer_;
};

} // namespace

std::unique_ptr<Talk> http_talk(std::string_view answer) {
    return std::make_unique<HttpTalk>(answer);
}

std::string http_answer(std::size_t octets) {
    std::string json =
        R"({"primaryAccounts":{"urn:ietf:params:jmap:mail":"a"},"apiUrl":"/","methodResponses":)"
        R"([["floor",{"list":[{"id":"i","role":"inbox"}],"ids":["e"]},"0"],)"
        R"(["floor",{"list":[]},"1"]],"filler":")";
    if (octets > json.size() + 2) json.append(octets - json.size() - 2, 'x');
    json += "\"}";
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                       json.size(), json);
}

} // namespace facteur::floor
