#include "tests/transport/mime/roundtrip.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace facteur::mime;

namespace {

std::function<std::uint64_t()> random_from(std::uint64_t seed) {
    return [seed]() mutable { // splitmix64
        std::uint64_t z = seed += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    };
}

} // namespace

TEST_CASE("What is written is read again: random trees", "[mime][property]") {
    for (std::uint64_t seed = 0; seed < 1500; ++seed) {
        const auto random = random_from(seed);
        roundtrip::Maker maker([random](std::uint64_t below) mutable { return random() % below; });
        const NewMessage m = maker.message();
        WriteOptions options;
        options.random = random_from(~seed);
        options.eight_bit = seed % 3 == 0;
        options.utf8_headers = seed % 5 == 0;
        const auto bytes = write(m, options);
        INFO("seed " << seed);
        REQUIRE(bytes);
        REQUIRE(roundtrip::difference(m, *bytes) == "");
    }
}

TEST_CASE("Random bytes in mail's alphabet: spans lie within, texts are UTF-8, sizes are true",
          "[mime][property]") {
    const std::vector<std::string> pieces = {
        "Content-Type: multipart/mixed; boundary=a\r\n",
        "Content-Type: multipart/alternative; boundary=\"b\"\n",
        "--a\r\n",
        "--b\n",
        "--a--\n",
        "--b--\r\n",
        "\r\n",
        "\n",
        "\r",
        "Content-Type: message/rfc822\n",
        "Content-Transfer-Encoding: base64\n",
        "Content-Transfer-Encoding: quoted-printable\n",
        "w6l0w6k=",
        "=C3=A9 =\r\n",
        "text ",
        "\xE9",
        "Subject: =?utf-8?Q?=C3?= =?utf-8?Q?=A9?=\n",
        " folded\n",
        "From x\n",
        "Content-Type: text/html; charset=utf-7\n",
        "<p>x</p><script>",
        "> quoted\n",
        "Content-Disposition: attachment; filename*0*=iso-8859-1''%E9; filename*1=x\n",
        "Content-Type: multipart/digest\n"};
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        const auto random = random_from(seed);
        std::string bytes;
        for (auto i = random() % 60; i > 0; --i)
            bytes += pieces[random() % pieces.size()];
        INFO("seed " << seed);
        const Message m = parse(bytes, {.parts = 30, .depth = 6});
        REQUIRE(m.parts.size() <= 30);
        REQUIRE(m.root().header.of(bytes) == header_of(bytes));
        for (std::size_t i = 0; i < m.parts.size(); ++i) {
            const Part& part = m.parts[i];
            REQUIRE(part.header.end() <= part.body.offset);
            REQUIRE(part.body.end() <= bytes.size());
            REQUIRE(part.subtree_end > i);
            REQUIRE(part.subtree_end <= m.parts.size());
            REQUIRE((part.children == 0) == (part.subtree_end == i + 1));
            REQUIRE(is_valid_utf8(part.name));
            if (part.parent >= 0) {
                const Part& parent = m.parts[static_cast<std::size_t>(part.parent)];
                REQUIRE(static_cast<std::size_t>(part.parent) < i);
                REQUIRE(parent.subtree_end >= part.subtree_end);
                REQUIRE(part.header.offset >= parent.body.offset);
                REQUIRE(part.body.end() <= parent.body.end());
            }
            const auto body = part.body.of(bytes);
            REQUIRE(part.lines == static_cast<std::size_t>(std::count(body.begin(), body.end(), '\n')));
            if (part.children == 0)
                REQUIRE(part.decoded_size == decode_transfer(body, part.encoding).bytes.size());
            REQUIRE(is_valid_utf8(body_value(text_part(bytes, part)).value));
        }
        REQUIRE(is_valid_utf8(preview(bytes, m, body_lists(m))));
    }
}
