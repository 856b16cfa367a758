// Any octets as the course of a small mail server: no promise is broken (tests/sessions/play.h).
#include "actors/log.h"
#include "tests/sessions/play.h"
#include "tests/sessions/world.h"

#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool quiet = facteur::configure_log({.level = "error"}).has_value();
    if (!quiet) std::abort();
    try {
        facteur::test::play({reinterpret_cast<const char*>(data), size});
    } catch (const facteur::test::Broken& broken) {
        std::fprintf(stderr, "%s\n", broken.what());
        std::abort();
    }
    return 0;
}
