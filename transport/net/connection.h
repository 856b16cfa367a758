// A connection: a TCP or Unix stream on one loop, with or without TLS.
//
// Its handler is told what happens, on the loop's thread. Written bytes that the peer does not take are
// queued; `queued` says how many octets, `on_drained` when they are gone: a sender that minds it needs
// bounded memory. While `pause`d nothing is read, so that a peer which sends faster than it is served is held
// up by TCP. An idle connection owns no buffers.
//
// Any call that writes or ends may find the peer gone and call `on_closed` before it returns; the handler
// itself lives as long as the connection.
#pragma once

#include "transport/base/result.h"
#include "transport/net/loop.h"
#include "transport/net/tls.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct uv_stream_s;

namespace facteur::net {

using SharedBytes = std::shared_ptr<const std::string>;

struct Handler {
    virtual ~Handler() = default;
    // Plain bytes; valid during the call.
    virtual void on_bytes(Connection& connection, std::string_view bytes) = 0;
    virtual void on_secured(Connection&) {} // TLS is established
    // The handshake, or later the peer, broke TLS; `on_closed` follows.
    virtual void on_tls_failed(Connection&, const Error&) {}
    virtual void on_drained(Connection&) {}          // everything written is with the kernel
    virtual void on_timeout(Connection& connection); // `idle` or the deadline has passed: default closes
    virtual void on_ended(Connection& connection);   // the peer sends no more: default closes
    virtual void on_closed() {}                      // the last call; why does not matter any more
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] Loop& loop() const { return loop_; }
    [[nodiscard]] const std::string& remote() const { return remote_; } // address without port; "unix"
    [[nodiscard]] bool is_loopback() const { return loopback_; }
    [[nodiscard]] const TlsSession* tls() const { return tls_.get(); } // null: plain
    [[nodiscard]] bool is_secure() const { return tls_ && tls_->is_established(); }
    [[nodiscard]] bool is_closed() const { return closed_; } // on_closed was called, or soon will be

    void write(std::string_view bytes);
    void write(std::string bytes);
    void write(SharedBytes bytes); // not copied when plain
    [[nodiscard]] std::size_t queued() const { return queued_; }

    void pause();
    void resume();
    // Begins TLS as the server. Plain bytes that had come behind the command that asked for it are the
    // caller's to drop.
    void start_tls(std::shared_ptr<const TlsContext> context);
    // The same as the client, with a context of `TlsContext::client`.
    void start_tls(std::shared_ptr<const TlsContext> context, const TlsDemand& demand);
    // Sends what is queued, then closes; at once when the peer takes nothing for `write_stall`. What still
    // comes in is dropped, for a moment, so that the peer can read the last answer before its own bytes are
    // refused.
    void close();
    void abort(); // at once

    // Milliseconds without a byte read before `on_timeout` (0: never), and without progress in writing before
    // it is aborted.
    void set_timeouts(std::uint64_t idle, std::uint64_t write_stall = 60'000);
    void touch() { last_read_ = loop_.now(); }
    // `on_timeout` once after so many milliseconds, whatever is read until then; 0: never. The last one
    // counts.
    void set_deadline(std::uint64_t milliseconds);

    // For the loop and the listener.
    [[nodiscard]] bool is_late(std::uint64_t now);
    void time_out();
    static std::shared_ptr<Connection> adopt(Loop& loop, uv_stream_s* stream, std::string remote,
                                             bool loopback);
    void start(std::unique_ptr<Handler> handler);

private:
    Connection(Loop& loop, uv_stream_s* stream, std::string remote, bool loopback);
    void start_reading();
    void on_read(std::string_view bytes);
    void transmit(SharedBytes bytes, std::size_t from);
    void flush();
    void on_written(std::size_t octets, int status);
    void finish();
    void linger();
    void on_read_end();
    void lost();
    [[nodiscard]] bool is_stalled(std::uint64_t now);
    [[nodiscard]] bool is_still_read(std::uint64_t now);

    struct Pending {
        SharedBytes bytes;
        std::size_t from = 0;
    };

    Loop& loop_;
    uv_stream_s* stream_;
    std::string remote_;
    std::unique_ptr<Handler> handler_;
    std::unique_ptr<TlsSession> tls_;
    std::vector<Pending> pending_;
    std::size_t queued_ = 0;
    std::size_t unsent_ = 0; // of the write under way or the farewell, as it was when last looked at
    std::uint64_t last_read_ = 0, last_written_ = 0, lingers_since_ = 0, idle_ = 0, write_stall_ = 60'000,
                  deadline_ = 0;
    bool loopback_ = false, paused_ = false, reading_ = false, writing_ = false, closing_ = false,
         lingering_ = false, ended_ = false, closed_ = false, secured_ = false;
};

// A way to a connection from any thread, safe after the connection has gone.
class ConnectionRef {
public:
    ConnectionRef() = default;
    explicit ConnectionRef(Connection& connection)
        : loop_(&connection.loop()), connection_(connection.weak_from_this()) {}

    void write(std::string bytes) const {
        with([bytes = std::make_shared<const std::string>(std::move(bytes))](Connection& c) {
            c.write(bytes);
        });
    }
    void write(SharedBytes bytes) const {
        with([bytes = std::move(bytes)](Connection& c) { c.write(bytes); });
    }
    void close() const {
        with([](Connection& c) { c.close(); });
    }
    // Runs `task` on the connection's loop if it is still there.
    template <typename Task>
    void with(Task task) const {
        if (loop_ == nullptr) return;
        loop_->post([connection = connection_, task = std::move(task)]() mutable {
            // A connection that has ended is there until libuv lets go of it.
            if (const auto alive = connection.lock(); alive && !alive->is_closed()) task(*alive);
        });
    }

private:
    Loop* loop_ = nullptr;
    std::weak_ptr<Connection> connection_;
};

} // namespace facteur::net
