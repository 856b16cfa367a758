// The examples of extensions for messages and connections: RFC 3502, 4315, 4469, 4959, 4978, 7888, 8474,
// 8508, 8514, 8970 (see examples.h for how they are written down). RFC 3516 and 6855 have none.
#include "tests/transport/imap/examples.h"

using namespace facteur::imap;

TEST_CASE("RFC 4959, 4978, 7888: initial responses, COMPRESS, literals") {
    Examples::run(R"rfc(
§ RFC 4959 §4
S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN
C: A01 AUTHENTICATE PLAIN dGVzdAB0ZXN0AHRlc3Q=
S: A01 OK Success (tls protection)
C: A01 AUTHENTICATE PLAIN
S: +
C: dGVzdAB0ZXN0AHRlc3Q=
S: A01 OK Success (tls protection)
C: A01 AUTHENTICATE EXTERNAL =
S: A01 OK Success (tls protection)
C: A01 AUTHENTICATE EXTERNAL
S: +
C:
= nothing
S: A01 OK Success (tls protection)
§ RFC 4959 §3, what is no base64
C: A01 AUTHENTICATE PLAIN =AAA
= BAD
C: A02 AUTHENTICATE PLAIN AAA=BBB
= BAD
§ RFC 4978 §3
S: * OK [CAPABILITY IMAP4REV1 STARTTLS COMPRESS=DEFLATE]
~ * OK [CAPABILITY IMAP4REV1 STARTTLS COMPRESS=DEFLATE] -
C: a starttls
= a STARTTLS
S: a OK TLS active
C: b login arnt tnra
= b LOGIN arnt tnra
C: c compress deflate
= c COMPRESS DEFLATE
S: d OK DEFLATE active
S: c NO [COMPRESSIONACTIVE] DEFLATE active via TLS
§ RFC 7888 §3
C: A001 LOGIN {11+}
C: FRED FOOBAR {7+}
C: fat man
= A001 LOGIN "FRED FOOBAR" "fat man"
S: A001 OK LOGIN completed
C: A001 LOGIN "FRED FOOBAR" "fat man"
)rfc");
}

TEST_CASE("RFC 3502, 4315: MULTIAPPEND, UIDPLUS") {
    Examples::run(R"rfc(
§ RFC 3502 §6.3.11
C: A003 APPEND saved-messages (\Seen) {329}
S: + Ready for literal data
C: Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)
C: From: Fred Foobar <foobar@Blurdybloop.example.COM>
C: Subject: afternoon meeting
C: To: mooch@owatagu.example.net
C: Message-Id: <B27397-0100000@Blurdybloop.example.COM>
C: MIME-Version: 1.0
C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
C:
C: Hello Joe, do you think we can meet at 3:30 tomorrow?
C:  (\Seen) " 7-Feb-1994 22:43:04 -0800" {295}
S: + Ready for literal data
C: Date: Mon, 7 Feb 1994 22:43:04 -0800 (PST)
C: From: Joe Mooch <mooch@OWaTaGu.example.net>
C: Subject: Re: afternoon meeting
C: To: foobar@blurdybloop.example.com
C: Message-Id: <a0434793874930@OWaTaGu.example.net>
C: MIME-Version: 1.0
C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
C:
C: 3:30 is fine with me.
C:
= A003 APPEND saved-messages (\Seen) {329} (\Seen) " 7-Feb-1994 22:43:04 -0800" {295}
S: A003 OK APPEND completed
C: A004 APPEND bogusname (\Flagged) {1023}
S: A004 NO [TRYCREATE] No such mailbox as bogusname
C: A005 APPEND test (\Flagged) {99}
S: + Ready for literal data
C: Date: Mon, 7 Feb 2000 22:43:04 -0800 (PST)
C: From: Fred Foobar <fred@example.com>
C: Subject: hmm...
C:  {35403}
= A005 APPEND test (\Flagged) {99} {35403}
S: A005 NO APPEND failed: Disk quota exceeded
§ RFC 4315 §3, what RFC 9051 has not
C: A007 SELECT funny
S: * 1 EXISTS
S: * 1 RECENT
S: * OK [UNSEEN 1] Message 1 is first unseen
! * NO [UIDNOTSTICKY] Non-persistent UIDs
S: A003 OK [APPENDUID 38505 3955:3957] APPEND completed
)rfc");
}

