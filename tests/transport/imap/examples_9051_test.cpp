// The examples of RFC 9051, up to §6.3 (see examples.h for how they are written down).
#include "tests/transport/imap/examples.h"

using namespace facteur::imap;

TEST_CASE("RFC 9051 §6.1 and §6.2: any state, not authenticated") {
    Examples::run(R"rfc(
§ 6.1.1
C: abcd CAPABILITY
S: * CAPABILITY IMAP4rev2 STARTTLS AUTH=GSSAPI LOGINDISABLED
S: abcd OK CAPABILITY completed
C: efgh STARTTLS
S: efgh OK STARTTLS completed
C: ijkl CAPABILITY
S: * CAPABILITY IMAP4rev2 AUTH=GSSAPI AUTH=PLAIN
S: ijkl OK CAPABILITY completed
§ 6.1.2
C: a002 NOOP
S: a002 OK NOOP completed
C: a047 NOOP
S: * 22 EXPUNGE
S: * 23 EXISTS
S: * 14 FETCH (UID 1305 FLAGS (\Seen \Deleted))
S: a047 OK NOOP completed
§ 6.1.3
C: A023 LOGOUT
S: * BYE IMAP4rev2 Server logging out
S: A023 OK LOGOUT completed
§ 6.2.1
C: a001 CAPABILITY
S: * CAPABILITY IMAP4rev2 STARTTLS LOGINDISABLED
S: a001 OK CAPABILITY completed
C: a002 STARTTLS
S: a002 OK Begin TLS negotiation now
C: a003 CAPABILITY
S: * CAPABILITY IMAP4rev2 AUTH=PLAIN
S: a003 OK CAPABILITY completed
C: a004 AUTHENTICATE PLAIN dGVzdAB0ZXN0AHRlc3Q=
S: a004 OK Success (tls protection)
§ 6.2.2
S: * OK [CAPABILITY IMAP4rev2 STARTTLS AUTH=GSSAPI] Capabilities
C: A001 AUTHENTICATE GSSAPI
S: +
The token of the client has 1,024 octets in the RFC: here are its first and last lines.
C: YIIB+wYJKoZIhvcSAQICAQBuggHqMIIB5qADAgEFoQMCAQ6iBwvCyLWLlWnbaUkZdEYbKHBPjd8t/1x5Yg==
S: + YGgGCSqGSIb3EgECAgIAb1kwV6ADAgEFoQMCAQ+iSzBJoAMCAQGiQgRAtHTEuOP2BXb9sBYFR4SJlDZxmg39IxmRBOhXRKdDA0uHTCOT9Bq3OsUTXUlk0CsFLoa8j+gvGDlgHuqzWHPSQg==
C:
= nothing
S: + YDMGCSqGSIb3EgECAgIBAAD/////6jcyG4GE3KkTzBeBiVHeceP2CWY0SR0fAQAgAAQEBAQ=
C: YDMGCSqGSIb3EgECAgIBAAD/////3LQBHXTpFfZgrejpLlLImPwkhbfa2QteAQAgAG1yYwE=
S: A001 OK GSSAPI authentication successful
§ 6.2.2, an initial response
S: * OK [CAPABILITY IMAP4rev2 STARTTLS AUTH=GSSAPI LOGINDISABLED] Server ready
C: A01 STARTTLS
S: A01 OK STARTTLS completed
C: A02 CAPABILITY
S: * CAPABILITY IMAP4rev2 AUTH=GSSAPI AUTH=PLAIN
S: A02 OK CAPABILITY completed
C: A03 AUTHENTICATE PLAIN dGVzdAB0ZXN0AHRlc3Q=
S: A03 OK Success (tls protection)
§ 6.2.2, none
C: C01 CAPABILITY
S: * CAPABILITY IMAP4rev2 AUTH=PLAIN
S: C01 OK Completed
C: A01 AUTHENTICATE PLAIN
S: +
C: dGVzdAB0ZXN0AHRlc3Q=
S: A01 OK Success (tls protection)
§ 6.2.2, an empty one
C: C01 CAPABILITY
S: * CAPABILITY IMAP4rev2 AUTH=PLAIN AUTH=EXTERNAL
S: C01 OK Completed
C: A01 AUTHENTICATE EXTERNAL =
S: A01 OK Success (tls protection)
§ 6.2.3
C: a001 LOGIN SMITH SESAME
S: a001 OK LOGIN completed
)rfc");
}

