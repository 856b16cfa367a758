// JSON as it goes out, and dates.
#include "transport/jmap/dates.h"
#include "transport/jmap/errors.h"
#include "transport/jmap/writer.h"

#include <catch2/catch.hpp>

#include <limits>
#include <random>
#include <string>

using namespace facteur::jmap;

namespace {

std::string string_json(std::string_view text) {
    std::string out;
    Writer(out).value(text);
    return out;
}

} // namespace

TEST_CASE("the writer sets commas and nothing else") {
    std::string out;
    Writer w(out);
    w.begin_object().member("a", 1).key("b").begin_array().value("x").null().value(true).begin_object();
    w.end_object().begin_array().end_array().raw("7").end_array().member("c", -5);
    w.member_or_null("d", "").member_or_null("e", "f").key("g").begin_object().end_object().member("h",
                                                                                                   false);
    w.end_object();
    CHECK(out == R"({"a":1,"b":["x",null,true,{},[],7],"c":-5,"d":null,"e":"f","g":{},"h":false})");
}

TEST_CASE("strings are escaped as RFC 8259 asks and no further") {
    CHECK(string_json("") == "\"\"");
    CHECK(string_json("é/<>\x7f 漢") == "\"é/<>\x7f 漢\"");
    CHECK(string_json("\"\\\n\r\t\b\x1f") == R"("\"\\\n\r\t\u0008\u001f")");
    CHECK(string_json(std::string_view("\0", 1)) == R"("\u0000")");
    // Wherever the special one stands: octets are looked at by sixteen, then by eight, then alone.
    for (std::size_t size = 1; size < 60; ++size)
        for (std::size_t at = 0; at < size; ++at) {
            std::string text(size, 'a');
            text[at] = '"';
            auto wanted = text;
            wanted.insert(at, "\\");
            CHECK(string_json(text) == '"' + wanted + '"');
        }
}

TEST_CASE("names that come from elsewhere are escaped too") {
    std::string out;
    Writer(out).begin_object().member(std::string_view("a"), 1).member(std::string("\"\n"), "x").end_object();
    CHECK(out == R"({"a":1,"\"\n":"x"})");
}

TEST_CASE("what is written is read back the same") {
    std::mt19937 random(3);
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (auto size = random() % 40; size > 0; --size) {
            const char32_t c = random() % 4 == 0   ? random() % 0x20
                               : random() % 3 == 0 ? 0x80 + random() % 0x700
                                                   : random() % 0x80;
            if (c < 0x80) {
                text.push_back(static_cast<char>(c));
            } else {
                text.push_back(static_cast<char>(0xc0 | c >> 6));
                text.push_back(static_cast<char>(0x80 | (c & 0x3f)));
            }
        }
        const auto json = string_json(text);
        const auto document = Document::parse(json);
        REQUIRE(document.has_value());
        CHECK(as_string(document->root()) == text);
        CHECK(to_json(document->root()) == json);
    }
}

TEST_CASE("numbers keep their value") {
    for (const auto* text : {"0", "-1", "9007199254740991", "-9223372036854775808", "18446744073709551615",
                             "0.5", "1e+300", "-2.25", "[1,2.5,{\"a\":null}]"}) {
        const auto document = Document::parse(text);
        REQUIRE(document.has_value());
        CHECK(to_json(document->root()) == text);
    }
}

TEST_CASE("errors of methods and of objects") {
    const auto json = [](const auto& error) {
        std::string out;
        Writer writer(out);
        write(error, writer);
        return out;
    };
    CHECK(json(MethodError{"stateMismatch", {}}) == R"({"type":"stateMismatch"})");
    CHECK(json(set_error("notFound")) == R"({"type":"notFound"})");
    CHECK(json(invalid_properties({"a", "b"}, "Why.")) ==
          R"({"type":"invalidProperties","description":"Why.","properties":["a","b"]})");
    auto exists = set_error("alreadyExists");
    exists.existing_id = "e1";
    CHECK(json(exists) == R"({"type":"alreadyExists","existingId":"e1"})");
    auto lost = set_error("blobNotFound");
    lost.not_found = {"b1"};
    CHECK(json(lost) == R"({"type":"blobNotFound","notFound":["b1"]})");
    auto large = set_error("tooLarge");
    large.max_size = 5;
    CHECK(json(large) == R"({"type":"tooLarge","maxSize":5})");
}

TEST_CASE("dates are written and read") {
    CHECK(utc_date(1414649520) == "2014-10-30T06:12:00Z");
    CHECK(date(1414649520, 480) == "2014-10-30T14:12:00+08:00");
    CHECK(date(1414649520, -330) == "2014-10-30T00:42:00-05:30");
    CHECK(utc_date(-1) == "1969-12-31T23:59:59Z");
    CHECK(parse_utc_date("2014-10-30T06:12:00Z") == 1414649520);
    CHECK(parse_utc_date("2014-10-30T06:12:00.123Z") == 1414649520);
    CHECK(parse_utc_date("2014-10-30T14:12:00+08:00") == std::nullopt);
    CHECK(parse_date("2014-10-30T14:12:00+08:00") == 1414649520);
    CHECK(parse_date("2024-02-29T00:00:00Z").has_value());
    for (const auto* bad :
         {"", "2014-10-30", "2014-10-30T06:12Z", "2014-10-30t06:12:00Z", "2014-10-30T06:12:00z",
          "2014-10-30 06:12:00Z", "2014-13-30T06:12:00Z", "2023-02-29T00:00:00Z", "2014-10-30T24:00:00Z",
          "2014-10-30T06:60:00Z", "2014-10-30T06:12:00", "2014-10-30T06:12:00.Z", "2014-10-30T06:12:00.5",
          "2014-10-30T06:12:00+0800", "2014-10-30T06:12:00+24:00", "2014-10-30T06:12:00Zx",
          "+014-10-30T06:12:00Z"}) {
        CAPTURE(bad);
        CHECK(parse_date(bad) == std::nullopt);
    }
}

TEST_CASE("dates beyond four digits of a year are held to them") {
    constexpr auto largest = std::numeric_limits<std::int64_t>::max();
    constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
    CHECK(utc_date(largest) == "9999-12-31T23:59:59Z");
    CHECK(utc_date(smallest) == "0000-01-01T00:00:00Z");
    CHECK(date(largest, 60) == "9999-12-31T23:59:59+01:00");
    CHECK(date(smallest, -60) == "0000-01-01T00:00:00-01:00");
}
