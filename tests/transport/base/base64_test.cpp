#include "transport/base/base64.h"

#include <catch2/catch.hpp>

#include <random>
#include <utility>

using namespace facteur;

TEST_CASE("base64 has the forms of RFC 4648 section 10") {
    const std::pair<std::string, std::string> pairs[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xff\xfe\xfd", "//79"},
                                                         {"\xfb\xf0", "+/A="}};
    for (const auto& [bytes, text] : pairs) {
        CAPTURE(text);
        CHECK(encode_base64(bytes) == text);
        CHECK(decode_base64(text) == bytes);
    }
}

TEST_CASE("base64 is read strictly") {
    for (const auto* text : {"Zg", "Zg=", "Z===", "====", "=", "Zg==Zg==", "Zm9v\n", "Zm 9", "Zm9-", "Zm9_",
                             "Zh==", "Zm9=", "=m9v", "Z=9v", "\xc3\xa9_x"}) {
        CAPTURE(text);
        CHECK(decode_base64(text) == std::nullopt);
    }
    CHECK(decode_base64(std::string_view("Zm\0v", 4)) == std::nullopt);
}

TEST_CASE("base64 gives back any octets") {
    std::mt19937 random(1);
    for (std::size_t size = 0; size < 200; ++size) {
        std::string bytes(size, '\0');
        for (auto& octet : bytes)
            octet = static_cast<char>(random());
        const auto text = encode_base64(bytes);
        CHECK(text.size() == (size + 2) / 3 * 4);
        CHECK(decode_base64(text) == bytes);
    }
}
