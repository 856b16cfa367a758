#include "bench/generate/files.h"

#include <zlib.h>

#include <array>
#include <cmath>

namespace facteur::generate {
namespace {

void append_be(std::string& out, std::uint32_t value, unsigned octets) {
    while (octets-- > 0)
        out += static_cast<char>(value >> (8 * octets));
}

void append_chunk(std::string& out, const std::string& name, const std::string& data) {
    append_be(out, static_cast<std::uint32_t>(data.size()), 4);
    const std::string body = name + data;
    out += body;
    append_be(out,
              static_cast<std::uint32_t>(
                  crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))),
              4);
}

std::string deflated(const std::string& bytes) {
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    std::string out(size, '\0');
    compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
              static_cast<uLong>(bytes.size()), 6);
    out.resize(size);
    return out;
}

// Bits of a JPEG scan; 0xFF is followed by 0.
class Bits {
public:
    void put(unsigned value, unsigned count) {
        while (count-- > 0) {
            byte_ = byte_ << 1 | ((value >> count) & 1U);
            if (++filled_ == 8) flush();
        }
    }
    std::string finish() {
        while (filled_ != 0)
            put(1, 1);
        return std::move(out_);
    }

private:
    void flush() {
        out_ += static_cast<char>(byte_);
        if (byte_ == 0xFF) out_ += '\0';
        byte_ = filled_ = 0;
    }
    std::string out_;
    unsigned byte_ = 0, filled_ = 0;
};

void append_segment(std::string& out, unsigned marker, const std::string& data) {
    append_be(out, 0xFF00U | marker, 2);
    append_be(out, static_cast<std::uint32_t>(data.size() + 2), 2);
    out += data;
}

// A code of four bits for each size of a DC difference from 0 to 11, and one bit for "no AC": all that
// squares of one colour need.
std::string huffman_tables() {
    std::string out;
    out += '\x00';
    out += std::string("\0\0\0\x0C\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    for (char size = 0; size < 12; ++size)
        out += size;
    out += '\x10';
    out += std::string("\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    out += '\0';
    return out;
}

void put_square(Bits& bits, int value, int& previous) {
    const int difference = value - previous;
    previous = value;
    unsigned size = 0;
    for (int rest = std::abs(difference); rest > 0; rest >>= 1)
        ++size;
    bits.put(size, 4);
    bits.put(static_cast<unsigned>(difference < 0 ? difference + (1 << size) - 1 : difference), size);
    bits.put(0, 1);
}

} // namespace

Picture landscape(Random& random, int width, int height) {
    Picture out{width, height, {}};
    out.rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    const double horizon = 0.45 + 0.2 * random.fraction(), phase = 6 * random.fraction(),
                 hue = random.fraction();
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const double u = static_cast<double>(x) / width, v = static_cast<double>(y) / height;
            const double hill =
                horizon + 0.08 * std::sin(9 * u + phase) + 0.05 * std::sin(23 * u + 2 * phase);
            const bool sky = v < hill;
            const auto shade = [](double value) {
                return static_cast<char>(
                    static_cast<unsigned char>(255 * std::min(1.0, std::max(0.0, value))));
            };
            out.rgb += shade(sky ? 0.45 + 0.5 * v : 0.2 + 0.3 * hue * v);
            out.rgb += shade(sky ? 0.65 + 0.3 * v : 0.55 - 0.3 * v + 0.1 * hue);
            out.rgb += shade(sky ? 0.95 - 0.1 * v : 0.2 + 0.1 * hue);
        }
    return out;
}

std::string png(const Picture& picture) {
    std::string out = "\x89PNG\r\n\x1A\n", header, rows;
    append_be(header, static_cast<std::uint32_t>(picture.width), 4);
    append_be(header, static_cast<std::uint32_t>(picture.height), 4);
    header += std::string("\x08\x02\0\0\0", 5); // 8 bits, RGB
    const auto row = static_cast<std::size_t>(picture.width) * 3;
    for (std::size_t at = 0; at < picture.rgb.size(); at += row)
        rows += '\0' + picture.rgb.substr(at, row);
    append_chunk(out, "IHDR", header);
    append_chunk(out, "IDAT", deflated(rows));
    append_chunk(out, "IEND", "");
    return out;
}

std::string jpeg(const Picture& picture) {
    std::string out = "\xFF\xD8";
    append_segment(out, 0xE0, std::string("JFIF\0\x01\x01\0\0\x01\0\x01\0\0", 14));
    append_segment(out, 0xDB, '\0' + std::string(64, '\x08'));
    std::string frame = "\x08";
    append_be(frame, static_cast<std::uint32_t>(picture.height), 2);
    append_be(frame, static_cast<std::uint32_t>(picture.width), 2);
    frame += '\x03';
    for (char component = 1; component <= 3; ++component)
        frame += std::string(1, component) + std::string("\x11\0", 2);
    append_segment(out, 0xC0, frame);
    append_segment(out, 0xC4, huffman_tables());
    std::string scan = "\x03";
    for (char component = 1; component <= 3; ++component)
        scan += std::string(1, component) + std::string("\0", 1);
    append_segment(out, 0xDA, scan + std::string("\0\x3F\0", 3));
    Bits bits;
    std::array<int, 3> previous{};
    for (int y = 0; y < picture.height; y += 8)
        for (int x = 0; x < picture.width; x += 8) {
            const auto at = (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
                             static_cast<std::size_t>(x)) *
                            3;
            const auto value = [&](std::size_t i) {
                return static_cast<double>(static_cast<unsigned char>(picture.rgb[at + i]));
            };
            const double r = value(0), g = value(1), b = value(2);
            const std::array<double, 3> ycc = {0.299 * r + 0.587 * g + 0.114 * b - 128,
                                               -0.169 * r - 0.331 * g + 0.5 * b,
                                               0.5 * r - 0.419 * g - 0.081 * b};
            for (std::size_t i = 0; i < 3; ++i)
                put_square(bits, static_cast<int>(std::lround(ycc[i])), previous[i]);
        }
    return out + bits.finish() + "\xFF\xD9";
}

} // namespace facteur::generate
