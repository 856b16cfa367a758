// A TCP connection of the simulated day: libuv, one loop, nothing blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct uv_loop_s;

namespace facteur::load::academy {

class Wire;
// Letting go of it closes it: none of its functions is called any more.
struct CloseWire {
    void operator()(Wire* wire) const;
};
using WirePtr = std::unique_ptr<Wire, CloseWire>;

struct WireEvents {
    std::function<void(std::string_view)> bytes;
    std::function<void(const std::string& why)> lost; // the last call; never before `connect` returns
};

// To 127.0.0.1. Each `person` comes from an address of loopback of her own, as people do, and has ports of
// her own.
WirePtr connect(uv_loop_s& loop, std::uint16_t port, std::size_t person, WireEvents events);

// May be called before the connection stands. Nothing is queued without bound: a caller has one request under
// way.
void write(Wire& wire, std::string bytes);

} // namespace facteur::load::academy
