// The examples of SEARCH, SORT, THREAD and NOTIFY beyond RFC 9051: RFC 5032, 5256, 5267, 5465, 6203, 9394
// (see examples.h for how they are written down). RFC 5957 has none; those of RFC 4731 and 5182 are RFC
// 9051's.
#include "tests/transport/imap/examples.h"

using namespace facteur::imap;

TEST_CASE("RFC 5032, 6203, 5182: WITHIN, FUZZY, IMAP4rev1's answers") {
    Examples::run(R"rfc(
§ RFC 5032 §4 (which puts the tag before the asterisk)
C: a1 SEARCH UNSEEN YOUNGER 259200
! a1 * SEARCH 4 8 15 16 23 42
S: * SEARCH 4 8 15 16 23 42
§ RFC 6203 §3
C: A1 SEARCH FUZZY (SUBJECT "IMAP break")
= A1 SEARCH FUZZY SUBJECT "IMAP break"
S: * SEARCH 1 5 10
S: A1 OK Search completed.
C: A2 SEARCH FUZZY SUBJECT work FROM user@example.com
S: * SEARCH 1 4
S: A2 OK Search completed.
§ RFC 6203 §4, §5
C: B1 SEARCH RETURN (RELEVANCY ALL) FUZZY TEXT "Helo"
= B1 SEARCH RETURN (ALL RELEVANCY) FUZZY TEXT Helo
S: * ESEARCH (TAG "B1") ALL 1,5,10 RELEVANCY (4 99 42)
S: B1 OK Search completed.
C: B2 SEARCH FUZZY (FROM "Dave" SINCE 21-Jan-2009 BEFORE 24-Jan-2009)
= B2 SEARCH FUZZY (FROM Dave SINCE 21-Jan-2009 BEFORE 24-Jan-2009)
C: B3 SEARCH FUZZY (LARGER 900000 SMALLER 1100000)
C: B4 SEARCH SUBJECT "xyz" FUZZY ANSWERED
= B4 SEARCH SUBJECT xyz FUZZY ANSWERED
§ RFC 6203 §6
C: C1 SORT (RELEVANCY) UTF-8 FUZZY SUBJECT "Helo"
= C1 SORT (RELEVANCY) UTF-8 FUZZY SUBJECT Helo
S: * SORT 5 10 1
S: C1 OK Sort completed.
C: C2 SORT RETURN (RELEVANCY ALL) (RELEVANCY) UTF-8 FUZZY TEXT "Helo"
= C2 SORT RETURN (ALL RELEVANCY) (RELEVANCY) UTF-8 FUZZY TEXT Helo
S: * ESEARCH (TAG "C2") ALL 5,10,1 RELEVANCY (99 42 4)
S: C2 OK Sort completed.
C: C3 SORT RETURN (PARTIAL 1:10) (RELEVANCY) UTF-8 FUZZY TEXT "World"
= C3 SORT RETURN (PARTIAL 1:10) (RELEVANCY) UTF-8 FUZZY TEXT World
S: * ESEARCH (TAG "C3") PARTIAL (1:10 42,9,34,13,15,4,2,7,23,82)
S: C3 OK Sort completed.
§ RFC 5182 §2.2, where it differs from RFC 9051
C: P283 SEARCH CHARSET UTF-8 (OR $ 1,3000:3021) TEXT {8}
S: + go on
C: YYYYYYYY
= P283 SEARCH CHARSET UTF-8 OR $ 1,3000:3021 TEXT YYYYYYYY
S: * SEARCH 882 1102 3003 3005 3006
S: P283 OK completed
)rfc");
}

TEST_CASE("RFC 5256: SORT and THREAD") {
    Examples::run(R"rfc(
§ RFC 5256 BASE.6.4.SORT
C: A282 SORT (SUBJECT) UTF-8 SINCE 1-Feb-1994
S: * SORT 2 84 882
S: A282 OK SORT completed
C: A283 SORT (SUBJECT REVERSE DATE) UTF-8 ALL
S: * SORT 5 3 4 1 2
S: A283 OK SORT completed
C: A284 SORT (SUBJECT) US-ASCII TEXT "not in mailbox"
S: * SORT
S: A284 OK SORT completed
§ RFC 5256 BASE.6.4.THREAD
C: A283 THREAD ORDEREDSUBJECT UTF-8 SINCE 5-MAR-2000
= A283 THREAD ORDEREDSUBJECT UTF-8 SINCE 5-Mar-2000
S: * THREAD (166)(167)(168)(169)(172)(170)(171)(173)(174 (175)(176)(178)(181)(180))(179)(177 (183)(182)(188)(184)(185)(186)(187)(189))(190)(191)(192)(193)(194 195)(196 (197)(198))(199)(200 202)(201)(203)(204)(205)(206 207)(208)
S: A283 OK THREAD completed
C: A284 THREAD ORDEREDSUBJECT US-ASCII TEXT "gewp"
= A284 THREAD ORDEREDSUBJECT US-ASCII TEXT gewp
S: * THREAD
S: A284 OK THREAD completed
C: A285 THREAD REFERENCES UTF-8 SINCE 5-MAR-2000
= A285 THREAD REFERENCES UTF-8 SINCE 5-Mar-2000
S: * THREAD (166)(167)(168)(169)(172)((170)(179))(171)(173)((174)(175)(176)(178)(181)(180))((177)(183)(182)(188 (184)(189))(185 186)(187))(190)(191)(192)(193)((194)(195 196))(197 198)(199)(200 202)(201)(203)(204)(205 206 207)(208)
S: A285 OK THREAD completed
§ RFC 5256 BASE.7.2
S: * SORT 2 3 6
S: * THREAD (2)(3 6 (4 23)(44 7 96))
S: * THREAD ((3)(5))
)rfc");
}

