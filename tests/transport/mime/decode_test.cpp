#include "transport/mime/decode.h"

#include <catch2/catch.hpp>

using namespace facteur::mime;

namespace {

std::string in_pieces(std::string_view encoded, Encoding encoding, std::size_t step) {
    TransferDecoder decoder(encoding);
    std::string out;
    for (std::size_t at = 0; at < encoded.size(); at += step)
        decoder.feed(encoded.substr(at, step), out);
    decoder.finish(out);
    return out;
}

void check(Encoding encoding, std::string_view encoded, std::string_view decoded, bool problem) {
    CAPTURE(encoded);
    const auto whole = decode_transfer(encoded, encoding);
    CHECK(whole.bytes == decoded);
    CHECK(whole.problem == problem);
    CHECK(decoded_size(encoded, encoding) == decoded.size());
    for (const std::size_t step : {1U, 2U, 3U, 5U})
        CHECK(in_pieces(encoded, encoding, step) == decoded);
}

} // namespace

TEST_CASE("Quoted-printable (RFC 2045 §6.7)", "[mime][decode]") {
    const auto qp = [](std::string_view encoded, std::string_view decoded, bool problem = false) {
        check(Encoding::quoted_printable, encoded, decoded, problem);
    };
    qp("Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.",
       "Now's the time for all folk to come to the aid of their country.");
    qp("caf=C3=A9 =3D caf=e9", "caf\xC3\xA9 = caf\xE9");
    qp("white space  \t\r\nat the end ", "white space\r\nat the end");
    qp("soft with space =  \r\nend", "soft with space end");
    qp("bare=\nLF \nend", "bareLF\nend");
    qp("at the end=", "at the end");
    qp("broken =ZZ and =4", "broken =ZZ and =4", true);
    qp("= x", "= x", true);
    qp("==41", "=A", true);
    qp("cr \rinside", "cr \rinside");
    qp("a\tb c", "a\tb c");
    qp("=0D=0A", "\r\n");
}

TEST_CASE("Base64 (RFC 2045 §6.8)", "[mime][decode]") {
    const auto b64 = [](std::string_view encoded, std::string_view decoded, bool problem = false) {
        check(Encoding::base64, encoded, decoded, problem);
    };
    b64("", "");
    b64("Zg==", "f");
    b64("Zm8=", "fo");
    b64("Zm9v", "foo");
    b64("Zm9v\r\nYmFy\r\n", "foobar");
    b64("Zm9vYg", "foob"); // padding missing
    b64("Zm 9v\tY\r\nmFy", "foobar");
    b64("Zm9v-Ym*Fy!", "foobar", true);
    b64("Zg==Zm9v", "ffoo"); // two encodings, one after the other
    b64("Z", "", true);
    b64("====", "");
    b64("//79", "\xFF\xFE\xFD");
    CHECK(base64_decode("Zm9v") == "foo");
}

TEST_CASE("Other encodings", "[mime][decode]") {
    CHECK(decode_transfer("a=41", Encoding::eight_bit).bytes == "a=41");
    CHECK(decode_transfer("x", Encoding::unknown).problem);
    CHECK(encoding_named(" Quoted-Printable ") == Encoding::quoted_printable);
    CHECK(encoding_named("BASE64") == Encoding::base64);
    CHECK(encoding_named("8bit (comment)") == Encoding::eight_bit);
    CHECK(encoding_named("binary") == Encoding::binary);
    CHECK(encoding_named("") == Encoding::seven_bit);
    CHECK(encoding_named("x-uuencode") == Encoding::unknown);
}

