// The examples of RFC 9051 §6.4 to §8 (see examples.h for how they are written down).
#include "tests/transport/imap/examples.h"

using namespace facteur::imap;

TEST_CASE("RFC 9051 §6.4.1 to §6.4.4: CLOSE, EXPUNGE, SEARCH") {
    Examples::run(R"rfc(
§ 6.4.1, 6.4.2, 6.4.3
C: A341 CLOSE
S: A341 OK CLOSE completed
C: A342 UNSELECT
S: A342 OK Unselect completed
C: A202 EXPUNGE
S: * 3 EXPUNGE
S: * 3 EXPUNGE
S: * 5 EXPUNGE
S: * 8 EXPUNGE
S: A202 OK EXPUNGE completed
§ 6.4.4 (RFC 4731 §3.1 has the same)
C: A282 SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"
= A282 SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM Smith
S: * ESEARCH (TAG "A282") MIN 2 COUNT 3
S: A282 OK SEARCH completed
C: A283 SEARCH RETURN () FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"
= A283 SEARCH RETURN (ALL) FLAGGED SINCE 1-Feb-1994 NOT FROM Smith
S: * ESEARCH (TAG "A283") ALL 2,10:11
S: A283 OK SEARCH completed
C: A284 SEARCH TEXT "string not in mailbox"
S: * ESEARCH (TAG "A284")
S: A284 OK SEARCH completed
C: A285 SEARCH CHARSET UTF-8 TEXT {12}
S: + Ready for literal text
C: отпуск
= A285 SEARCH CHARSET UTF-8 TEXT {12+}@отпуск
S: * ESEARCH (TAG "A285") ALL 43
S: A285 OK SEARCH completed
C: A284 SEARCH RETURN (MIN) UNSEEN
S: * ESEARCH (TAG "A284") MIN 4
S: A284 OK SEARCH completed
C: A285 UID SEARCH RETURN (MIN MAX) 1:5000
S: * ESEARCH (TAG "A285") UID MIN 7 MAX 3800
S: A285 OK SEARCH completed
C: A286 SEARCH RETURN (COUNT) DELETED
S: * ESEARCH (TAG "A286") COUNT 15
S: A286 OK SEARCH completed
§ 6.4.4.4, 1 to 6 (RFC 5182 §2.2 has the same)
C: A282 SEARCH RETURN (SAVE) FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"
= A282 SEARCH RETURN (SAVE) FLAGGED SINCE 1-Feb-1994 NOT FROM Smith
S: A282 OK SEARCH completed, result saved
C: A283 FETCH $ (UID INTERNALDATE FLAGS BODY.PEEK[HEADER])
S: A283 OK completed
RFC 5182 asks for this in the same place.
C: A283 FETCH $ (UID INTERNALDATE FLAGS RFC822.HEADER)
C: A300 SEARCH RETURN (SAVE) SINCE 1-Jan-2004 NOT FROM "Smith"
= A300 SEARCH RETURN (SAVE) SINCE 1-Jan-2004 NOT FROM Smith
C: A301 UID SEARCH UID $ SMALLER 4096
S: * ESEARCH (TAG "A301") UID ALL 17,900,901
~ * ESEARCH (TAG "A301") UID ALL 17,900:901
S: * SEARCH 17 900 901
S: A301 OK completed
C: A301 UID SEARCH $ SMALLER 4096
C: P283 SEARCH CHARSET UTF-8 (OR $ 1,3000:3021) TEXT {8+}
C: мать
= P283 SEARCH CHARSET UTF-8 OR $ 1,3000:3021 TEXT {8+}@мать
S: * ESEARCH (TAG "P283") ALL 882,1102,3003,3005:3006
S: P283 OK completed
C: B283 SEARCH RETURN (SAVE) CHARSET KOI8-R (OR $ 1,3000:3021) TEXT {4}
C: XXXX
= B283 SEARCH RETURN (SAVE) CHARSET KOI8-R OR $ 1,3000:3021 TEXT XXXX
The grammar of §9 has the charsets in parentheses.
! B283 NO [BADCHARSET UTF-8] KOI8-R is not supported
S: B283 NO [BADCHARSET (UTF-8)] KOI8-R is not supported
C: E282 SEARCH RETURN (SAVE) SINCE 28-Oct-2006 NOT FROM "Eric"
= E282 SEARCH RETURN (SAVE) SINCE 28-Oct-2006 NOT FROM Eric
C: E283 COPY $ "Other Messages"
S: E282 OK SEARCH completed
S: E283 OK COPY completed, nothing copied
§ 6.4.4.4, 7 to 10
C: F282 SEARCH RETURN (SAVE) KEYWORD $Junk
C: F283 COPY $ "Junk"
= F283 COPY $ Junk
C: F284 STORE $ +FLAGS.Silent (\Deleted)
= F284 STORE $ +FLAGS.SILENT (\Deleted)
S: F282 OK SEARCH completed
C: G283 SEARCH RETURN (ALL) SINCE 28-Oct-2006 FROM "Eric"
= G283 SEARCH RETURN (ALL) SINCE 28-Oct-2006 FROM Eric
S: * ESEARCH (TAG "G283") ALL 3:15,27,29:103
S: G283 OK SEARCH completed
C: C283 SEARCH RETURN (ALL SAVE) SINCE 12-Feb-2006 NOT FROM "Smith"
= C283 SEARCH RETURN (ALL SAVE) SINCE 12-Feb-2006 NOT FROM Smith
S: * ESEARCH (TAG "C283") ALL 2,10:15,21
S: C283 OK SEARCH completed
C: C284 SEARCH RETURN (SAVE MIN) SINCE 12-Feb-2006 NOT FROM "Smith"
= C284 SEARCH RETURN (MIN SAVE) SINCE 12-Feb-2006 NOT FROM Smith
S: * ESEARCH (TAG "C284") MIN 2
C: C285 SEARCH RETURN (MAX SAVE MIN) SINCE 12-Feb-2006 NOT FROM "Smith"
= C285 SEARCH RETURN (MIN MAX SAVE) SINCE 12-Feb-2006 NOT FROM Smith
S: * ESEARCH (TAG "C285") MIN 2 MAX 21
C: C286 SEARCH RETURN (MAX SAVE MIN COUNT) SINCE 12-Feb-2006 NOT FROM "Smith"
= C286 SEARCH RETURN (MIN MAX COUNT SAVE) SINCE 12-Feb-2006 NOT FROM Smith
S: * ESEARCH (TAG "C286") MIN 2 MAX 21 COUNT 8
C: C286 SEARCH RETURN (ALL SAVE MIN) SINCE 12-Feb-2006 NOT FROM "Smith"
= C286 SEARCH RETURN (MIN ALL SAVE) SINCE 12-Feb-2006 NOT FROM Smith
S: * ESEARCH (TAG "C286") MIN 2 ALL 2,10:15,21
§ 7.3.4
S: * ESEARCH UID COUNT 17 ALL 4:18,21,28
S: * ESEARCH (TAG "a567") UID COUNT 17 ALL 4:18,21,28
S: * ESEARCH COUNT 18 ALL 1:17,21
)rfc");
}

