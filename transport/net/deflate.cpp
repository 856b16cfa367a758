#include "transport/net/deflate.h"

#include <zlib.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace facteur::net {
namespace {

// Negative: without the head and the checksum of zlib. A small window of our own is enough for answers that
// repeat their words; the peer may use the largest.
constexpr int window_out = -13, window_in = -15, memory_level = 6;
constexpr std::size_t piece = 64 * 1024;

Bytef* input(std::string_view bytes) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); // zlib does not write through it
}

} // namespace

struct Deflate::Streams {
    z_stream out{}, in{};
};

Deflate::Deflate() : streams_(std::make_unique<Streams>()) {
    const bool made = deflateInit2(&streams_->out, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_out,
                                   memory_level, Z_DEFAULT_STRATEGY) == Z_OK &&
                      inflateInit2(&streams_->in, window_in) == Z_OK;
    if (!made) throw std::runtime_error("zlib cannot begin");
}

Deflate::~Deflate() {
    deflateEnd(&streams_->out);
    inflateEnd(&streams_->in);
}

std::string Deflate::pack(std::string_view bytes) {
    auto& stream = streams_->out;
    std::string out;
    std::array<char, piece> room{};
    stream.next_in = input(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    do {
        stream.next_out = reinterpret_cast<Bytef*>(room.data());
        stream.avail_out = static_cast<uInt>(room.size());
        deflate(&stream, Z_SYNC_FLUSH);
        out.append(room.data(), room.size() - stream.avail_out);
    } while (stream.avail_out == 0);
    return out;
}

bool Deflate::unpack(std::string_view bytes, const std::function<bool(std::string_view)>& each) {
    auto& stream = streams_->in;
    const auto all = std::exchange(rest_, {}).append(bytes);
    std::string room(piece, '\0');
    stream.next_in = input(all);
    stream.avail_in = static_cast<uInt>(all.size());
    bool goes_on = true;
    do {
        stream.next_out = reinterpret_cast<Bytef*>(room.data());
        stream.avail_out = static_cast<uInt>(room.size());
        const int code = inflate(&stream, Z_SYNC_FLUSH);
        if (code != Z_OK && code != Z_BUF_ERROR) return false;
        const auto got = room.size() - stream.avail_out;
        goes_on = got == 0 || each(std::string_view(room).substr(0, got));
        has_more_ = stream.avail_out == 0 || stream.avail_in > 0;
    } while (goes_on && stream.avail_out == 0);
    rest_.assign(all, all.size() - stream.avail_in);
    return true;
}

} // namespace facteur::net
