#include "bench/load/academy/http_client.h"

#include <fmt/format.h>

#include <utility>

namespace facteur::load::academy {
namespace {

constexpr std::size_t largest_answer = 64u << 20;

} // namespace

std::string written(const HttpRequest& request, std::uint16_t port) {
    auto text = fmt::format("{0} {1} HTTP/1.1\r\nHost: 127.0.0.1:{2}\r\nOrigin: http://127.0.0.1:{2}\r\n"
                            "Sec-Fetch-Site: same-origin\r\nUser-Agent: facteur-load\r\n",
                            request.method, request.path, port);
    if (!request.cookie.empty()) text += "Cookie: " + request.cookie + "\r\n";
    if (request.method == "POST")
        text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", request.type, request.body.size());
    return text + "\r\n" + request.body;
}

HttpClient::HttpClient(uv_loop_s& loop, std::uint16_t port, std::size_t person)
    : port_(port), wire_(connect(loop, port, person,
                                 {[this](std::string_view bytes) { take(bytes); },
                                  [this](const std::string& why) {
                                      lost_ = why;
                                      while (!asked_.empty())
                                          answered({0, why, {}});
                                  }})) {}

void HttpClient::send(const HttpRequest& request, std::function<void(const HttpAnswer&)> then) {
    if (!lost_.empty()) return then({0, lost_, {}});
    asked_.push_back({written(request, port_), std::move(then)});
    if (asked_.size() == 1) ask_next();
}

void HttpClient::ask_next() {
    http::ResponseLimits limits;
    limits.body = largest_answer;
    reader_ = std::make_unique<http::ResponseReader>(limits);
    write(*wire_, std::move(asked_.front().bytes));
}

void HttpClient::take(std::string_view bytes) {
    if (!reader_ || asked_.empty()) return;
    reader_->feed(bytes);
    if (reader_->state() == http::ResponseReader::State::reading) return;
    HttpAnswer answer;
    if (reader_->state() == http::ResponseReader::State::broken) {
        answer.body = "broken answer: " + std::string(reader_->problem());
    } else {
        answer.status = reader_->response().status;
        answer.body = reader_->response().body;
        const auto cookie = reader_->response().header("set-cookie").value_or("");
        answer.cookie = cookie.substr(0, cookie.find(';'));
    }
    answered(answer);
}

void HttpClient::answered(const HttpAnswer& answer) {
    reader_.reset();
    const auto then = std::move(asked_.front().then);
    asked_.pop_front();
    if (!asked_.empty() && lost_.empty()) ask_next();
    then(answer);
}

EventStream::EventStream(uv_loop_s& loop, std::uint16_t port, std::size_t person, const std::string& path,
                         const std::string& cookie, Listener listener)
    : listener_(std::move(listener)), wire_(connect(loop, port, person,
                                                    {[this](std::string_view bytes) { take(bytes); },
                                                     [this](const std::string& why) {
                                                         if (!std::exchange(open_, true))
                                                             listener_.opened(why);
                                                     }})) {
    write(*wire_, written({"GET", path, {}, {}, cookie}, port));
}

void EventStream::take(std::string_view bytes) {
    buffer_ += bytes;
    if (!open_) {
        const auto end = buffer_.find("\r\n\r\n");
        if (end == std::string::npos) return;
        open_ = true;
        const auto status = buffer_.substr(0, buffer_.find("\r\n"));
        buffer_.erase(0, end + 4);
        listener_.opened(status.rfind("HTTP/1.1 200", 0) == 0 ? "" : status);
    }
    // An event comes in one chunk, so that its line is whole; the lines of chunks between are passed over.
    for (auto end = buffer_.find('\n'); end != std::string::npos; end = buffer_.find('\n')) {
        const auto line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        if (line.rfind("data:", 0) == 0) listener_.told(std::string_view(line).substr(5));
    }
}

} // namespace facteur::load::academy
