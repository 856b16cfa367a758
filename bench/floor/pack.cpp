#include "bench/floor/pack.h"

#include "bench/load/client.h"
#include "bench/load/mbox.h"

#include <fmt/format.h>
#include <zstd.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace facteur::floor {

void pack(const std::string& mbox, int level) {
    const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> stream(ZSTD_createCCtx(), &ZSTD_freeCCtx);
    ZSTD_CCtx_setParameter(stream.get(), ZSTD_c_compressionLevel, level);
    std::vector<char> room(ZSTD_CStreamOutSize());
    std::uint64_t octets = 0, packed = 0;
    const auto add = [&](std::string_view text, ZSTD_EndDirective how) {
        ZSTD_inBuffer in{text.data(), text.size(), 0};
        for (std::size_t left = 1; left > 0 && (in.pos < in.size || how == ZSTD_e_end);) {
            ZSTD_outBuffer out{room.data(), room.size(), 0};
            left = ZSTD_compressStream2(stream.get(), &out, &in, how);
            if (ZSTD_isError(left) != 0) load::stop("zstd cannot pack it");
            packed += out.pos;
        }
        octets += text.size();
    };
    load::read_mbox(mbox, [&](const load::MboxMessage& message) { add(message.text, ZSTD_e_continue); });
    add({}, ZSTD_e_end);
    fmt::print(R"({{"what":"pack","octets":{},"packed_octets":{}}})"
               "\n",
               octets, packed);
}

} // namespace facteur::floor
