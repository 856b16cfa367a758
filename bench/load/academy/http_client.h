// One HTTP/1.1 connection that is kept alive, as a browser's: requests one after the other. And an event
// stream.
#pragma once

#include "bench/load/academy/wire.h"
#include "transport/http/response_reader.h"

#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace facteur::load::academy {

struct HttpRequest {
    std::string method = "POST", path, type = "application/json", body, cookie;
};
// As its own pages send it: same origin.
std::string written(const HttpRequest& request, std::uint16_t port);

// `status` 0: no answer came, and `body` says why.
struct HttpAnswer {
    int status = 0;
    std::string body, cookie;
    [[nodiscard]] bool is_good() const { return status >= 200 && status < 300; }
};

class HttpClient {
public:
    HttpClient(uv_loop_s& loop, std::uint16_t port, std::size_t person);

    void send(const HttpRequest& request, std::function<void(const HttpAnswer&)> then);

private:
    struct Asked {
        std::string bytes;
        std::function<void(const HttpAnswer&)> then;
    };
    void ask_next();
    void take(std::string_view bytes);
    void answered(const HttpAnswer& answer);

    std::uint16_t port_;
    WirePtr wire_;
    std::unique_ptr<http::ResponseReader> reader_; // of the request under way
    std::deque<Asked> asked_;
    std::string lost_;
};

// The answer to a request for a stream of events, for as long as it stands.
class EventStream {
public:
    // `opened` once: with an empty text, or why not. `told` for each event with its data.
    struct Listener {
        std::function<void(const std::string& why_not)> opened;
        std::function<void(std::string_view data)> told;
    };
    EventStream(uv_loop_s& loop, std::uint16_t port, std::size_t person, const std::string& path,
                const std::string& cookie, Listener listener);

private:
    void take(std::string_view bytes);

    Listener listener_;
    std::string buffer_;
    bool open_ = false;
    WirePtr wire_;
};

} // namespace facteur::load::academy