TEST_CASE("RFC 9051 §6.4.5 to §6.5: FETCH, STORE, COPY, MOVE, UID") {
    Examples::run(R"rfc(
§ 6.4.5
C: A654 FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])
S: A654 OK FETCH completed
§ 6.4.5.1, each of the part specifiers of its example
C: a1 FETCH 1 (BODY[HEADER] BODY[TEXT] BODY[1] BODY[3.HEADER] BODY[3.TEXT] BODY[3.1] BODY[4.1.MIME])
C: a2 FETCH 1 (BODY[4.2.HEADER] BODY[4.2.TEXT] BODY[4.2.1] BODY[4.2.2.1] BODY[4.2.2.2])
§ 6.4.6
C: A003 STORE 2:4 +FLAGS (\Deleted)
S: * 2 FETCH (FLAGS (\Deleted \Seen))
S: * 3 FETCH (FLAGS (\Deleted))
S: * 4 FETCH (FLAGS (\Deleted \Flagged \Seen))
S: A003 OK STORE completed
§ 6.4.7
C: A003 COPY 2:4 MEETING
S: A003 OK [COPYUID 38505 304,319:320 3956:3958] COPY completed
§ 6.4.8 (RFC 6851 §3.3 has the same)
C: a UID MOVE 42:69 foo
A condition has a text by the grammar of §9 (resp-text), which the example leaves out.
S: * OK [COPYUID 432432 42:69 1202:1229]
~ * OK [COPYUID 432432 42:69 1202:1229] -
S: * 22 EXPUNGE
S: a OK Done
§ 6.4.9 (RFC 4315 §2.1 has the first)
C: A003 UID EXPUNGE 3000:3002
S: * 3 EXPUNGE
S: A003 OK UID EXPUNGE completed
C: A999 UID FETCH 4827313:4828442 FLAGS
= A999 UID FETCH 4827313:4828442 (FLAGS)
S: * 23 FETCH (FLAGS (\Seen) UID 4827313)
S: * 24 FETCH (FLAGS (\Seen) UID 4827943)
S: * 25 FETCH (FLAGS (\Seen) UID 4828442)
S: A999 OK UID FETCH completed
C: a UID SEARCH 1:100 UID 443:557
§ 6.5, a capability that does not exist
C: a441 CAPABILITY
S: * CAPABILITY IMAP4rev2 XPIG-LATIN
C: A442 XPIG-LATIN
= BAD
! * XPIG-LATIN ow-nay eaking-spay ig-pay atin-lay
)rfc");
}

