#include "transport/net/connection.h"

#include <uv.h>

#include <algorithm>
#include <array>

namespace facteur::net {
namespace {

constexpr std::size_t gathered = 16;             // buffers in one write
constexpr std::size_t copied_behind = 16u << 10; // small writes are joined to the last one that waits
Connection* owner(uv_handle_t* handle) {
    return static_cast<Connection*>(handle->data);
}

struct WriteRequest {
    uv_write_t request{};
    std::shared_ptr<Connection> connection;
    std::vector<SharedBytes> bytes; // alive until the kernel has them
};

} // namespace

void Handler::on_timeout(Connection& connection) {
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

// ---- reading

void Connection::start_reading() {
    if (reading_ || closed_ || paused_) return;
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
            else if (size < 0)
                connection->lost();
        });
}

void Connection::pause() {
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
    if (!received) return finish();
    if (!secured_ && tls_->is_established()) {
        secured_ = true;
        handler_->on_secured(*this);
    }
    if (!plain.empty() && !closed_) handler_->on_bytes(*this, plain);
    if (tls_->peer_has_shut() && !closed_) close();
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
    unsigned count = 0;
    while (count < gathered && !pending_.empty()) {
        auto& next = pending_.front();
        const auto size = next.bytes->size() - next.from;
        buffers[count++] =
            uv_buf_init(const_cast<char*>(next.bytes->data() + next.from), static_cast<unsigned>(size));
        request->bytes.push_back(std::move(next.bytes));
        pending_.pop_front();
    }
    writing_ = true;
    auto* raw = request.release(); // libuv's until the callback
    raw->request.data = raw;
    // The octets are counted off when the kernel has them.
    raw->connection->last_written_ = loop_.now();
    const int code =
        uv_write(&raw->request, stream_, buffers.data(), count, [](uv_write_t* done, int status) {
            const std::unique_ptr<WriteRequest> owned(static_cast<WriteRequest*>(done->data));
            auto& connection = *owned->connection;
            for (const auto& bytes : owned->bytes)
                connection.queued_ -= std::min(connection.queued_, bytes->size());
            connection.writing_ = false;
            connection.last_written_ = connection.loop_.now();
            if (connection.closed_) return;
            if (status < 0) return connection.lost();
            if (!connection.pending_.empty()) return connection.flush();
            connection.queued_ = 0;
            if (connection.closing_) return connection.lost();
            connection.handler_->on_drained(connection);
        });
    if (code != 0) {
        const std::unique_ptr<WriteRequest> owned(raw);
        writing_ = false;
        lost();
    }
}

// ---- TLS and ending

void Connection::start_tls(std::shared_ptr<const TlsContext> context) {
    tls_ = std::make_unique<TlsSession>(std::move(context));
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

// Closes when the queue is empty; reads no more.
void Connection::finish() {
    if (closed_) return;
    closing_ = true;
    if (pending_.empty() && !writing_) lost();
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

bool Connection::is_late(std::uint64_t now) const {
    if (closed_) return false;
    if ((writing_ || !pending_.empty()) && write_stall_ > 0 && now > last_written_ + write_stall_)
        return true;
    return idle_ > 0 && !paused_ && queued_ == 0 && now > last_read_ + idle_;
}

void Connection::time_out() {
    if (closed_) return;
    if (writing_ || !pending_.empty() || closing_) return abort();
    touch();
    handler_->on_timeout(*this);
}

} // namespace facteur::net
