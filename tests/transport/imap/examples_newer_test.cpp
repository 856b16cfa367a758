// The examples of RFC 2971, 9585, 9586, 9590 and 9698 (see examples.h for how they are written down).
#include "tests/transport/imap/examples.h"

using namespace facteur::imap;

TEST_CASE("RFC 2971: ID") {
    Examples::run(R"rfc(
§ RFC 2971 §3.1
C: a023 ID ("name" "sodr" "version" "19.34" "vendor" "Pink Floyd Music Limited")
S: * ID NIL
S: a023 OK ID completed
C: a042 ID NIL
S: * ID ("name" "Cyrus" "version" "1.5" "os" "sunos" "os-version" "5.5" "support-url" "mailto:cyrus-bugs+@andrew.cmu.edu")
S: a042 OK ID command completed
)rfc");
}

TEST_CASE("RFC 9585: INPROGRESS") {
    Examples::run(R"rfc(
§ RFC 9585 §4, and a code without its list, which Facteur never gives
! * OK [INPROGRESS] Hang in there...
S: * OK [INPROGRESS ("tag" NIL NIL)] Hang in there...
S: * OK [INPROGRESS ("tag" 175 NIL)] Processed 175 items so far
S: * OK [INPROGRESS ("tag" 175 1000)] Processed 17% of the items
C: A001 search text "this will be slow"
= A001 SEARCH TEXT "this will be slow"
S: * OK [INPROGRESS ("A001" 454 1000)] Processed 45% of the items
S: * OK [INPROGRESS ("A001" 999 1000)] Processed 99% of the items
S: * SEARCH 447 735
S: A001 OK Search completed (23.387 + 0.004 + 0.017 secs).
C: A003 COPY 2000:4000 Meeting-Minutes
S: * OK [INPROGRESS ("A003" 175 2001)] Still working on this...
S: * OK [INPROGRESS ("A003" 1876 2001)] Still working on this...
S: A003 OK Copy completed
)rfc");
}

TEST_CASE("RFC 9586: UIDONLY") {
    Examples::run(R"rfc(
§ RFC 9586 §3.1
S: * OK [CAPABILITY IMAP4rev1 ENABLE CONDSTORE QRESYNC UIDONLY AUTH=SCRAM-SHA-256]
~ * OK [CAPABILITY IMAP4rev1 ENABLE CONDSTORE QRESYNC UIDONLY AUTH=SCRAM-SHA-256] -
C: 01 ENABLE UIDONLY
S: * ENABLED UIDONLY
S: 01 OK ENABLE completed
C: 07 FETCH 10000:14589 (UID FLAGS)
S: 07 BAD [UIDREQUIRED] Message numbers are not allowed once UIDONLY is enabled
§ RFC 9586 §3.3
C: 10 UID FETCH 25900:26600 (FLAGS)
S: * 25996 UIDFETCH (FLAGS (\Seen))
S: * 25997 UIDFETCH (FLAGS (\Flagged \Answered))
S: * 26600 UIDFETCH (FLAGS ())
S: 10 OK FETCH completed
C: 11 UID FETCH 25900:26600 (UID FLAGS)
S: * 25900 UIDFETCH (FLAGS (\Seen) UID 25900)
S: * 25902 UIDFETCH (FLAGS (\Flagged) UID 25902)
S: * 26310 UIDFETCH (FLAGS (\Answered) UID 26310)
S: * 26311 UIDFETCH (FLAGS () UID 26311)
S: * 26498 UIDFETCH (FLAGS (\Answered) UID 26498)
S: 11 OK FETCH completed
§ RFC 9586 §3.4
C: 12 EXPUNGE
S: * VANISHED 405,407,410,425
S: 12 OK expunged
§ RFC 9586 §3.6
C: 15 UID move 597 "Archives/2023/2023-05"
= 15 UID MOVE 597 Archives/2023/2023-05
S: * OK [COPYUID 1685977201 597 2] UID MOVE
S: * VANISHED 597
S: 15 OK UID MOVE Completed
)rfc");
}

TEST_CASE("RFC 9590: LIST RETURN (METADATA)") {
    Examples::run(R"rfc(
§ RFC 9590 §4
C: A00 CAPABILITY
S: * CAPABILITY IMAP4rev1 IMAP4rev2 LIST-EXTENDED LIST-METADATA METADATA
S: A00 OK Completed.
C: A01 LIST "" % RETURN (METADATA ("/shared/vendor/cmu/cyrus-imapd/color"))
= A01 LIST () "" % RETURN (METADATA (/shared/vendor/cmu/cyrus-imapd/color))
S: * LIST () "." "INBOX"
S: * METADATA INBOX ("/shared/vendor/cmu/cyrus-imapd/color" "#b71c1c")
S: * LIST () "." "foo"
S: * METADATA "foo" ("/shared/vendor/cmu/cyrus-imapd/color" NIL)
S: * LIST (\NonExistent) "." "bar"
S: A01 OK List completed.
C: A02 LIST (SUBSCRIBED RECURSIVEMATCH) "" % RETURN (METADATA ("/shared/vendor/cmu/cyrus-imapd/color"))
= A02 LIST (SUBSCRIBED RECURSIVEMATCH) "" % RETURN (METADATA (/shared/vendor/cmu/cyrus-imapd/color))
S: * LIST (\Subscribed) "." "INBOX"
S: * METADATA INBOX ("/shared/vendor/cmu/cyrus-imapd/color" "#b71c1c")
S: * LIST () "." "foo" (CHILDINFO ("SUBSCRIBED"))
S: A02 OK List completed.
)rfc");
}

TEST_CASE("RFC 9698: JMAPACCESS") {
    Examples::run(R"rfc(
§ RFC 9698 §5
S: * OK [CAPABILITY IMAP4rev1 AUTH=OAUTHBEARER SASL-IR] example1
S: 1 OK [CAPABILITY IMAP4rev1 JMAPACCESS] done
C: 1b GETJMAPACCESS
S: * JMAPACCESS "https://example.com/.well-known/jmap"
S: 1b OK done
S: * OK [CAPABILITY IMAP4rev2 JMAPACCESS] done
S: 2 OK done
§ RFC 9698 §5, the name of the capability where the command's is meant
C: 2b JMAPACCESS
= BAD
)rfc");
}