TEST_CASE("RFC 9051 §7.1: response codes and conditions (RFC 5530 has the same)") {
    Examples::run(R"rfc(
§ 7.1
C: o356 RENAME this that
S: o356 NO [ALREADYEXISTS] Mailbox "that" already exists
C: b LOGIN "fred" "foo"
= b LOGIN fred foo
S: b NO [AUTHENTICATIONFAILED] Authentication failed
C: c1 AUTHENTICATE PLAIN
S: c1 NO [AUTHORIZATIONFAILED] No such authorization-ID
C: l create "///////"
= l CREATE ///////
S: l NO [CANNOT] Adjacent slashes are not supported
C: k1 select "/archive/projects/experiment-iv"
= k1 SELECT /archive/projects/experiment-iv
S: k1 OK [READ-ONLY] Done
C: k2 status "/archive/projects/experiment-iv" (messages)
= k2 STATUS /archive/projects/experiment-iv (MESSAGES)
S: k2 OK [CLIENTBUG] Done
C: e login "fred" "foo"
= e LOGIN fred foo
S: e NO [CONTACTADMIN]
~ e NO [CONTACTADMIN] -
Damage is SERVERBUG here, an expired password a failed sign-in.
! i NO [CORRUPTION] Cannot open mailbox
! d NO [EXPIRED] That password isn't valid any more
C: h search from maria@example.com
= h SEARCH FROM maria@example.com
S: * ESEARCH (TAG "h") ALL 1:3,5,8,13,21,42
S: h OK [EXPUNGEISSUED] Search completed
C: m356 DELETE Notes
S: o356 NO [HASCHILDREN] Mailbox "Notes" has children that need to be deleted first
C: g delete "/archive/projects/experiment-iv"
= g DELETE /archive/projects/experiment-iv
S: g NO [INUSE] Mailbox in use
C: m STORE 42 FLAGS f1 f2 f3 f4 f5 f250
= m STORE 42 FLAGS (f1 f2 f3 f4 f5 f250)
S: m NO [LIMIT] At most 32 flags in one mailbox supported
C: p RENAME this that
S: p NO [NONEXISTENT] No such mailbox
S: f NO [NOPERM] Access denied
C: n1 uid copy 1:* oldmail
= n1 UID COPY 1:* oldmail
S: n1 NO [OVERQUOTA] Sorry
S: n2 OK [OVERQUOTA] You are now over your soft quota
C: d select inbox
= d SELECT INBOX
S: d NO [PRIVACYREQUIRED] Connection offers no privacy
S: j NO [SERVERBUG] This should not happen
S: a NO [UNAVAILABLE] User's backend down for maintenance
§ 7.1.1, 7.1.2
S: * OK IMAP4rev2 server ready
C: A001 LOGIN fred blurdybloop
Facteur has nothing to alert of.
! * OK [ALERT] System shutdown in 10 minutes
S: A001 OK LOGIN Completed
C: A222 COPY 1:2 owatagusiam
S: * NO Disk is 98% full, please delete unnecessary data
S: A222 OK COPY completed
C: A223 COPY 3:200 blurdybloop
S: A223 NO COPY failed: disk is full
§ 7.1.3
C: A443 EXPUNGE
S: * BAD Command line too long
S: * BAD Empty command line
S: * BAD Disk crash, attempting salvage to a new disk!
S: * OK Salvage successful, no data lost
S: A443 OK Expunge completed
§ 7.1.4, 7.1.5, 7.2.1, 7.2.2
S: * PREAUTH IMAP4rev2 server logged in as Smith
S: * BYE Autologout; idle for too long
S: * ENABLED CONDSTORE QRESYNC
S: * CAPABILITY STARTTLS AUTH=GSSAPI IMAP4rev2 LOGINDISABLED XPIG-LATIN
)rfc");
}