TEST_CASE("RFC 5267 and 9394: ESORT, contexts, PARTIAL") {
    Examples::run(R"rfc(
§ RFC 5267 §3.3
C: E01 UID SORT RETURN () (REVERSE DATE) UTF-8 UNDELETED UNKEYWORD $Junk
= E01 UID SORT RETURN (ALL) (REVERSE DATE) UTF-8 UNDELETED UNKEYWORD $Junk
S: * ESEARCH (TAG "E01") UID ALL 23765,23764,23763,23761
S: E01 OK Sort completed
§ RFC 5267 §4.2, §4.3
C: A01 SEARCH RETURN (CONTEXT COUNT) UNDELETED UNKEYWORD $Junk
= A01 SEARCH RETURN (COUNT CONTEXT) UNDELETED UNKEYWORD $Junk
S: * ESEARCH (TAG "A01") COUNT 23765
S: A01 OK Search completed.
C: B01 UID SEARCH RETURN (UPDATE COUNT) DELETED KEYWORD $Junk
= B01 UID SEARCH RETURN (COUNT UPDATE) DELETED KEYWORD $Junk
S: * ESEARCH (TAG "B01") COUNT 74
S: B01 OK Search completed, will notify.
Without an order and a charset these are no SORT by the grammar of §5.
C: B01 SORT RETURN (UPDATE) FLAGGED
= BAD
S: B01 BAD Tag reuse
C: B02 UID SORT RETURN (UPDATE COUNT) UTF-8 KEYWORD $Junk
= BAD
S: * ESEARCH (TAG "B02") COUNT 74
S: * NO [NOUPDATE "B02"] Too many contexts
S: B02 OK Search completed, will not notify.
§ RFC 5267 §4.3.3, §4.3.4, §4.3.5
S: * 23762 FETCH (FLAGS (\Deleted \Seen))
S: * 23763 FETCH (FLAGS ($Junk \Seen))
S: * ESEARCH (TAG "B01") UID ADDTO (0 32768:32769)
S: * ESEARCH (TAG "C01") UID ADDTO (1 2733 1 2732 1 2731)
One list after the other is one list.
S: * ESEARCH (TAG "C01") UID ADDTO (1 2733) ADDTO (1 2731:2732)
~ * ESEARCH (TAG "C01") UID ADDTO (1 2733 1 2731:2732)
S: * ESEARCH (TAG "C01") UID ADDTO (1 2731:2733)
S: * ESEARCH (TAG "B01") UID REMOVEFROM (0 32768)
C: B03 NOOP
S: * 23762 EXPUNGE
S: B03 OK Nothing done.
C: B04 CANCELUPDATE "B01"
S: B04 OK No further updates.
§ RFC 5267 §4.4, RFC 9394 §3.1
C: A01 UID SEARCH RETURN (PARTIAL -1:-100) UNDELETED UNKEYWORD $Junk
C: A02 UID SEARCH RETURN (PARTIAL 23500:24000) UNDELETED UNKEYWORD $Junk
C: A03 UID SEARCH RETURN (PARTIAL 1:500) UNDELETED UNKEYWORD $Junk
C: A04 UID SEARCH RETURN (PARTIAL 24000:24500) UNDELETED UNKEYWORD $Junk
S: * ESEARCH (TAG "A04") UID PARTIAL (24000:24500 NIL)
S: A04 OK Completed.
PARTIAL and ALL exclude each other.
C: A05 UID SEARCH RETURN (PARTIAL 1:500 ALL) UNDELETED
= BAD
§ RFC 9394 §3.3, §3.4
C: 10 UID FETCH 25900:26600 (UID FLAGS) (PARTIAL -1:-3)
S: * 12888 FETCH (FLAGS (\Seen) UID 25996)
S: * 12889 FETCH (FLAGS (\Flagged \Answered) UID 25997)
S: * 12890 FETCH (FLAGS () UID 26600)
S: 10 OK FETCH completed
C: 11 UID FETCH 25900:26600 (UID FLAGS) (PARTIAL 1:5)
S: * 12591 FETCH (FLAGS (\Seen) UID 25900)
S: 11 OK FETCH completed
C: 101 UID FETCH 25900:26600 (UID FLAGS) (PARTIAL -1:-30 CHANGEDSINCE 98305)
= 101 UID FETCH 25900:26600 (UID FLAGS) (CHANGEDSINCE 98305 PARTIAL -1:-30)
S: * 12888 FETCH (FLAGS (\Flagged \Answered) MODSEQ (98306) UID 25997)
S: * 12890 FETCH (FLAGS () MODSEQ (98312) UID 26600)
S: 101 OK FETCH completed
)rfc");
}

