#include "bench/load/academy/wire.h"

#include "bench/load/client.h"

#include <fmt/format.h>
#include <uv.h>

#include <array>

namespace facteur::load::academy {

class Wire {
public:
    explicit Wire(WireEvents events) : events_(std::move(events)) {}

    // It belongs to libuv until its handle is closed.
    static Wire* begin(uv_loop_t& loop, std::uint16_t port, std::size_t person, WireEvents events) {
        auto made = std::make_unique<Wire>(std::move(events));
        auto* wire = made.release();
        uv_tcp_init(&loop, &wire->handle_);
        wire->handle_.data = wire;
        wire->connecting_.data = wire;
        sockaddr_in from{}, to{};
        uv_ip4_addr(fmt::format("127.1.{}.{}", person / 250 % 250, 1 + person % 250).c_str(), 0, &from);
        uv_ip4_addr("127.0.0.1", port, &to);
        uv_tcp_nodelay(&wire->handle_, 1);
        auto failed = uv_tcp_bind(&wire->handle_, reinterpret_cast<const sockaddr*>(&from), 0);
        if (failed == 0)
            failed = uv_tcp_connect(&wire->connecting_, &wire->handle_,
                                    reinterpret_cast<const sockaddr*>(&to), &Wire::on_connected);
        if (failed != 0) stop(fmt::format("cannot connect: {}", uv_strerror(failed)));
        return wire;
    }

    void write(std::string bytes) {
        if (closing_) return;
        auto made = std::make_unique<Writing>();
        auto* writing = made.release(); // until on_written
        writing->bytes = std::move(bytes);
        writing->request.data = writing;
        auto buffer = uv_buf_init(writing->bytes.data(), static_cast<unsigned>(writing->bytes.size()));
        const auto failed =
            uv_write(&writing->request, reinterpret_cast<uv_stream_t*>(&handle_), &buffer, 1, &on_written);
        if (failed != 0) std::unique_ptr<Writing>{writing}; // the reader hears that it is gone
    }

    void close() {
        if (closing_) return;
        closing_ = true;
        uv_close(reinterpret_cast<uv_handle_t*>(&handle_),
                 [](uv_handle_t* handle) { std::unique_ptr<Wire>{static_cast<Wire*>(handle->data)}; });
    }

private:
    struct Writing {
        uv_write_t request;
        std::string bytes;
    };

    static void on_connected(uv_connect_t* request, int status) {
        auto* wire = static_cast<Wire*>(request->data);
        if (wire->closing_) return;
        if (status != 0) return wire->lose(status);
        uv_read_start(reinterpret_cast<uv_stream_t*>(&wire->handle_), &Wire::give_room, &Wire::on_read);
    }

    static void give_room(uv_handle_t*, std::size_t, uv_buf_t* room) {
        static thread_local std::array<char, 65536> shared; // read out before the next one is filled
        *room = uv_buf_init(shared.data(), shared.size());
    }

    static void on_read(uv_stream_t* stream, ssize_t got, const uv_buf_t* room) {
        auto* wire = static_cast<Wire*>(stream->data);
        if (wire->closing_ || got == 0) return;
        if (got < 0) return wire->lose(static_cast<int>(got));
        wire->events_.bytes({room->base, static_cast<std::size_t>(got)});
    }

    static void on_written(uv_write_t* request, int) {
        std::unique_ptr<Writing>{static_cast<Writing*>(request->data)};
    }

    void lose(int why) {
        uv_read_stop(reinterpret_cast<uv_stream_t*>(&handle_));
        events_.lost(why == UV_EOF ? "the server closed the connection" : uv_strerror(why));
    }

    uv_tcp_t handle_{};
    uv_connect_t connecting_{};
    WireEvents events_;
    bool closing_ = false;
};

void CloseWire::operator()(Wire* wire) const {
    wire->close();
}

WirePtr connect(uv_loop_s& loop, std::uint16_t port, std::size_t person, WireEvents events) {
    return WirePtr(Wire::begin(loop, port, person, std::move(events)));
}

void write(Wire& wire, std::string bytes) {
    wire.write(std::move(bytes));
}

} // namespace facteur::load::academy