TEST_CASE("RFC 9051 §7.3 to §8: data, continuations, the sample connection") {
    Examples::run(R"rfc(
§ 7.3.2 to 7.5.2
S: * NAMESPACE (("" "/")) (("~" "/")) NIL
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * 23 EXISTS
S: * 44 EXPUNGE
S: * 23 FETCH (FLAGS (\Seen) RFC822.SIZE 44827 UID 447)
Structures of §7.5.2.
S: * 1 FETCH (BODY ("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 2279 48))
S: * 1 FETCH (BODY (("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1152 23)("TEXT" "PLAIN" ("CHARSET" "US-ASCII" "NAME" "cc.diff") "<960723163407.20117h@cac.washington.edu>" "Compiler diff" "BASE64" 4554 73) "MIXED"))
§ 7.6
C: A001 LOGIN {11}
S: + Ready for additional command text
C: FRED FOOBAR {7}
S: + Ready for additional command text
C: fat man
= A001 LOGIN "FRED FOOBAR" "fat man"
S: A001 OK LOGIN completed
C: A044 BLURDYBLOOP {102856}
= BAD
S: A044 BAD No such command as "BLURDYBLOOP"
§ 8
S: * OK [CAPABILITY STARTTLS AUTH=SCRAM-SHA-256 LOGINDISABLED IMAP4rev2] IMAP4rev2 Service Ready
C: a000 starttls
= a000 STARTTLS
S: a000 OK Proceed with TLS negotiation
C: A001 AUTHENTICATE SCRAM-SHA-256 biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=
S: + cj1yT3ByTkdmd0ViZVJXZ2JORWtxTyVodllEcFdVYTJSYVRDQWZ1eEZJbGopaE5sRiRrMCxzPVcyMlphSjBTTlk3c29Fc1VFamI2Z1E9PSxpPTQwOTY=
C: Yz1iaXdzLHI9ck9wck5HZndFYmVSV2diTkVrcU8laHZZRHBXVWEyUmFUQ0FmdXhGSWxqKWhObEYkazAscD1kSHpiWmFwV0lrNGpVaE4rVXRlOXl0YWc5empmTUhnc3FtbWl6N0FuZFZRPQ==
S: + dj02cnJpVFJCaTIzV3BSUi93dHVwK21NaFVaVW4vZEI1bkxUSlJzamw5NUc0PQ==
C:
= nothing
S: A001 OK SCRAM-SHA-256 authentication successful
C: babc ENABLE IMAP4rev2
= babc ENABLE IMAP4REV2
S: * ENABLED IMAP4rev2
S: babc OK Some capabilities enabled
C: a002 select inbox
= a002 SELECT INBOX
S: * 18 EXISTS
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [UIDVALIDITY 3857529045] UIDs valid
S: * LIST () "/" INBOX ("OLDNAME" ("inbox"))
S: a002 OK [READ-WRITE] SELECT completed
C: a003 fetch 12 full
= a003 FETCH 12 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY)
S: * 12 FETCH (FLAGS (\Seen) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 4286 ENVELOPE ("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "<B27397-0100000@cac.washington.ed>") BODY ("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3028 92))
S: a003 OK FETCH completed
C: a004 fetch 12 body[header]
= a004 FETCH 12 (BODY[HEADER])
S: * 12 FETCH (BODY[HEADER] {342}
S: Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
S: From: Terry Gray <gray@cac.washington.edu>
S: Subject: IMAP4rev2 WG mtg summary and minutes
S: To: imap@cac.washington.edu
S: cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
S: Message-Id: <B27397-0100000@cac.washington.edu>
S: MIME-Version: 1.0
S: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
S:
S: )
S: a004 OK FETCH completed
C: a005 store 12 +flags \deleted
= a005 STORE 12 +FLAGS (\deleted)
S: * 12 FETCH (FLAGS (\Seen \Deleted))
S: a005 OK +FLAGS completed
C: a006 logout
= a006 LOGOUT
S: * BYE IMAP4rev2 server terminating connection
S: a006 OK LOGOUT completed
)rfc");
}
