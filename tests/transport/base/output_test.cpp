#include "transport/base/output.h"

#include <catch2/catch.hpp>

using facteur::Output;

TEST_CASE("an Output writes behind what a string holds") {
    std::string text = "before";
    {
        Output out(text);
        CHECK(out.size() == 6);
        out.put(' ');
        out.put("literal");
        out.put(std::string_view());
        out.put(std::string_view(" view"));
        char* const at = out.room(100);
        std::copy_n("!!", 2, at);
        out.wrote(at + 2);
        CHECK(out.size() == 21);
    }
    CHECK(text == "before literal view!!");
}

TEST_CASE("an Output goes back, repeats, and leaves the string to others for a while") {
    std::string text;
    Output out(text);
    out.put("abcdef");
    out.cut(4);
    out.repeat(1, 2);
    out.trim();
    CHECK(text == "abcdbc");
    text += "--";
    out.resume();
    out.put("g");
    out.trim();
    CHECK(text == "abcdbc--g");
    out.trim();
    CHECK(text == "abcdbc--g");
}

TEST_CASE("an Output grows to any size") {
    std::string text, expected;
    {
        Output out(text);
        for (std::size_t size = 0; size < 600; ++size) {
            const std::string piece(size, static_cast<char>('a' + size % 26));
            out.put(piece);
            out.put('.');
            expected += piece + '.';
            if (size % 100 == 50) out.repeat(out.size() - size - 1, size + 1), expected += piece + '.';
        }
    }
    CHECK(text == expected);
}