TEST_CASE("Charsets", "[mime][decode]") {
    const auto utf8 = [](std::string_view bytes, std::string_view charset) {
        return to_utf8(bytes, charset).text;
    };
    CHECK(utf8("\xE9t\xE9", "ISO-8859-1") == "été");
    CHECK(utf8("\x80 \x93x\x94", "iso-8859-1") == "€ “x”");
    CHECK(utf8("\xA4", "iso-8859-15") == "€");
    CHECK(utf8("\xA4", "latin9") == "€");
    CHECK(utf8("\xCF\xF0\xE8\xE2\xE5\xF2", "windows-1251") == "Привет");
    CHECK(utf8("\xF0\xD2\xC9\xD7\xC5\xD4", "koi8-r") == "Привет");
    CHECK(utf8("\x1B$B4A;z\x1B(B", "iso-2022-jp") == "漢字");
    CHECK(utf8("\xBA\xBA\xD7\xD6", "gb2312") == "汉字");
    CHECK(utf8("\xC7\xD1\xB1\xDB", "ks_c_5601-1987") == "한글");
    CHECK(utf8("\x8A\xBF\x8E\x9A", "Shift_JIS") == "漢字");
    CHECK(utf8("Hi Mom +Jjo-!", "utf-7") == "Hi Mom ☺!");
    CHECK(utf8(std::string_view("\xFE\xFF\0\xE9", 4), "utf-16") == "é");
    CHECK(utf8("\xEF\xBB\xBFx", "utf-8") == "x");
    CHECK(utf8(std::string_view("a\0b", 3), "utf-8") == "ab");
    CHECK(utf8("caf\xC3\xA9", "us-ascii") == "café");
    CHECK(utf8("caf\xE9", "us-ascii") == "café");
    CHECK(utf8("caf\xE9", "") == "café");
    CHECK(utf8("caf\xC3\xA9", "x-nobody-knows") == "café");
    CHECK(utf8("\xF0\x9F\x98\x80", "\"UTF-8\"") == "😀");
    CHECK_FALSE(to_utf8("caf\xE9", "").problem);
    CHECK_FALSE(to_utf8("caf\xC3\xA9", "us-ascii").problem);
    CHECK(to_utf8("caf\xE9", "us-ascii").problem);
    CHECK(to_utf8("abc", "x-nobody-knows").problem);
    SECTION("malformed octets become U+FFFD") {
        const auto bad = to_utf8("\xC3\xA9 \xC3 \xE2\x82", "utf-8");
        CHECK(bad.text == "é \uFFFD \uFFFD");
        CHECK(bad.problem);
        CHECK(to_utf8("\x81\xFF", "shift_jis").problem);
    }
    SECTION("what is called UTF-8 and has not one character of it is windows-1252") {
        const auto wrong = to_utf8("d\xE9j\xE0 vu", "utf-8");
        CHECK(wrong.text == "déjà vu");
        CHECK(wrong.problem);
    }
    CHECK(charset_known("UTF-8"));
    CHECK(charset_known("windows-1252"));
    CHECK(charset_known("euc-jp"));
    CHECK_FALSE(charset_known("x-unknown"));
    CHECK_FALSE(charset_known(""));
}

