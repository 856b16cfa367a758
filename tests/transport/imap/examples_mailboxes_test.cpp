// The examples of extensions for mailboxes: RFC 3348, 4314, 5161, 5258, 5464, 6154, 7889, 8438, 8440, 8474,
// 9208 (see examples.h for how they are written down). Those of RFC 2342 and 5819 are RFC 9051's.
#include "tests/transport/imap/examples.h"

using namespace facteur::imap;

TEST_CASE("RFC 3348, 5161, 5258, 8440: LIST, ENABLE") {
    Examples::run(R"rfc(
§ RFC 3348 §3
C: A001 LIST "" *
S: * LIST (\HasNoChildren) "/" INBOX
S: * LIST (\HasChildren) "/" ITEM_1
S: * LIST (\HasNoChildren) "/" ITEM_1/ITEM_1A
S: A001 OK LIST Completed
§ RFC 5161 §3.1
C: t1 CAPABILITY
S: * CAPABILITY IMAP4rev1 ID LITERAL+ ENABLE X-GOOD-IDEA
S: t1 OK foo
C: t2 ENABLE CONDSTORE X-GOOD-IDEA
S: * ENABLED X-GOOD-IDEA
§ RFC 5258 §5, what RFC 9051 has not
C: BBB LIST "" ("INBOX" "Drafts" "Sent/%")
= BBB LIST () "" (INBOX Drafts Sent/%)
S: * LIST () "/" "INBOX"
S: * LIST (\NoInferiors) "/" "Drafts"
S: * LIST () "/" "Sent/March2004"
S: * LIST (\Marked) "/" "Sent/December2003"
S: BBB OK done
C: a1 LIST "" ("foo" "foo/*")
= a1 LIST () "" (foo foo/*)
§ RFC 5258 §6, selection options
C: b1 LIST (SUBSCRIBED REMOTE RECURSIVEMATCH) "" *
C: b2 LIST (RECURSIVEMATCH) "" *
= BAD
C: b3 LIST (REMOTE RECURSIVEMATCH) "" *
= BAD
§ RFC 5819 §3, which lacks a space (RFC 9051 has it)
C: A02 LIST (SUBSCRIBED RECURSIVEMATCH)"" % RETURN (STATUS (MESSAGES))
= BAD
§ RFC 8440 §4
C: A01 LIST "" % RETURN (MYRIGHTS)
= A01 LIST () "" % RETURN (MYRIGHTS)
S: * LIST () "." "INBOX"
S: * MYRIGHTS "INBOX" lrswipkxtecda
S: * MYRIGHTS "foo" lrs
S: * LIST (\NonExistent) "." "bar"
S: A01 OK List completed.
C: A02 LIST (SUBSCRIBED RECURSIVEMATCH) "" % RETURN (MYRIGHTS)
S: * LIST () "." "foo" (CHILDINFO ("SUBSCRIBED"))
)rfc");
}

TEST_CASE("RFC 4314: ACL") {
    Examples::run(R"rfc(
§ RFC 4314 §2.1.1
C: A001 SeTacl INBOX/Drafts David lrswida
= A001 SETACL INBOX/Drafts David lrswida
S: A001 OK Setacl complete
C: A002 getacl INBOX/Drafts
= A002 GETACL INBOX/Drafts
S: * ACL INBOX Fred rwipslxcetda David lrswideta
S: A002 OK Getacl complete
C: A003 Setacl INBOX/Drafts Byron lrswikda
= A003 SETACL INBOX/Drafts Byron lrswikda
S: * ACL INBOX Fred rwipslxcetda Byron lrswikcdeta
S: * LISTRIGHTS archive/imap anyone "" lr s w i p k x t c d
S: * LISTRIGHTS archive/imap anyone "" lr s w i p k xte c d
S: * LISTRIGHTS archive/imap anyone "" lr s w i p k c x te d
S: * LISTRIGHTS archive/imap anyone "" lr swted i p k x c
§ RFC 4314 §3.1, §3.2
C: A001 GETACL INBOX/Drafts
S: * ACL INBOX/Drafts Fred rwipslxetad Chris lrswi
S: A001 OK Getacl complete
C: A002 SETACL INBOX/Drafts Chris +cda
S: A002 OK Setacl complete
S: * ACL INBOX/Drafts Fred rwipslxetad Chris lrswicdakxet
C: A035 SETACL INBOX/Drafts John lrQswicda
= BAD
S: A035 BAD Uppercase rights are not allowed
Which letters are rights is known where they are kept.
C: A036 SETACL INBOX/Drafts John lrqswicda
S: A036 BAD The q right is not supported
C: B001 getacl INBOX
= B001 GETACL INBOX
S: * ACL INBOX Fred rwipslxetad -Fred wetd $team w
S: B001 OK Getacl complete
C: B002 DeleteAcl INBOX Fred
= B002 DELETEACL INBOX Fred
S: B002 OK Deleteacl complete
S: * ACL INBOX -Fred wetd $team w
§ RFC 4314 §3.3 to §3.5
C: A002 GETACL INBOX
S: * ACL INBOX Fred rwipsldexta
S: A002 OK Getacl complete
C: a001 LISTRIGHTS ~/Mail/saved smith
S: * LISTRIGHTS ~/Mail/saved smith la r swicdkxte
S: a001 OK Listrights completed
C: a005 listrights archive/imap anyone
= a005 LISTRIGHTS archive/imap anyone
S: * LISTRIGHTS archive.imap anyone "" l r s w i p k x t e c d a 0 1 2 3 4 5 6 7 8 9
The RFC leaves OK out.
! a005 Listrights successful
C: A003 MYRIGHTS INBOX
S: * MYRIGHTS INBOX rwiptsldaex
S: A003 OK Myrights complete
§ RFC 4314 §4
C: A777 LIST "" *
S: * LIST (\NoInferiors) "/" "A/B"
S: * LIST () "/" "C"
S: A777 OK LIST completed
)rfc");
}

TEST_CASE("RFC 5464 and 6154: METADATA, SPECIAL-USE") {
    Examples::run(R"rfc(
§ RFC 5464 §4.2
C: a GETMETADATA "" /shared/comment
S: * METADATA "" (/shared/comment "Shared comment")
S: a OK GETMETADATA complete
C: a GETMETADATA "INBOX" /private/comment
= a GETMETADATA INBOX /private/comment
S: * METADATA "INBOX" (/private/comment "My own comment")
C: a GETMETADATA "INBOX" (/shared/comment /private/comment)
= a GETMETADATA INBOX (/shared/comment /private/comment)
S: * METADATA "INBOX" (/shared/comment "Shared comment" /private/comment "My own comment")
The options stand before the mailbox by the grammar of §5, and behind it in these examples; both are read.
C: a GETMETADATA "INBOX" (MAXSIZE 1024) (/shared/comment /private/comment)
= a GETMETADATA (MAXSIZE 1024) INBOX (/shared/comment /private/comment)
S: a OK [METADATA LONGENTRIES 2199] GETMETADATA complete
C: a GETMETADATA "INBOX" (DEPTH 1) (/private/filters/values)
= a GETMETADATA (DEPTH 1) INBOX /private/filters/values
S: * METADATA "INBOX" (/private/filters/values/small "SMALLER 5000" /private/filters/values/boss "FROM \"boss@example.com\"")
§ RFC 5464 §4.3
C: a SETMETADATA INBOX (/private/comment {33}
S: + ready for data
C: My new comment across
The RFC breaks the line behind the literal, of which the 33 octets do not know.
C: two lines.)
= a SETMETADATA INBOX (/private/comment {33+}@My new comment across@two lines.)
S: a OK SETMETADATA complete
C: a SETMETADATA INBOX (/private/comment NIL)
C: a SETMETADATA INBOX (/private/comment "My new comment" /shared/comment "This one is for you!")
C: a SETMETADATA INBOX (/private/comment "My new comment")
S: a NO [METADATA TOOMANY] SETMETADATA failed
§ RFC 5464 §4.4
Several entries stand in parentheses by the grammar of §5.
C: a GETMETADATA "INBOX" /private/comment /shared/comment
= BAD
S: * METADATA "INBOX" (/private/comment "My comment" /shared/comment "Its sunny outside!")
S: * METADATA "INBOX" (/shared/comment "Its sunny outside!")
C: a NOOP
S: * METADATA "" /shared/comment
S: * METADATA "INBOX" /shared/comment /private/comment
§ RFC 6154 §5.1, §5.2
C: t1 LIST "" "%"
= t1 LIST "" %
S: * LIST (\Marked \HasNoChildren) "/" Inbox
S: * LIST (\Sent \HasNoChildren) "/" SentMail
S: * LIST (\Marked \Drafts \HasNoChildren) "/" MyDrafts
S: * CAPABILITY IMAP4rev1 SPECIAL-USE
C: t2 LIST "" "%" RETURN (SPECIAL-USE)
= t2 LIST () "" % RETURN (SPECIAL-USE)
S: * LIST (\Trash) "/" Trash
C: t3 LIST (SPECIAL-USE) "" "*"
= t3 LIST (SPECIAL-USE) "" *
S: t3 OK done
§ RFC 6154 §5.3, §5.4
C: t2 CREATE MySpecial (USE (\Drafts \Sent))
S: t2 OK MySpecial created
C: t3 CREATE Everything (USE (\All))
S: t3 NO [USEATTR] \All not supported
C: t2 GETMETADATA "MyDrafts" /private/specialuse
= t2 GETMETADATA MyDrafts /private/specialuse
S: * METADATA "MyDrafts" (/private/specialuse "\\Drafts")
C: t3 SETMETADATA "SavedDrafts" (/private/specialuse "\\Drafts")
= t3 SETMETADATA SavedDrafts (/private/specialuse "\\Drafts")
S: * METADATA "MyDrafts" (/private/specialuse NIL)
C: t4 SETMETADATA "SentMail" (/private/specialuse NIL)
= t4 SETMETADATA SentMail (/private/specialuse NIL)
)rfc");
}

TEST_CASE("RFC 7889, 8438, 8474, 9208: what STATUS tells, quotas") {
    Examples::run(R"rfc(
§ RFC 7889 §2, §3
C: t1 CAPABILITY
S: * CAPABILITY IMAP4rev1 ID APPENDLIMIT=257890
S: t1 OK foo
C: t1 STATUS INBOX (APPENDLIMIT)
S: * STATUS INBOX (APPENDLIMIT 257890)
S: t1 OK STATUS completed
C: t1 LIST "" % RETURN (STATUS (APPENDLIMIT))
= t1 LIST () "" % RETURN (STATUS (APPENDLIMIT))
S: * STATUS "INBOX" (APPENDLIMIT 257890)
§ RFC 8438 §3
C: A01 STATUS frop (MESSAGES SIZE UIDNEXT)
= A01 STATUS frop (MESSAGES UIDNEXT SIZE)
S: * STATUS frop (MESSAGES 8 SIZE 44421 UIDNEXT 242344)
~ * STATUS frop (MESSAGES 8 UIDNEXT 242344 SIZE 44421)
C: A02 SELECT "frop"
= A02 SELECT frop
S: * OK [HIGHESTMODSEQ 3914] Highest
S: A02 OK [READ-WRITE] Select completed.
C: A03 FETCH 1:* (RFC822.SIZE)
S: * 1 FETCH (RFC822.SIZE 3224)
C: A04 LIST "" % RETURN (STATUS (MESSAGES SIZE))
= A04 LIST () "" % RETURN (STATUS (MESSAGES SIZE))
S: * STATUS "INBOX" (MESSAGES 17 SIZE 16234)
§ RFC 8474 §4
C: 3 create foo
= 3 CREATE foo
S: 3 OK [MAILBOXID (F2212ea87-6097-4256-9d51-71338625)] Completed
C: 5 create foo
= 5 CREATE foo
S: 5 NO Mailbox already exists
C: 27 select "foo"
= 27 SELECT foo
S: * OK [MAILBOXID (F2212ea87-6097-4256-9d51-71338625)] Ok
S: 27 OK [READ-WRITE] Completed
C: 6 status foo (mailboxid)
= 6 STATUS foo (MAILBOXID)
S: * STATUS foo (MAILBOXID (F2212ea87-6097-4256-9d51-71338625))
C: 8 rename foo renamed
= 8 RENAME foo renamed
S: * OK rename foo renamed
C: 11 list "" "*" return (status (mailboxid))
= 11 LIST () "" * RETURN (STATUS (MAILBOXID))
S: * LIST (\HasNoChildren) "." INBOX
S: * STATUS INBOX (MAILBOXID (Ff8e3ead4-9389-4aff-adb1-d8d89efd8cbf))
S: 11 OK Completed (0.001 secs 3 calls)
§ RFC 9208 §4.1
C: G0001 GETQUOTA "!partition/sda4"
= G0001 GETQUOTA !partition/sda4
S: * QUOTA "!partition/sda4" (STORAGE 104 10923847)
S: G0001 OK Getquota complete
C: G0002 GETQUOTAROOT INBOX
S: * QUOTAROOT INBOX "#user/alice" "!partition/sda4"
S: * QUOTA "#user/alice" (MESSAGE 42 1000)
S: G0002 OK Getquotaroot complete
C: S0000 GETQUOTA "#user/alice"
= S0000 GETQUOTA #user/alice
S: * QUOTA "#user/alice" (STORAGE 54 111 MESSAGE 42 1000)
C: S0001 SETQUOTA "#user/alice" (STORAGE 510)
= S0001 SETQUOTA #user/alice (STORAGE 510)
S: * QUOTA "#user/alice" (STORAGE 58 512)
S: S0001 OK Rounded quota
C: S0002 SETQUOTA "!partition/sda4" (STORAGE 99999999)
= S0002 SETQUOTA !partition/sda4 (STORAGE 99999999)
S: S0002 NO Cannot change system limit
C: S0003 STATUS INBOX (MESSAGES DELETED DELETED-STORAGE)
S: * STATUS INBOX (MESSAGES 12 DELETED 4 DELETED-STORAGE 8)
S: S0003 OK Status complete.
§ RFC 9208 §4.2, §4.3
S: * QUOTA "" (STORAGE 10 512)
S: * QUOTAROOT INBOX ""
S: * QUOTAROOT comp.mail.mime
S: A003 NO [OVERQUOTA] APPEND Failed
S: * NO [OVERQUOTA] Soft quota has been exceeded
S: A004 OK [COPYUID 38505 304,319:320 3956:3958] COPY command completed
)rfc");
}
