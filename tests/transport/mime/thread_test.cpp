#include "transport/mime/thread.h"

#include <catch2/catch.hpp>

using namespace facteur::mime;

TEST_CASE("Base subjects (RFC 5256 §2.1)", "[mime][thread]") {
    CHECK(base_subject("Re: [list] Re[2]: Hello  world (fwd)") == "Hello world");
    CHECK(base_subject("[Fwd: Re: Hello]") == "Hello");
    CHECK(base_subject("Fwd: Fw: RE: x") == "x");
    CHECK(base_subject("[a] [b] Re: [c] x") == "x");
    CHECK(base_subject("[only]") == "[only]");
    CHECK(base_subject("[one] [two]") == "[two]");
    CHECK(base_subject("Re:") == "");
    CHECK(base_subject("") == "");
    CHECK(base_subject("Reunion: x") == "Reunion: x");
    CHECK(base_subject("Re [5] : x") == "x");
    CHECK(base_subject("[unclosed Re: x") == "[unclosed Re: x");
}

TEST_CASE("Marks of other languages' programs", "[mime][thread]") {
    for (const auto* subject :
         {"RE : Conseil de classe", "TR: Conseil de classe", "RÉP : Conseil de classe",
          "Réf. : Conseil de classe", "AW: Conseil de classe", "WG: SV: Conseil de classe",
          "RV: R: I: Conseil de classe", "Re\xC2\xA0: Conseil de classe", "Re(2): Conseil de classe",
          "Re^3: Conseil de classe", "[profs] TR : [profs] Conseil de classe",
          "FW\xEF\xBC\x9A"
          "Conseil de classe"}) {
        CAPTURE(subject);
        CHECK(base_subject(subject) == "Conseil de classe");
        CHECK(is_reply_subject(subject));
    }
    CHECK_FALSE(is_reply_subject("Conseil de classe"));
    CHECK_FALSE(is_reply_subject("[profs] Conseil de classe"));
}

TEST_CASE("Subjects to sort by", "[mime][thread]") {
    CHECK(sort_subject("RE: Été à l'École") == "ete a l'ecole");
    CHECK(sort_subject("Straße") == "strasse");
    CHECK(sort_subject("Re: ABCDEF", 3) == "abc");
    CHECK(sort_subject("ÉÉÉÉ", 3) == "eee");
}

TEST_CASE("Threads' ids: own, then references from the newest, without doubles", "[mime][thread]") {
    Envelope e;
    e.message_ids = {"me"};
    e.references = {"a", "b", "c", "b"};
    e.in_reply_to = {"c", "d"};
    CHECK(thread_ids(e) == std::vector<std::string>{"me", "b", "c", "a", "d"});
    CHECK(thread_ids(e, 2) == std::vector<std::string>{"me", "b"});
}

TEST_CASE("Hostile subjects take linear work", "[mime][thread]") {
    for (const auto* piece : {"[a] ", "Re: ", "[Fwd: ", "(fwd)", "[", "] ", "[Fwd: [a] "}) {
        std::string subject;
        while (subject.size() < 1000000)
            subject += piece;
        CAPTURE(piece);
        CHECK(base_subject(subject).size() <= subject.size());
    }
}