TEST_CASE("UTF-8", "[mime][decode]") {
    CHECK(is_valid_utf8("été 😀"));
    for (const auto* bad :
         {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"})
        CHECK_FALSE(is_valid_utf8(bad));
    // Unicode §3.9, table 3-8
    CHECK(repair_utf8("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64") ==
          "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd");
    CHECK(guess_utf8("\xE9") == "é");
    CHECK(utf8_prefix("été", 0).empty());
    CHECK(utf8_prefix("été", 1).empty());
    CHECK(utf8_prefix("été", 2) == "é");
    CHECK(utf8_prefix("été", 4) == "ét");
    CHECK(utf8_prefix("été", 5) == "été");
    CHECK(to_nfc("e\xCC\x81") == "é");
    CHECK(is_ascii("abcdefghijkl"));
    CHECK_FALSE(is_ascii("abcdefghijk\xC3\xA9"));
}

TEST_CASE("The examples of RFC 2047 §8", "[mime][decode]") {
    CHECK(decode_words("=?ISO-8859-1?Q?a?=") == "a");
    CHECK(decode_words("=?ISO-8859-1?Q?a?= b") == "a b");
    CHECK(decode_words("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=") == "ab");
    CHECK(decode_words("=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=") == "ab");
    CHECK(decode_words("=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=") == "ab");
    CHECK(decode_words("=?ISO-8859-1?Q?a_b?=") == "a b");
    CHECK(decode_words("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=") == "a b");
    CHECK(decode_words("=?US-ASCII?Q?Keith_Moore?=") == "Keith Moore");
    CHECK(decode_words("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n "
                       "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=") ==
          "If you can read this you understand the example.");
    CHECK(decode_words("=?US-ASCII*EN?Q?Keith_Moore?=") == "Keith Moore"); // RFC 2231 §5
}

TEST_CASE("Encoded words as real mail has them", "[mime][decode]") {
    CHECK(decode_words("=?utf-8?B?w6nD?= =?utf-8?B?qQ==?=") == "éé"); // cut within a character
    CHECK(decode_words("=?utf-8?Q?=C3?=\r\n =?UTF-8?B?qQ==?=") == "é");
    CHECK(decode_words("x=?utf-8?Q?a?=") == "x=?utf-8?Q?a?="); // not set off
    CHECK(decode_words("=?utf-8?Q?a?==?utf-8?Q?b?=") == "=?utf-8?Q?a?==?utf-8?Q?b?=");
    CHECK(decode_words("=?x-nobody?Q?a?=") == "=?x-nobody?Q?a?=");
    CHECK(decode_words("=?utf-8?X?a?=") == "=?utf-8?X?a?=");
    CHECK(decode_words("=?utf-8?Q?a b?=") == "=?utf-8?Q?a b?=");
    CHECK(decode_words("=?utf-8?Q?Really?"
                       "?= yes") == "Really? yes");
    CHECK(decode_words("=?utf-8?Q?a=0D=0AEvil:_x=00?=") == "aEvil: x"); // control characters are dropped
    CHECK(decode_words("=?utf-8?Q?"
                       "?= x") == " x");
    CHECK(decode_words("a  b\r\n\tc") == "a  b c");
    CHECK(decode_words("=?") == "=?");
}

TEST_CASE("Parameters", "[mime][decode]") {
    const auto read = [](std::string_view value) { return parse_parameterized(value); };
    const auto file = [&](std::string_view parameters) {
        return std::string(parameter(read("attachment; " + std::string(parameters)).parameters, "filename"));
    };
    SECTION("plain forms") {
        const auto p = read(" Text/Plain (c); CharSet = \"us-ascii\" ; format=flowed; delsp=yes");
        CHECK(p.value == "text/plain");
        CHECK(p.parameters ==
              std::vector<Parameter>{{"charset", "us-ascii"}, {"format", "flowed"}, {"delsp", "yes"}});
        CHECK(parameter(read("text/plain; charset=us-ascii (Plain text)").parameters, "charset") ==
              "us-ascii");
        CHECK(parameter(read("a/b; x=1; X=2").parameters, "x") == "1");
        CHECK(parameter(read("a/b").parameters, "x").empty());
    }
    SECTION("the examples of RFC 2231") {
        CHECK(parameter(read("message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n "
                             "URL*1=\"cs.utk.edu/pub/moore/"
                             "bulk-mailer/bulk-mailer.tar\"")
                            .parameters,
                        "url") == "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar");
        CHECK(parameter(read("application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A")
                            .parameters,
                        "title") == "This is ***fun***");
        CHECK(parameter(read("application/x-stuff;\r\n title*0*=us-ascii'en'This%20is%20even%20more%20;\r\n "
                             "title*1*=%2A%2A%2Afun%2A%2A%2A%20;\r\n title*2=\"isn't it!\"")
                            .parameters,
                        "title") == "This is even more ***fun*** isn't it!");
    }
    SECTION("RFC 2231 as real mail has it") {
        CHECK(file("filename*=utf-8''%e2%82%ac%20rates; filename=\"EURO rates\"") == "€ rates");
        CHECK(file("filename=\"EURO rates\"; filename*=utf-8''%e2%82%ac%20rates") == "€ rates");
        CHECK(file("filename*1*=%A9.pdf; filename*0*=utf-8''r%C3") == "r\u00E9.pdf");
        CHECK(file("filename*0=a; filename*0=b; filename*2=c") == "ac");
        CHECK(file("filename*=%E9t%E9") == "été");
        CHECK(file("filename*=iso-8859-15''%A4.txt") == "€.txt");
        CHECK(file("filename*0*=iso-8859-1''%E9; filename*1=\"t\"; filename*2*=%E9") == "été");
    }
    SECTION("encoded words, 8-bit octets, paths, missing quotes and semicolons") {
        CHECK(file("filename=\"=?utf-8?Q?=C3=A9t=C3=A9?=\r\n =?utf-8?Q?.pdf?=\"") == "été.pdf");
        CHECK(file("filename==?iso-8859-1?B?6XTp?=") == "été");
        CHECK(file("filename=\"\xE9t\xE9\"") == "été");
        CHECK(file("filename=\"C:\\temp\\a \\\"b\\\".txt\"") == "C:\\temp\\a \"b\".txt");
        CHECK(file("filename=my file.pdf; size=3") == "my file.pdf");
        CHECK(file("filename=a.pdf size=3") == "a.pdf");
        CHECK(file("filename=\"unclosed.pdf") == "unclosed.pdf");
        CHECK(read("text/html charset=utf-8").value == "text/html");
        CHECK(parameter(read("text/html charset=utf-8").parameters, "charset") == "utf-8");
        CHECK(parameter(read("text/html;; ;charset=utf-8;").parameters, "charset") == "utf-8");
    }
}
