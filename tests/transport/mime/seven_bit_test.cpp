#include "transport/mime/decode.h"
#include "transport/mime/message.h"
#include "transport/mime/seven_bit.h"

#include <catch2/catch.hpp>

using namespace facteur::mime;

namespace {

std::string decoded(const std::string& message, std::size_t part) {
    const auto parsed = parse(message);
    const auto& of = parsed.parts.at(part);
    return decode_transfer(of.body.of(message), of.encoding).bytes;
}

} // namespace

TEST_CASE("Text becomes quoted-printable, and reads the same", "[mime][seven_bit]") {
    const std::string message =
        "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\nX-Last: y\r\n\r\nUn été à la mer.\r\n";
    const auto encoded = to_seven_bit(message);
    REQUIRE(encoded);
    CHECK(*encoded == "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                      "X-Last: y\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                      "Un =C3=A9t=C3=A9 =C3=A0 la mer.\r\n");
    CHECK(decoded(*encoded, 0) == "Un été à la mer.\r\n");
}

TEST_CASE("A message without MIME becomes one", "[mime][seven_bit]") {
    const auto encoded = to_seven_bit("Subject: x\r\n\r\nl'\xE9t\xE9 du sud\r\n");
    REQUIRE(encoded);
    CHECK(*encoded == "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\n"
                      "Content-Transfer-Encoding: quoted-printable\r\n\r\nl'=E9t=E9 du sud\r\n");
}

TEST_CASE("Each part is encoded as it needs, and the nesting stays", "[mime][seven_bit]") {
    const std::string greek = "Καλημέρα κόσμε, τι κάνετε σήμερα;\r\n";
    const std::string message =
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: "
        "8bit\r\n\r\n"
        "préambule\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
        "8bit\r\n\r\n" +
        greek +
        "\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: application/x-data\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n\x01\xFF\xFE\r\n--b\r\n"
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        "Subject: inner\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n<p>déjà vu, et encore du texte</p>\r\n--b--\r\népilogue\r\n";
    const auto encoded = to_seven_bit(message);
    REQUIRE(encoded);
    CHECK(is_ascii(*encoded));
    const auto before = parse(message), after = parse(*encoded);
    REQUIRE(after.parts.size() == before.parts.size());
    for (std::size_t i = 0; i < before.parts.size(); ++i) {
        CHECK(after.parts[i].media_type() == before.parts[i].media_type());
        if (before.parts[i].is_multipart || before.parts[i].is_message)
            CHECK(after.parts[i].encoding == Encoding::seven_bit);
        else
            CHECK(decoded(*encoded, i) == decoded(message, i));
    }
    CHECK(after.parts[1].encoding == Encoding::base64); // mostly not ASCII
    CHECK(after.parts[2].encoding == Encoding::seven_bit);
    CHECK(after.parts[2].header.size == 0);
    CHECK(after.parts[3].encoding == Encoding::base64); // octets
    CHECK(after.parts[5].encoding == Encoding::quoted_printable);
    CHECK(encoded->find("pr??ambule") != std::string::npos);
}

TEST_CASE("What may not be encoded is left to the server's word", "[mime][seven_bit]") {
    CHECK_FALSE(to_seven_bit("Subject: été\r\n\r\nété\r\n"));
    CHECK_FALSE(
        to_seven_bit("MIME-Version: 1.0\r\nContent-Type: message/partial; id=a; number=1\r\n\r\nété\r\n"));
    CHECK_FALSE(to_seven_bit("MIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
                             "Content-Transfer-Encoding: quoted-printable\r\n\r\nété\r\n"));
    const std::string is_signed =
        "MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b; micalg=x; protocol=\"a/b\"\r\n\r\n"
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nété\r\n"
        "--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--\r\n";
    CHECK_FALSE(to_seven_bit(is_signed));
    // The encoded line would be the delimiter.
    CHECK_FALSE(to_seven_bit(
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"x=C3=A9\"\r\n\r\n"
        "--x=C3=A9\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nun\r\n--xé\r\ndeux trois\r\n"
        "--x=C3=A9--\r\n"));
}
