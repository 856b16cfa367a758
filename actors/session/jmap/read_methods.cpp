#include "actors/session/jmap/method.h"

#include <array>

namespace facteur {
namespace {

// RFC 8620 §4
jmap::MethodResult echo(const MethodContext&, jmap::Object arguments, jmap::Writer& out) {
    out.begin_object();
    for (const auto [name, value] : arguments)
        out.key(name).value(jmap::Value(value));
    out.end_object();
    return {};
}

constexpr std::array<Method, 1> methods{{{"Core/echo", jmap::Capability::core, echo}}};

} // namespace

std::span<const Method> read_methods() {
    return methods;
}

} // namespace facteur