TEST_CASE("RFC 9051 §6.3.1 to §6.3.8: ENABLE, SELECT, mailboxes") {
    Examples::run(R"rfc(
§ 6.3.1
C: t1 CAPABILITY
S: * CAPABILITY IMAP4rev2 ID LITERAL+ X-GOOD-IDEA
S: t1 OK foo
C: t2 ENABLE CONDSTORE X-GOOD-IDEA
S: * ENABLED X-GOOD-IDEA
S: t2 OK foo
C: t3 CAPABILITY
S: * CAPABILITY IMAP4rev2 ID LITERAL+ X-GOOD-IDEA
S: t3 OK foo again
C: a1 ENABLE CONDSTORE
S: * ENABLED CONDSTORE
S: a1 OK Conditional Store enabled
§ 6.3.2
C: A142 SELECT INBOX
S: * 172 EXISTS
S: * OK [UIDVALIDITY 3857529045] UIDs valid
S: * OK [UIDNEXT 4392] Predicted next UID
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Deleted \Seen \*)] Limited
S: * LIST () "/" INBOX
S: A142 OK [READ-WRITE] SELECT completed
C: A143 SELECT Drafts
S: * OK [CLOSED] Previous mailbox is now closed
S: * 5 EXISTS
The RFC has 9877410381, which is more than 32 bits hold (erratum).
S: * OK [UIDVALIDITY 987741038] UIDs valid
S: * OK [UIDNEXT 102] Predicted next UID
S: * LIST () "/" Drafts
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Deleted \Seen \Answered \Flagged \Draft \*)] System flags and keywords allowed
S: A143 OK [READ-WRITE] SELECT completed
S: * 0 RECENT
§ 6.3.3
C: A932 EXAMINE blurdybloop
S: * 17 EXISTS
S: * OK [UIDVALIDITY 3857529045] UIDs valid
S: * OK [UIDNEXT 4392] Predicted next UID
S: * LIST () "/" blurdybloop
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS ()] No permanent flags permitted
S: A932 OK [READ-ONLY] EXAMINE completed
§ 6.3.4
C: A003 CREATE owatagusiam/
S: A003 OK CREATE completed
C: A004 CREATE owatagusiam/blurdybloop
S: A004 OK CREATE completed
C: A005 CREATE NonNormalized
S: * LIST () "/" "Normalized" ("OLDNAME" ("NonNormalized"))
S: A005 OK CREATE completed
§ 6.3.5
C: A682 LIST "" *
S: * LIST () "/" blurdybloop
S: * LIST (\Noselect) "/" foo
S: * LIST () "/" foo/bar
S: A682 OK LIST completed
C: A683 DELETE blurdybloop
S: A683 OK DELETE completed
C: A684 DELETE foo
S: A684 NO Name "foo" has inferior hierarchical names
C: A685 DELETE foo/bar
S: A685 OK DELETE Completed
C: A686 LIST "" *
S: * LIST (\Noselect) "/" foo
S: A686 OK LIST completed
C: A687 DELETE foo
S: A687 OK DELETE Completed
C: A82 LIST "" *
S: * LIST () "." blurdybloop
S: * LIST () "." foo
S: * LIST () "." foo.bar
S: A82 OK LIST completed
C: A86 LIST "" %
S: * LIST (\Noselect) "." foo
S: A86 OK LIST completed
§ 6.3.6
C: A683 RENAME blurdybloop sarasoop
S: A683 OK RENAME completed
C: A684 RENAME foo zowie
S: A684 OK RENAME Completed
C: A685 LIST "" *
S: * LIST () "/" sarasoop
S: * LIST (\Noselect) "/" zowie
S: * LIST () "/" zowie/bar
S: A685 OK LIST completed
C: Z432 LIST "" *
S: * LIST () "." INBOX
S: * LIST () "." INBOX.bar
S: Z432 OK LIST completed
C: Z433 RENAME INBOX old-mail
S: Z433 OK RENAME completed
C: 1001 RENAME X Y
C: 1002 SUBSCRIBE Y
C: 1003 UNSUBSCRIBE X
§ 6.3.7, 6.3.8
C: A002 SUBSCRIBE #news.comp.mail.mime
S: A002 OK SUBSCRIBE completed
C: A002 UNSUBSCRIBE #news.comp.mail.mime
S: A002 OK UNSUBSCRIBE completed
)rfc");
}

