#include "transport/net/connection.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <uv.h>

#include <algorithm>
#include <array>

namespace facteur::net {
namespace {

constexpr std::size_t gathered = 16;             // buffers in one write
constexpr std::size_t copied_behind = 16u << 10; // small writes are joined to the last one that waits
constexpr std::uint64_t longest_linger = 2000;   // milliseconds, once the peer has everything
constexpr std::uint64_t longest_stall = 10'000;  // milliseconds that it may take nothing of a farewell
constexpr std::uint64_t longest_farewell = 60'000;

Connection* owner(uv_handle_t* handle) {
    return static_cast<Connection*>(handle->data);
}

struct WriteRequest {
    uv_write_t request{};
    std::shared_ptr<Connection> connection;
    std::vector<SharedBytes> bytes; // alive until the kernel has them
    std::size_t octets = 0;
};

} // namespace

void Handler::on_timeout(Connection& connection) {
    connection.close();
}
void Handler::on_ended(Connection& connection) {
    connection.close();
}

Connection::Connection(Loop& loop, uv_stream_s* stream, std::string remote, bool loopback)
    : loop_(loop), stream_(stream), remote_(std::move(remote)), loopback_(loopback) {
    stream_->data = this;
    last_read_ = last_written_ = loop.now();
}

Connection::~Connection() = default;

std::shared_ptr<Connection> Connection::adopt(Loop& loop, uv_stream_s* stream, std::string remote,
                                              bool loopback) {
    std::shared_ptr<Connection> connection(new Connection(loop, stream, std::move(remote), loopback));
    loop.keep(connection);
    return connection;
}

void Connection::start(std::unique_ptr<Handler> handler) {
    handler_ = std::move(handler);
    if (closed_) return handler_->on_closed(); // lost while the handler was made
    start_reading();
}

void Connection::set_timeouts(std::uint64_t idle, std::uint64_t write_stall) {
    idle_ = idle;
    write_stall_ = write_stall;
}

void Connection::set_deadline(std::uint64_t milliseconds) {
    if (!lingering_) deadline_ = milliseconds == 0 ? 0 : loop_.now() + milliseconds;
}

// ---- reading

void Connection::start_reading() {
    if (reading_ || closed_ || paused_ || ended_) return;
    reading_ = true;
    uv_read_start(
        stream_,
        [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
            auto& shared = owner(handle)->loop_.read_buffer();
            *buffer = uv_buf_init(shared.data(), static_cast<unsigned>(shared.size()));
        },
        [](uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
            auto* connection = owner(reinterpret_cast<uv_handle_t*>(stream));
            const auto keep = connection->shared_from_this();
            if (size > 0)
                connection->on_read({buffer->base, static_cast<std::size_t>(size)});
            else if (size == UV_EOF)
                connection->on_read_end();
            else if (size < 0)
                connection->lost();
        });
}

void Connection::pause() {
    if (closing_) return; // it reads on until the peer's end has come
    paused_ = true;
    if (reading_) uv_read_stop(stream_);
    reading_ = false;
}

void Connection::resume() {
    paused_ = false;
    touch();
    start_reading();
}

void Connection::on_read(std::string_view bytes) {
    touch();
    if (closing_) return;
    if (!tls_) return handler_->on_bytes(*this, bytes);
    std::string plain, encrypted;
    const auto received = tls_->receive(bytes, plain, encrypted);
    if (!encrypted.empty()) transmit(std::make_shared<const std::string>(std::move(encrypted)), 0);
    if (!received) {
        handler_->on_tls_failed(*this, received.error());
        return finish();
    }
    if (!secured_ && tls_->is_established()) {
        secured_ = true;
        handler_->on_secured(*this);
    }
    if (!plain.empty() && !closing_ && !closed_) handler_->on_bytes(*this, plain);
    if (tls_->peer_has_shut()) on_read_end();
}

void Connection::on_read_end() {
    if (closed_ || ended_) return;
    ended_ = true;
    if (reading_) uv_read_stop(stream_);
    reading_ = false;
    if (lingering_) return lost();
    if (!closing_) handler_->on_ended(*this);
}

// ---- writing

void Connection::write(std::string_view bytes) {
    if (!bytes.empty()) write(std::make_shared<const std::string>(bytes));
}
void Connection::write(std::string bytes) {
    if (!bytes.empty()) write(std::make_shared<const std::string>(std::move(bytes)));
}
void Connection::write(SharedBytes bytes) {
    if (closing_ || closed_ || bytes->empty()) return;
    if (!tls_) return transmit(std::move(bytes), 0);
    std::string encrypted;
    if (!tls_->send(*bytes, encrypted)) return abort();
    if (!encrypted.empty()) transmit(std::make_shared<const std::string>(std::move(encrypted)), 0);
}

void Connection::transmit(SharedBytes bytes, std::size_t from) {
    if (closed_) return;
    if (pending_.empty() && !writing_) {
        last_written_ = loop_.now();
        auto buffer =
            uv_buf_init(const_cast<char*>(bytes->data() + from), static_cast<unsigned>(bytes->size() - from));
        const int written = uv_try_write(stream_, &buffer, 1);
        if (written > 0) from += static_cast<std::size_t>(written);
        if (written < 0 && written != UV_EAGAIN) return lost();
        if (from == bytes->size()) return;
    }
    queued_ += bytes->size() - from;
    const bool joins = !pending_.empty() && bytes->size() - from < 1024 && pending_.back().from == 0 &&
                       pending_.back().bytes->size() < copied_behind &&
                       pending_.back().bytes.use_count() == 1;
    if (joins)
        pending_.back().bytes =
            std::make_shared<const std::string>(*pending_.back().bytes + bytes->substr(from));
    else
        pending_.push_back({std::move(bytes), from});
    flush();
}

void Connection::flush() {
    if (writing_ || pending_.empty() || closed_) return;
    auto request = std::make_unique<WriteRequest>();
    request->connection = shared_from_this();
    std::array<uv_buf_t, gathered> buffers{};
    const auto count = std::min(gathered, pending_.size());
    for (std::size_t n = 0; n < count; ++n) {
        auto& next = pending_[n];
        const auto size = next.bytes->size() - next.from;
        buffers[n] =
            uv_buf_init(const_cast<char*>(next.bytes->data() + next.from), static_cast<unsigned>(size));
        request->octets += size;
        request->bytes.push_back(std::move(next.bytes));
    }
    if (count == pending_.size())
        pending_ = {}; // an idle connection holds none
    else
        pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
    writing_ = true;
    last_written_ = loop_.now();
    auto* raw = request.release(); // libuv's until the callback
    raw->request.data = raw;
    const int code =
        uv_write(&raw->request, stream_, buffers.data(), static_cast<unsigned>(count),
                 [](uv_write_t* done, int status) {
                     const std::unique_ptr<WriteRequest> owned(static_cast<WriteRequest*>(done->data));
                     owned->connection->on_written(owned->octets, status);
                 });
    unsent_ = uv_stream_get_write_queue_size(stream_);
    if (code != 0) {
        const std::unique_ptr<WriteRequest> owned(raw);
        writing_ = false;
        lost();
    }
}

void Connection::on_written(std::size_t octets, int status) {
    queued_ -= octets;
    writing_ = false;
    last_written_ = loop_.now();
    if (closed_) return;
    if (status < 0) return lost();
    if (!pending_.empty()) return flush();
    if (closing_) return linger();
    handler_->on_drained(*this);
}

// ---- TLS and ending

void Connection::start_tls(std::shared_ptr<const TlsContext> context) {
    tls_ = std::make_unique<TlsSession>(std::move(context));
}

void Connection::start_tls(std::shared_ptr<const TlsContext> context, const TlsDemand& demand) {
    tls_ = std::make_unique<TlsSession>(std::move(context), demand);
    std::string hello;
    tls_->begin(hello);
    if (!hello.empty()) transmit(std::make_shared<const std::string>(std::move(hello)), 0);
}

void Connection::close() {
    if (closing_ || closed_) return;
    if (tls_) {
        std::string goodbye;
        tls_->shut(goodbye);
        if (!goodbye.empty()) transmit(std::make_shared<const std::string>(std::move(goodbye)), 0);
    }
    finish();
}

// Closes when the queue is empty.
void Connection::finish() {
    if (closed_) return;
    closing_ = true;
    deadline_ = 0; // it was the handler's
    if (pending_.empty() && !writing_) linger();
}

// Everything is sent. Closing now, with bytes of the peer unread, would make the kernel send a reset that can
// overtake the answer.
void Connection::linger() {
    if (ended_ || !handler_) return lost();
    uv_os_fd_t file = -1;
    if (uv_fileno(reinterpret_cast<uv_handle_t*>(stream_), &file) != 0 || ::shutdown(file, SHUT_WR) != 0)
        return lost();
    lingering_ = true;
    unsent_ = 0;
    last_written_ = lingers_since_ = loop_.now();
    deadline_ = loop_.now() + longest_linger;
    paused_ = false;
    start_reading();
}

void Connection::abort() {
    lost();
}

void Connection::lost() {
    if (closed_) return;
    closed_ = true;
    const auto keep = shared_from_this();
    // Freed by libuv's callback, after which nothing of the stream is touched.
    auto* handle = reinterpret_cast<uv_handle_t*>(stream_);
    handle->data = new std::shared_ptr<Connection>(keep); // NOLINT: handed to libuv, taken back below
    uv_close(handle, [](uv_handle_t* closed) {
        const std::unique_ptr<std::shared_ptr<Connection>> owned(
            static_cast<std::shared_ptr<Connection>*>(closed->data));
        if (closed->type == UV_TCP)
            delete reinterpret_cast<uv_tcp_t*>(closed); // NOLINT
        else
            delete reinterpret_cast<uv_pipe_t*>(closed); // NOLINT
    });
    loop_.drop(keep);
    if (handler_) handler_->on_closed();
}

bool Connection::is_stalled(std::uint64_t now) {
    if (!writing_) return false;
    // A large write that goes slowly is none.
    if (const auto unsent = uv_stream_get_write_queue_size(stream_); unsent != unsent_) {
        unsent_ = unsent;
        last_written_ = now;
    }
    return write_stall_ > 0 && now > last_written_ + write_stall_;
}

bool Connection::is_late(std::uint64_t now) {
    if (closed_) return false;
    if (is_stalled(now)) return true;
    if (deadline_ > 0 && now > deadline_) return true;
    return !closing_ && idle_ > 0 && !paused_ && !ended_ && queued_ == 0 && now > last_read_ + idle_;
}

// The kernel's queue may hold megabytes for a slow peer, and a reset would take them from it.
bool Connection::is_still_read(std::uint64_t now) {
    uv_os_fd_t file = -1;
    int unsent = 0;
    if (uv_fileno(reinterpret_cast<uv_handle_t*>(stream_), &file) != 0 ||
        ::ioctl(file, SIOCOUTQ, &unsent) != 0 || unsent == 0)
        return false;
    if (const auto octets = static_cast<std::size_t>(unsent); octets != unsent_) {
        unsent_ = octets;
        last_written_ = now;
    }
    return now < last_written_ + longest_stall && now < lingers_since_ + longest_farewell;
}

void Connection::time_out() {
    if (closed_) return;
    if (lingering_ && is_still_read(loop_.now())) {
        deadline_ = loop_.now() + longest_linger;
        return;
    }
    if (closing_ || is_stalled(loop_.now())) return abort();
    deadline_ = 0;
    touch();
    handler_->on_timeout(*this);
}

} // namespace facteur::net
