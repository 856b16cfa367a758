#include "transport/mime/body.h"
#include "transport/mime/decode.h"

#include <catch2/catch.hpp>

using namespace facteur::mime;

TEST_CASE("HTML as text", "[mime][html]") {
    const auto text = [](std::string_view html) { return html_to_text(html); };
    CHECK(text("<p>One</p><p>Two</p>") == "One\n\nTwo");
    CHECK(text("<div>One</div><div>Two</div>") == "One\nTwo");
    CHECK(text("a<br>b<br/>c") == "a\nb\nc");
    CHECK(text("a<br><br><br><br>b") == "a\n\nb");
    CHECK(text("<b>bo</b>ld  \n and <i>it</i>") == "bold and it");
    CHECK(text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>") == "a b\nc");
    CHECK(text("<html><head><title>T</title><style>p{color:red}</style></head><body>x</body></html>") == "x");
    CHECK(text("<script>if (a<b) document.write('</p>')</script>x") == "x");
    CHECK(text("<SCRIPT>never closed") == "");
    CHECK(text("a<!-- <p>comment --> b<!-->c<!--->d<!doctype html>e<?xml?>f") == "a bcdef");
    CHECK(text("a<!-- never closed > b") == "a b");
    CHECK(text("1 < 2 & 3 <4> 5 <") == "1 < 2 & 3 <4> 5 <");
    CHECK(text("<a title=\"x > y\" href='z'>link</a>") == "link");
    CHECK(text("<a title=\"never closed>link</a>") == "link");
    CHECK(text("<b") == "<b");
    CHECK(text("<pre>a\nb\n</pre>c\nd") == "a\nb\nc d");
    CHECK(text("  \n <p> \n </p> x ") == "x");
    CHECK(text(std::string_view("a<br>\0<br>\0<br>\0b", 17)) == "a\n\nb");
    CHECK(text("<ul><li>a</li><li>b</li></ul>") == "a\nb");
}

TEST_CASE("Character references", "[mime][html]") {
    const auto text = [](std::string_view html) { return html_to_text(html); };
    CHECK(text("&eacute;t&Eacute; &amp;&lt;&gt;&quot;&apos; &euro;&hellip;&nbsp;x") == "étÉ &<>\"' €… x");
    CHECK(text("&#233;&#xE9;&#XE9; &#128; &#x80;") == "ééé € €");
    CHECK(text("&eacutet&eacute &ampx &copy") == "été &x ©");
    CHECK(text("&nosuch; &; & &# &#x; &#xZ;") == "&nosuch; &; & &# &#x; &#xZ;");
    CHECK(text("&#0;&#xD800;&#x110000;&#99999999999999999999;") == "\uFFFD\uFFFD\uFFFD\uFFFD");
    CHECK(text("&lt;script&gt;") == "<script>");
}

TEST_CASE("Text of HTML is bounded and valid", "[mime][html]") {
    CHECK(html_to_text("<p>été</p>", 3) == "ét");
    CHECK(is_valid_utf8(html_to_text("\xFF<p>\xC3")));
    for (const auto* piece : {"<", "<a", "<a ", "<!--", "</", "&", "<a x=\"", "<a x='", "<script>",
                              "<style></", "<p>", "<pre>\n", "&#x41", "<!"}) {
        std::string html;
        while (html.size() < 300000)
            html += piece;
        CAPTURE(piece);
        CHECK(html_to_text(html).size() <= 3 * html.size());
    }
}
