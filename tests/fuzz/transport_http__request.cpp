#include "transport/http/request_machine.h"

#include <cstdlib>

// Whatever the bytes, and however they are cut, the same requests come out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace facteur::http;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    std::string whole, pieces;
    for (const std::size_t step : {size + 1, std::size_t{3}}) {
        auto& out = step == 3 ? pieces : whole;
        RequestMachine machine;
        bool ended = false;
        for (std::size_t at = 0; at < size && !ended; at += step) {
            machine.feed(input.substr(at, step));
            while (const auto event = machine.next()) {
                if (const auto* head = std::get_if<RequestHead>(&*event)) out += head->request.path;
                if (const auto* body = std::get_if<BodyBytes>(&*event)) out += body->bytes;
                if (std::holds_alternative<Broken>(*event)) ended = true;
                if (std::holds_alternative<RequestEnd>(*event)) machine.proceed();
            }
        }
    }
    if (whole != pieces) std::abort();
    return 0;
}
