#include "actors/session/jmap/method.h"

namespace facteur {

std::span<const Method> write_methods() {
    return {};
}

} // namespace facteur