TEST_CASE("RFC 9051 §6.3.9 and §7.3.1: LIST") {
    Examples::run(R"rfc(
§ 6.3.9.3
S: * LIST (\Subscribed \NonExistent) "/" "Fruit/Peach"
§ 6.3.9.7
S: * LIST (\NonExistent) "." "INBOX.DeletedMailbox"
S: * LIST () "/" "NewMailbox" ("OLDNAME" ("OldMailbox"))
§ 6.3.9.8
C: A101 LIST "" ""
S: * LIST (\Noselect) "/" ""
S: A101 OK LIST Completed
C: A102 LIST #news.comp.mail.misc ""
S: * LIST (\Noselect) "." #news.
S: A102 OK LIST Completed
C: A103 LIST /usr/staff/jones ""
S: * LIST (\Noselect) "/" /
S: A103 OK LIST Completed
C: A202 LIST ~/Mail/ %
S: * LIST (\Noselect) "/" ~/Mail/foo
S: * LIST () "/" ~/Mail/meetings
S: A202 OK LIST completed
§ 6.3.9.8, 1 to 6 (RFC 5258 §5 has the same)
C: A01 LIST "" "*"
= A01 LIST "" *
S: * LIST (\Marked \NoInferiors) "/" "inbox"
S: * LIST () "/" "Fruit/Apple"
S: A01 OK done
C: A02 LIST (SUBSCRIBED) "" "*"
= A02 LIST (SUBSCRIBED) "" *
S: * LIST (\Marked \NoInferiors \Subscribed) "/" "inbox"
S: * LIST (\Subscribed) "/" "Fruit/Banana"
S: * LIST (\Subscribed \NonExistent) "/" "Fruit/Peach"
S: A02 OK done
C: A03 LIST () "" "%" RETURN (CHILDREN)
= A03 LIST () "" % RETURN (CHILDREN)
S: * LIST (\HasChildren) "/" "Fruit"
S: * LIST (\HasNoChildren) "/" "Tofu"
S: A03 OK done
C: A04 LIST (REMOTE) "" "%" RETURN (CHILDREN)
= A04 LIST (REMOTE) "" % RETURN (CHILDREN)
S: * LIST (\Remote \HasNoChildren) "/" "Bread"
S: * LIST (\HasChildren \Remote) "/" "Meat"
S: A04 OK done
C: A05 LIST (REMOTE SUBSCRIBED) "" "*"
= A05 LIST (SUBSCRIBED REMOTE) "" *
S: * LIST (\Remote \Subscribed) "/" "Bread"
S: A05 OK done
C: A06 LIST (REMOTE) "" "*" RETURN (SUBSCRIBED)
= A06 LIST (REMOTE) "" * RETURN (SUBSCRIBED)
S: * LIST (\Remote) "/" "Meat"
S: A06 OK done
§ 6.3.9.8, 7
C: C01 LIST "" "*"
= C01 LIST "" *
S: * LIST () "/" "Foo/Baz"
S: C01 OK done
C: CA3 LIST "" "%" RETURN (CHILDREN)
= CA3 LIST () "" % RETURN (CHILDREN)
S: * LIST (\HasChildren) "/" "Foo"
S: * LIST (\HasNoChildren) "/" "Moo"
S: CA3 OK done
C: C02 LIST (SUBSCRIBED) "" "*"
= C02 LIST (SUBSCRIBED) "" *
S: * LIST (\Subscribed) "/" "Foo/Baz"
S: C02 OK done
C: C04 LIST (SUBSCRIBED RECURSIVEMATCH) "" "%"
= C04 LIST (SUBSCRIBED RECURSIVEMATCH) "" %
S: * LIST () "/" "Foo" ("CHILDINFO" ("SUBSCRIBED"))
S: C04 OK done
C: C04 LIST (SUBSCRIBED RECURSIVEMATCH) "" "%"
= C04 LIST (SUBSCRIBED RECURSIVEMATCH) "" %
S: * LIST (\Subscribed \HasChildren) "/" "Foo" ("CHILDINFO" ("SUBSCRIBED"))
S: * LIST (\NonExistent) "/" "Foo" ("CHILDINFO" ("SUBSCRIBED"))
S: C04 OK done
C: C04 LIST (SUBSCRIBED RECURSIVEMATCH) "" "%" RETURN (CHILDREN)
= C04 LIST (SUBSCRIBED RECURSIVEMATCH) "" % RETURN (CHILDREN)
S: * LIST (\HasChildren \Subscribed) "/" "Foo"
S: * LIST (\HasNoChildren \Subscribed) "/" "Moo"
S: C04 OK done
§ 6.3.9.8, 8
C: D03 LIST (RECURSIVEMATCH SUBSCRIBED) "" "*2"
= D03 LIST (SUBSCRIBED RECURSIVEMATCH) "" *2
S: * LIST () "/" "foo2" ("CHILDINFO" ("SUBSCRIBED"))
S: * LIST (\Subscribed) "/" "foo2/bar2"
S: * LIST (\Subscribed) "/" "eps2" ("CHILDINFO" ("SUBSCRIBED"))
S: D03 OK done
§ 6.3.9.8, 9 and 10
C: a1 LIST "" ("foo")
= a1 LIST () "" foo
S: * LIST () "/" foo
S: a1 OK done
C: a2 LIST (SUBSCRIBED) "" "foo/*"
= a2 LIST (SUBSCRIBED) "" foo/*
S: * LIST (\Subscribed \NonExistent) "/" foo/bar
S: a2 OK done
C: a3 LIST (SUBSCRIBED RECURSIVEMATCH) "" foo RETURN (CHILDREN)
S: * LIST (\HasNoChildren) "/" foo ("CHILDINFO" ("SUBSCRIBED"))
S: a3 OK done
C: a1 LIST (REMOTE) "" *
S: * LIST (\Remote) "/" also/jazz
S: a1 OK done
C: a2 LIST () "" %
S: * LIST (\NonExistent \HasChildren) "/" music
S: a2 OK done
C: a3.1 LIST "" (% music/rock)
= a3.1 LIST () "" (% music/rock)
S: * LIST () "/" music/rock
S: a3.1 OK done
§ 6.3.9.8, 11 (RFC 5819 §3 has the same)
C: A01 LIST "" % RETURN (STATUS (MESSAGES UNSEEN))
= A01 LIST () "" % RETURN (STATUS (MESSAGES UNSEEN))
S: * LIST () "."  "INBOX"
S: * STATUS "INBOX" (MESSAGES 17 UNSEEN 16)
S: * LIST () "." "foo"
S: * STATUS "foo" (MESSAGES 30 UNSEEN 29)
S: * LIST (\NoSelect) "." "bar"
S: A01 OK List completed.
C: A02 LIST (SUBSCRIBED RECURSIVEMATCH) "" % RETURN (STATUS (MESSAGES))
S: * LIST (\Subscribed) "."  "INBOX"
S: * STATUS "INBOX" (MESSAGES 17)
S: * LIST () "." "foo" (CHILDINFO ("SUBSCRIBED"))
S: A02 OK List completed.
§ 7.3.1
S: * LIST (\Noselect) "/" ~/Mail/foo
Data of extensions that do not exist.
! * LIST (\Marked) ":" Tables (tablecloth (("edge" "lacy") ("color" "red")) Sample "text")
! * LIST () ":" Tables:new (tablecloth ("edge" "lacy") Sample ("text" "more text"))
)rfc");
}

TEST_CASE("RFC 9051 §6.3.10 to §6.3.13: NAMESPACE, STATUS, APPEND, IDLE") {
    Examples::run(R"rfc(
§ 6.3.10 (RFC 2342 §5 has the same)
C: A001 NAMESPACE
S: * NAMESPACE (("" "/")) NIL NIL
S: A001 OK NAMESPACE command completed
C: A001 NAMESPACE
S: * NAMESPACE NIL NIL (("" "."))
S: A001 OK NAMESPACE command completed
C: A001 NAMESPACE
S: * NAMESPACE (("" "/")) NIL (("Public Folders/" "/"))
S: * NAMESPACE (("" "/")) (("~" "/")) (("#shared/" "/") ("#public/" "/")("#ftp/" "/")("#news." "."))
S: * NAMESPACE (("INBOX." ".")) NIL  NIL
S: A001 OK NAMESPACE command completed
C: A002 CREATE "INBOX.Sent Mail"
S: A002 OK CREATE command completed
An extension that does not exist:
! * NAMESPACE (("" "/")("#mh/" "/" "X-PARAM" ("FLAG1" "FLAG2"))) NIL NIL
C: A002 LIST (SPECIAL-USE) "" "*"
= A002 LIST (SPECIAL-USE) "" *
S: * LIST (\NonExistent \Archive) "/" Archives
S: * LIST (\NonExistent \Sent) "/" "Sent Mail"
S: A002 OK LIST Completed
C: A003 LIST (SPECIAL-USE) "#mh/" "*"
= A003 LIST (SPECIAL-USE) #mh/ *
S: * LIST (\NonExistent \Trash) "/" "#mh/Deleted Items"
S: A003 OK LIST Completed
C: A006 CREATE "#mh/Deleted Items"
S: A006 OK CREATE command completed
C: A002 LIST "" "Other Users/%"
S: * LIST () "/" "Other Users/Mike"
S: A002 OK LIST command completed
C: A002 LIST "" "#Users/%"
= A002 LIST "" #Users/%
S: A002 NO The requested item could not be found.
C: A002 LIST "" "~mark/%"
= A002 LIST "" ~mark/%
S: * LIST () "/" "~mark/INBOX"
S: A002 OK LIST command completed
§ 6.3.11, 7.3.3
C: A042 STATUS blurdybloop (UIDNEXT MESSAGES)
= A042 STATUS blurdybloop (MESSAGES UIDNEXT)
S: * STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)
S: A042 OK STATUS completed
§ 6.3.12
C: A003 APPEND saved-messages (\Seen) {326}
= A003 APPEND saved-messages (\Seen) {326}
S: + Ready for literal data
C: Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)
C: From: Fred Foobar <foobar@Blurdybloop.example>
C: Subject: afternoon meeting
C: To: mooch@owatagu.siam.edu.example
C: Message-Id: <B27397-0100000@Blurdybloop.example>
C: MIME-Version: 1.0
C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
C:
C: Hello Joe, do you think we can meet at 3:30 tomorrow?
C:
S: A003 OK APPEND completed
C: A003 APPEND saved-messages (\Seen) {297+}
= A003 APPEND saved-messages (\Seen) {297}
C: Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)
C: From: Fred Foobar <foobar@example.com>
C: Subject: afternoon meeting
C: To: mooch@example.com
C: Message-Id: <B27397-0100000@example.com>
C: MIME-Version: 1.0
C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
C:
C: Hello Joe, do you think we can meet at 3:30 tomorrow?
C:
S: A003 OK [APPENDUID 38505 3955] APPEND completed
C: A004 COPY 2:4 meeting
S: A004 OK [COPYUID 38505 304,319:320 3956:3958] Done
C: A005 UID COPY 305:310 meeting
S: A005 OK No matching messages, so nothing copied
C: A006 COPY 2 funny
S: A006 OK Done
C: A007 SELECT funny
S: * 1 EXISTS
S: * OK [UIDVALIDITY 3857529045] Validity session-only
S: * OK [UIDNEXT 2] Predicted next UID
Our UIDs persist.
! * NO [UIDNOTSTICKY] Non-persistent UIDs
S: * OK [PERMANENTFLAGS (\Deleted \Seen)] Limited
S: * LIST () "." funny
S: A007 OK [READ-WRITE] SELECT completed
§ 6.3.13
C: A001 SELECT INBOX
S: * FLAGS (\Deleted \Seen \Flagged)
S: * OK [PERMANENTFLAGS (\Deleted \Seen \Flagged)] Limited
S: * 3 EXISTS
S: A001 OK [READ-WRITE] SELECT completed
C: A002 IDLE
S: + idling
S: * 4 EXISTS
C: DONE
S: A002 OK IDLE terminated
C: A003 FETCH 4 ALL
= A003 FETCH 4 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)
S: A003 OK FETCH completed
C: A004 IDLE
S: * 2 EXPUNGE
S: * 3 EXISTS
S: + idling
S: * 3 EXPUNGE
S: * 2 EXISTS
S: * 3 EXISTS
C: DONE
S: A004 OK IDLE terminated
C: A006 IDLE
)rfc");
}
