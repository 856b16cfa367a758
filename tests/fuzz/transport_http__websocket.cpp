#include "transport/http/websocket_machine.h"

#include <cstdlib>

// Whatever the bytes, and however they are cut, the same events and answers come out, and messages keep their
// limit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace facteur::http;
    constexpr std::size_t limit = 1000;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    std::string whole;
    for (const std::size_t step : {size + 1, std::size_t{1}, std::size_t{7}}) {
        std::string out;
        WebSocketMachine machine({limit, 50});
        for (std::size_t at = 0; at < size; at += step) {
            machine.feed(input.substr(at, step));
            while (const auto event = machine.next()) {
                if (const auto* message = std::get_if<WebSocketMessage>(&*event)) {
                    if (message->bytes.size() > limit) std::abort();
                    out += (message->is_text ? "t" : "b") + message->bytes;
                } else if (const auto* closed = std::get_if<WebSocketClosed>(&*event)) {
                    if (!machine.is_over()) std::abort();
                    out += "c" + std::to_string(closed->code) + closed->reason;
                }
            }
        }
        out += machine.take_output();
        if (step > size)
            whole = std::move(out);
        else if (out != whole)
            std::abort();
    }
    return 0;
}