TEST_CASE("RFC 5465: NOTIFY") {
    Examples::run(R"rfc(
§ RFC 5465 §3.1
S: * OK [CAPABILITY IMAP4REV1 NOTIFY]
~ * OK [CAPABILITY IMAP4REV1 NOTIFY] -
C: a login bob alice
= a LOGIN bob alice
S: a OK Password matched
By the grammar of §8 events stand in parentheses, and MessageNew goes with MessageExpunge (§5).
C: b notify set status (selected MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge) (subtree Lists MessageNew)
= BAD
C: b notify set status (selected (MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge)) (subtree Lists (MessageNew MessageExpunge))
= b NOTIFY SET STATUS (selected (MessageNew (UID BODY.PEEK[HEADER.FIELDS (from to subject)]) MessageExpunge)) (subtree Lists (MessageNew MessageExpunge))
S: * STATUS Lists/Lemonade (UIDVALIDITY 4 UIDNEXT 9999 MESSAGES 500)
~ * STATUS Lists/Lemonade (MESSAGES 500 UIDNEXT 9999 UIDVALIDITY 4)
S: b OK done
S: * 127 FETCH (UID 127001 BODY[HEADER.FIELDS (From To Subject)] {75}
S: Subject: Re: good morning
S: From: alice@example.org
S: To: bob@example.org
S:
S: )
C: d STATUS misc (UIDVALIDITY UIDNEXT MESSAGES)
= d STATUS misc (MESSAGES UIDNEXT UIDVALIDITY)
S: * STATUS misc (UIDVALIDITY 1 UIDNEXT 999)
~ * STATUS misc (UIDNEXT 999 UIDVALIDITY 1)
C: e notify set (selected (MessageNew (uid) MessageExpunge)) (subtree Lists (MessageNew MessageExpunge)) (mailboxes misc (MessageNew MessageExpunge))
= e NOTIFY SET (selected (MessageNew (UID) MessageExpunge)) (subtree Lists (MessageNew MessageExpunge)) (mailboxes misc (MessageNew MessageExpunge))
S: e OK done
§ RFC 5465 §5
S: * 99 FETCH (UID 9999 FLAGS ($Junk))
S: * STATUS Lists/Lemonade (HIGHESTMODSEQ 65666665 UIDVALIDITY 101)
~ * STATUS Lists/Lemonade (UIDVALIDITY 101 HIGHESTMODSEQ 65666665)
S: * 444 EXISTS
S: * 444 FETCH (UID 9999)
S: * STATUS Lists/Lemonade (UIDNEXT 10002 MESSAGES 503)
~ * STATUS Lists/Lemonade (MESSAGES 503 UIDNEXT 10002)
S: * 444 EXPUNGE
S: * VANISHED 5444
S: * LIST () "/" "NewMailbox"
S: * LIST (\NonExistent) "." "INBOX.DeletedMailbox"
S: * LIST () "/" "NewMailbox" ("OLDNAME" ("OldMailbox"))
S: * LIST (\Subscribed) "/" "SubscribedMailbox"
S: * METADATA "INBOX" /shared/comment
S: * METADATA "" /shared/comment
S: * OK [NOTIFICATIONOVERFLOW] ...A comment can go here...
§ RFC 5465 §6
C: a notify set (mailboxes INBOX (Messagenew messageExpunge)) (personal (SubscriptionChange))
= a NOTIFY SET (mailboxes INBOX (MessageNew MessageExpunge)) (personal (SubscriptionChange))
C: a notify set (selected (Messagenew (uid flags) messageExpunge)) (personal (MessageNew FlagChange MessageExpunge))
= a NOTIFY SET (selected (MessageNew (UID FLAGS) MessageExpunge)) (personal (MessageNew MessageExpunge FlagChange))
§ RFC 5465 §7
C: a00 SEARCH RETURN (COUNT UPDATE (UID BODY[HEADER.FIELDS (TO FROM SUBJECT)])) FROM "boss"
= a00 SEARCH RETURN (COUNT UPDATE (UID BODY[HEADER.FIELDS (TO FROM SUBJECT)])) FROM boss
Return data stand without parentheses, and a number before EXISTS (RFC 4466 §2.6.2, RFC 3501).
! * ESEARCH (TAG "a00") (COUNT 17)
! * EXISTS 93
S: * ESEARCH (TAG "a00") COUNT 17
S: * 93 EXISTS
S: * 93 FETCH (UID 127001 BODY[HEADER.FIELDS (FROM TO SUBJECT)] {76}
S: Subject: Re: good morning
S: From: myboss@example.org
S: To: bob@example.org
S:
S: )
S: * ESEARCH (TAG "a00") ADDTO (0 93)
)rfc");
}