TEST_CASE("RFC 4469, 8508: CATENATE, REPLACE") {
    Examples::run(R"rfc(
§ RFC 4469 A, 1
C: A003 APPEND Drafts (\Seen \Draft $MDNSent) CATENATE (URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER" TEXT {42}
S: + Ready for literal data
C:
C: --------------030308070208000400050907
C:  URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=1.MIME" URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=1" TEXT {42}
S: + Ready for literal data
C:
C: --------------030308070208000400050907
C:  URL "/Drafts;UIDVALIDITY=385759045/;UID=30" TEXT {44}
S: + Ready for literal data
C:
C: --------------030308070208000400050907--
C: )
= A003 APPEND Drafts (\Seen \Draft $MDNSent) CATENATE (URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER" TEXT {42} URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=1.MIME" URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=1" TEXT {42} URL "/Drafts;UIDVALIDITY=385759045/;UID=30" TEXT {44})
S: A003 OK catenate append completed
§ RFC 4469 A, 2 (its text of 738 octets left out)
C: A003 APPEND Drafts (\Seen \Draft $MDNSent) CATENATE (TEXT {31}
S: + Ready for literal data
C: Content-Type: multipart/mixed
C:  URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;Section=2.MIME" URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;Section=2" TEXT {44}
S: + Ready for literal data
C:
C: --------------030308070208000400050907--
C: )
= A003 APPEND Drafts (\Seen \Draft $MDNSent) CATENATE (TEXT {31} URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;Section=2.MIME" URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;Section=2" TEXT {44})
S: A003 OK [APPENDUID 385759045 45] append Completed
C: A004 UID STORE 20 +FLAGS.SILENT (\Deleted)
S: A004 OK STORE completed
§ RFC 4469 A, 3
C: A003 APPEND Drafts (\Seen \Draft $MDNSent) CATENATE (URL "/Drafts;UIDVALIDITY=385759045/;UID=21/;section=1" TEXT {255}
S: + Ready for literal data
C:
C: --------------030308070208000400050903
C: Content-type: text/plain; charset="us-ascii"
C: Content-transfer-encoding: 7bit
C:
C: This body part contained a Power Point presentation that was
C: deleted upon your request.
C: --------------030308070208000400050903--
C: )
= A003 APPEND Drafts (\Seen \Draft $MDNSent) CATENATE (URL "/Drafts;UIDVALIDITY=385759045/;UID=21/;section=1" TEXT {255})
S: A003 OK append Completed
§ RFC 4469 A, 4
A code is no place for quotes by the grammar of §5 (url-resp-text).
S: A003 NO [BADURL "/INBOX;UIDVALIDITY=785799047/;UID=113330;section=1.5.9"] CATENATE append has failed, one message expunged
§ RFC 8508 §3.2, §3.3 (which counts 312 and 350 octets)
C: A003 REPLACE 4 Drafts (\Seen \Draft) {310}
S: + Ready for literal data
C: Date: Thu, 1 Jan 2015 00:05:00 -0500 (EST)
C: From: Fritz Schmidt <fritz.ze@example.org>
C: Subject: happy new year !!
C: To: miss.mitzy@example.org
C: Message-Id: <B238822388-0100000@example.org>
C: MIME-Version: 1.0
C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
C:
C: Just saw the best fireworks show. Wish you were here.
C:
= A003 REPLACE 4 Drafts (\Seen \Draft) {310}
S: * OK [APPENDUID 1 2000] Replacement Message ready
S: * 5 EXISTS
S: * 4 EXPUNGE
S: A003 OK Replace completed
C: A004 UID REPLACE 2000 Drafts (\Seen \Draft) {348}
S: + Ready for literal data
C: Date: Thu, 1 Jan 2015 00:06:00 -0500 (EST)
C: From: Fritz Schmidt <fritz.ze@example.org>
C: Subject: happy new year !!
C: To: miss.mitzy@example.org
C: Message-Id: <B238822389-0100000@example.org>
C: MIME-Version: 1.0
C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
C:
C: Just saw the best fireworks show. Wish you were here.
C: Hopefully next year you can join us.
C:
= A004 UID REPLACE 2000 Drafts (\Seen \Draft) {348}
S: * OK [APPENDUID 1 2001] Replacement Message ready
S: A004 OK Replace completed
§ RFC 8508 §4.2
C: A011 UID REPLACE 3002 Drafts CATENATE (TEXT {71}
S: + Ready for literal data
C: To: Mitzy <miss.mitzy@example.org>
C: Subject: My view of the fireworks
C:  URL "/Drafts/;UID=3002")
= A011 UID REPLACE 3002 Drafts CATENATE (TEXT {71} URL "/Drafts/;UID=3002")
S: * OK [APPENDUID 1 3003] Replacement Message ready
S: A011 OK REPLACE completed
)rfc");
}

TEST_CASE("RFC 8474, 8514, 8970: ids, SAVEDATE, PREVIEW") {
    Examples::run(R"rfc(
§ RFC 8474 §5.3, §6
S: 5 OK [APPENDUID 1521475658 1] Completed
C: 22 fetch 1:* (emailid threadid)
= 22 FETCH 1:* (EMAILID THREADID)
S: * 1 FETCH (EMAILID (M6d99ac3275bb4e) THREADID (T64b478a75b7ea9))
S: 22 OK Completed (0.000 sec)
C: 23 move 2 foo
= 23 MOVE 2 foo
S: * OK [COPYUID 1521475659 2 1] Completed
S: * 2 EXPUNGE
S: * 1 FETCH (EMAILID (M00000001) THREADID NIL)
C: 27 search emailid M6d99ac3275bb4e
= 27 SEARCH EMAILID M6d99ac3275bb4e
S: * SEARCH 1
C: 28 search threadid T64b478a75b7ea9
= 28 SEARCH THREADID T64b478a75b7ea9
S: * SEARCH 1 2
S: 28 OK Completed (2 msgs in 0.000 secs)
C: 29 UID SEARCH OR EMAILID 1234 EMAILID 4321
§ RFC 8514 §4.2, §4.3
C: A101 FETCH 998 (SAVEDATE)
S: * 998 FETCH (SAVEDATE "01-Jan-2015 18:50:53 +0100")
~ * 998 FETCH (SAVEDATE " 1-Jan-2015 18:50:53 +0100")
S: A101 OK Fetch completed.
C: A102 SEARCH SAVEDON 28-Dec-2014
S: * SEARCH 993 994
C: A103 SEARCH SAVEDSINCE 28-Dec-2014
S: * SEARCH 993 994 995 996 997 998 999 1000 1001
S: A103 OK Search completed.
§ RFC 8970 §3.2, §5
C: A1 FETCH 1 (PREVIEW)
S: * 1 FETCH (PREVIEW "Preview text!")
S: A1 OK FETCH complete.
C: A2 FETCH 1 (RFC822.SIZE PREVIEW)
Without line ends, which previews of ours do not have.
S: * 1 FETCH (RFC822.SIZE 5647 PREVIEW {56}
S: Lorem ipsum dolor sit amet, consectetur adipiscing elit.)
C: B1 FETCH 1:4 (ENVELOPE PREVIEW (LAZY))
S: * 2 FETCH (PREVIEW "" UID 7)
S: * 3 FETCH (UID 8 PREVIEW NIL)
S: B1 OK FETCH completed.
C: B2 FETCH 3:4 (PREVIEW)
S: * 3 FETCH (PREVIEW {30}
S: Message data from message 3.
S: )
S: * 4 FETCH (PREVIEW "Message 4 preview")
C: C2 SEARCH RETURN (SAVE) FROM "FOO"
= C2 SEARCH RETURN (SAVE) FROM FOO
C: C3 FETCH $ (UID PREVIEW (LAZY))
S: * 5 FETCH (UID 13 PREVIEW "Preview!")
S: * 9 FETCH (UID 23 PREVIEW NIL)
S: C3 OK FETCH completed.
C: C4 UID FETCH 23 (PREVIEW)
S: * 9 FETCH (UID 23 PREVIEW "Another preview!")
)rfc");
}
