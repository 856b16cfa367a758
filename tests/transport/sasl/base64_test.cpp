#include "transport/base/base64.h"

#include <catch2/catch.hpp>

using namespace facteur;

TEST_CASE("Base64: the vectors of RFC 4648 section 10") {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        CHECK(encode_base64(plain) == coded);
        CHECK(decode_base64(coded) == plain);
    }
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    CHECK(decode_base64(encode_base64(all)) == all);
}

TEST_CASE("Base64 is strict") {
    for (const char* bad :
         {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zm9v\n", "Z===", "====", "Zg==Zg==", "Zm-v", " Zm9"})
        CHECK_FALSE(decode_base64(bad));
}
