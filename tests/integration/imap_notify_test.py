"""What a client hears without asking: NOTIFY (RFC 5465), searches that it follows (RFC 5267), commands that take
long (RFC 9585)."""

import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Jmap, Server  # noqa: E402
from imap_lines import Lines  # noqa: E402

ANNE, PASSWORD = "anne@academie.test", "mot-de-passe"


def letter(subject: str) -> bytes:
    return f"From: bruno@academie.test\r\nTo: {ANNE}\r\nSubject: {subject}\r\n\r\nBonjour {subject}\r\n".encode()


def sign_in(server: Server) -> Lines:
    return Lines(server.ports["imap"], ANNE, PASSWORD)


def check_selected(server: Server, other: Lines) -> None:
    """New messages with what was asked of them, flags and EXPUNGE come while no command is under way."""
    client = sign_in(server)
    other.append("INBOX", letter("avant"))
    client.ok("SELECT INBOX")
    client.ok("NOTIFY SET (selected (MessageNew (UID FLAGS BODY[HEADER.FIELDS (SUBJECT)]) MessageExpunge FlagChange))")
    other.append("INBOX", letter("nouveau"))
    assert client.line() == "* 2 EXISTS"
    fetched = client.line()
    assert re.match(r"\* 2 FETCH \(UID \d+ FLAGS \(\) BODY\[HEADER\.FIELDS \(SUBJECT\)\] \{20\}\r\nSubject: nouveau\r\n\r\n\)", fetched), fetched
    other.ok("SELECT INBOX")
    other.ok("STORE 1 +FLAGS (\\Flagged)")
    changed = client.line()
    assert changed.startswith("* 1 FETCH (") and "\\Flagged" in changed, changed
    other.ok("STORE 1 +FLAGS.SILENT (\\Deleted)")
    assert "\\Deleted" in client.line()
    other.ok("EXPUNGE")
    assert client.line() == "* 1 EXPUNGE"
    # \Seen is not set by what nobody asked for at that moment.
    assert client.ok("FETCH 1 FLAGS") == ["1 FETCH (FLAGS ())"]

    # Delayed: numbers stay as they are until a command may change them.
    client.ok("NOTIFY SET (selected-delayed (MessageNew MessageExpunge))")
    other.ok("STORE 1 +FLAGS.SILENT (\\Deleted)")
    assert "FETCH" in client.line()
    other.append("INBOX", letter("encore"))
    assert client.line() == "* 2 EXISTS"
    other.ok("EXPUNGE")
    client.nothing_comes()
    assert client.ok("FETCH 2 UID")[0].startswith("2 FETCH")
    assert client.ok("NOOP") == ["1 EXPUNGE"]

    # IDLE goes on as ever, and after NONE nothing comes outside of it.
    client.ok("NOTIFY NONE")
    other.append("INBOX", letter("silence"))
    client.nothing_comes()
    assert client.ok("NOOP") == ["2 EXISTS"]
    tag = client.send("IDLE")
    assert client.line().startswith("+")
    other.append("INBOX", letter("idle"))
    assert client.line() == "* 3 EXISTS"
    client.socket.sendall(b"DONE\r\n")
    assert client.end(tag)[0].startswith("OK")
    client.close()


def check_end_of_idle(server: Server, other: Lines) -> None:
    """What comes while IDLE ends is not lost: DONE and news cross each other."""
    client = sign_in(server)
    client.ok("CREATE Croisement")
    client.ok("SELECT Croisement")
    text = letter("croisé")
    for count in range(1, 101):
        idle = client.send("IDLE")
        assert client.line().startswith("+")
        append = other.send(b"APPEND Croisement {%d+}\r\n" % len(text) + text)
        time.sleep(count % 20 * 0.0005)
        client.socket.sendall(b"DONE\r\n")
        told = client.end(idle)[1]
        assert other.end(append)[0].startswith("OK")
        told += client.ok("NOOP")
        assert f"{count} EXISTS" in told, (count, told)
    client.close()


def check_others(server: Server, other: Lines, jmap: Jmap) -> None:
    """Mailboxes that are not selected are told by STATUS, LIST and METADATA, whoever changed them."""
    client = sign_in(server)
    client.ok("SELECT INBOX")
    told = client.ok(
        "NOTIFY SET STATUS (mailboxes Corbeille NONE) (personal (MessageNew MessageExpunge FlagChange MailboxName "
        "SubscriptionChange MailboxMetadataChange ServerMetadataChange))"
    )
    assert all(line.startswith("STATUS ") for line in told) and len(told) >= 3, told
    assert not any("STATUS INBOX" in line or "STATUS Corbeille" in line for line in told), told

    other.ok("CREATE Projet/Musique")
    created = {client.line(), client.line()}
    assert created == {
        '* LIST (\\HasChildren \\Subscribed) "/" Projet',
        '* LIST (\\HasNoChildren \\Subscribed) "/" Projet/Musique',
    }, created
    other.append("Projet/Musique", letter("chorale"))
    status = client.line()
    assert status.startswith("* STATUS Projet/Musique (MESSAGES 1 ") and "UIDNEXT 2" in status and "UNSEEN 1" in status, status
    other.ok("SELECT Projet/Musique")
    other.ok("STORE 1 +FLAGS (\\Seen)")
    assert "UNSEEN 0" in client.line()
    other.ok("RENAME Projet/Musique Chorale")
    renamed = client.line()
    assert renamed == '* LIST (\\HasNoChildren \\Subscribed) "/" Chorale ("OLDNAME" (Projet/Musique))', renamed
    other.ok("UNSUBSCRIBE Chorale")
    assert client.line() == '* LIST (\\HasNoChildren) "/" Chorale'
    other.ok('SETMETADATA Chorale (/private/comment "le jeudi")')
    assert client.line() == "* METADATA Chorale /private/comment"
    other.ok('SETMETADATA "" (/shared/comment "la maison")')
    assert client.line() == '* METADATA "" /shared/comment'
    # The same through JMAP.
    box = next(each["id"] for each in jmap.call("Mailbox/get")["list"] if each["name"] == "Chorale")
    jmap.call("Mailbox/set", update={box: {"name": "Orchestre"}})
    assert "OLDNAME" in client.line()
    other.ok("UNSELECT")
    jmap.call("Mailbox/set", destroy=[box], onDestroyRemoveEmails=True)
    assert client.line() == '* LIST (\\NonExistent) "/" Orchestre'
    # The first group that means a mailbox counts: nothing of Corbeille.
    other.append("Corbeille", letter("jeté"))
    client.nothing_comes()
    assert client.ok("NOOP") == []

    assert "BADEVENT" in client.refused("NOTIFY SET (personal (MessageNew MessageExpunge AnnotationChange))")
    client.refused("NOTIFY SET (personal (MessageNew))", "BAD")
    client.close()


def check_overflow(server: Server, other: Lines) -> None:
    """More than can be sent unasked ends NOTIFY, and says so; the connection goes on."""
    client = sign_in(server)
    client.ok("CREATE Lourd")
    client.ok("SELECT Lourd")
    client.ok("NOTIFY SET (selected (MessageNew (BODY.PEEK[]) MessageExpunge))")
    other.append("Lourd", letter("x") + b"0123456789abcdef\r\n" * 400_000)
    assert client.line() == "* 1 EXISTS"
    assert client.line().startswith("* OK [NOTIFICATIONOVERFLOW]")
    other.append("Lourd", letter("y"))
    client.nothing_comes()
    assert client.ok("NOOP") == ["2 EXISTS"]
    client.close()


def check_followed_searches(server: Server, other: Lines) -> None:
    client = sign_in(server)
    client.ok("CREATE Suivi")
    for n in range(4):
        other.append("Suivi", letter(f"numéro {n}"))
    client.ok("SELECT Suivi")
    tag = client.send("UID SEARCH RETURN (UPDATE COUNT) UNSEEN")
    said, untagged = client.end(tag)
    assert said.startswith("OK") and untagged == [f'ESEARCH (TAG "{tag}") UID COUNT 4'], untagged
    sorted_tag = client.send("UID SORT RETURN (UPDATE ALL) (REVERSE ARRIVAL) UTF-8 FLAGGED")
    assert client.end(sorted_tag)[0].startswith("OK")
    client.ok("NOTIFY SET (selected (MessageNew MessageExpunge FlagChange))")
    other.ok("SELECT Suivi")
    other.ok("STORE 2 +FLAGS (\\Seen)")
    heard = [client.line(), client.line()]
    assert f'* ESEARCH (TAG "{tag}") UID REMOVEFROM (0 2)' in heard and any("FETCH" in line for line in heard), heard
    other.append("Suivi", letter("numéro 4"))
    heard = [client.line(), client.line()]
    assert heard == ["* 5 EXISTS", f'* ESEARCH (TAG "{tag}") UID ADDTO (0 5)'], heard
    other.ok("STORE 1,4 +FLAGS (\\Flagged)")
    heard = [client.line() for _ in range(3)]
    assert f'* ESEARCH (TAG "{sorted_tag}") UID ADDTO (1 1 2 4)' in heard, heard
    other.ok("STORE 3 +FLAGS.SILENT (\\Deleted)")
    assert "FETCH" in client.line()
    other.ok("EXPUNGE")
    heard = [client.line(), client.line()]
    assert heard == [f'* ESEARCH (TAG "{tag}") UID REMOVEFROM (0 3)', "* 3 EXPUNGE"], heard
    # Its own changes count too.
    heard = client.ok("UID STORE 1 +FLAGS (\\Seen)")
    assert f'ESEARCH (TAG "{tag}") UID REMOVEFROM (0 1)' in heard, heard
    client.ok(f'CANCELUPDATE "{tag}" "{sorted_tag}"')
    assert not any("ESEARCH" in line for line in client.ok("UID STORE 4 +FLAGS (\\Seen)"))

    # By sequence number, in whose terms nothing can be followed that names numbers; and only so many at a time.
    tag = client.send("SEARCH RETURN (UPDATE) 1:2")
    assert any(line.startswith(f'NO [NOUPDATE "{tag}"]') for line in client.end(tag)[1])
    for _ in range(8):
        assert not any("NOUPDATE" in line for line in client.ok("SEARCH RETURN (UPDATE) SEEN"))
    tag = client.send("SEARCH RETURN (UPDATE) SEEN")
    assert any(line.startswith(f'NO [NOUPDATE "{tag}"]') for line in client.end(tag)[1])
    client.close()


def check_followed_with_items(server: Server, other: Lines) -> None:
    """UPDATE (…) of RFC 5465 §7: what is asked of new messages that match comes behind EXISTS and before ESEARCH, at once with what
    NOTIFY asks; a tag is followed once (RFC 5267 §4.3)."""
    client = sign_in(server)
    client.ok("CREATE Avec")
    client.ok("SELECT Avec")
    tag = client.send('SEARCH RETURN (COUNT UPDATE (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])) SUBJECT "chef"')
    assert client.end(tag)[1] == [f'ESEARCH (TAG "{tag}") COUNT 0']
    assert client.refused("NOOP NOOP", "BAD")
    client.socket.sendall(tag.encode() + b" SEARCH RETURN (UPDATE) ALL\r\n")
    said, untagged = client.end(tag)
    assert said.startswith("BAD") and not untagged, said
    client.refused("SEARCH RETURN (UPDATE ()) ALL", "BAD")
    # Without NOTIFY it is told with the next command.
    other.append("Avec", letter("le chef 1"))
    other.append("Avec", letter("un autre"))
    heard = client.ok("NOOP")
    head = r"FETCH \(UID {} BODY\[HEADER\.FIELDS \(SUBJECT\)\] {{\d+}}\r\nSubject: le chef {}\r\n\r\n\)"
    assert heard[0] == "2 EXISTS" and re.fullmatch("1 " + head.format(1, 1), heard[1]), heard
    assert heard[2:] == [f'ESEARCH (TAG "{tag}") ADDTO (0 1)'], heard
    # With it, both are told of in one.
    client.ok("NOTIFY SET (selected (MessageNew (FLAGS UID) MessageExpunge FlagChange))")
    other.append("Avec", letter("le chef 2"))
    heard = [client.line() for _ in range(3)]
    assert heard[0] == "* 3 EXISTS" and heard[2] == f'* ESEARCH (TAG "{tag}") ADDTO (0 3)', heard
    assert re.fullmatch(r"\* 3 FETCH \(FLAGS \(\) UID 3 BODY.*le chef 2\r\n\r\n\)", heard[1], re.DOTALL), heard
    other.append("Avec", letter("encore un autre"))
    assert [client.line(), client.line()] == ["* 4 EXISTS", "* 4 FETCH (FLAGS () UID 4)"]
    # What comes into the result by a flag is no new message.
    client.ok("NOTIFY NONE")
    flagged = client.send("SEARCH RETURN (UPDATE (ENVELOPE)) FLAGGED")
    client.end(flagged)
    other.ok("SELECT Avec")
    other.ok("STORE 2 +FLAGS (\\Flagged)")
    heard = client.ok("NOOP")
    assert f'ESEARCH (TAG "{flagged}") ADDTO (0 2)' in heard and not any("ENVELOPE" in line for line in heard), heard
    client.close()


def check_progress(server: Server) -> None:
    client = sign_in(server)
    client.ok("CREATE Nombreux")
    one = letter("un de beaucoup")
    client.ok(b"APPEND Nombreux" + b"".join(b" {%d+}\r\n%s" % (len(one), one) for _ in range(100)))
    client.ok("SELECT Nombreux")
    while (size := len(client.ok("UID SEARCH ALL")[0].split()) - 1) < 3000:
        client.ok(f"COPY 1:{min(size, 3000 - size)} Nombreux")
    tag = client.send("COPY 1:* Archives")
    said, untagged = client.end(tag)
    assert said.startswith("OK"), said
    progress = [line for line in untagged if "INPROGRESS" in line]
    assert progress == [f'OK [INPROGRESS ("{tag}" {done} 3000)] Still at work' for done in (1000, 2000)], progress
    client.close()


def check_inbox_renamed(server: Server, other: Lines) -> None:
    """INBOX stays, and what was in it is elsewhere (RFC 9051 §6.3.6)."""
    client = sign_in(server)
    client.ok("SELECT INBOX")
    messages = client.ok("STATUS INBOX (MESSAGES)")
    other.ok("RENAME INBOX Ancien/2026")
    assert client.ok("STATUS INBOX (MESSAGES)")[0] == "STATUS INBOX (MESSAGES 0)"
    assert [line.split("(")[1] for line in client.ok("STATUS Ancien/2026 (MESSAGES)") if "STATUS" in line] == [messages[0].split("(")[1]]
    assert sum("EXPUNGE" in line for line in client.ok("NOOP")) >= 0
    assert "ALREADYEXISTS" in client.refused("RENAME INBOX Ancien")
    client.close()


def main() -> None:
    server = Server({ANNE: PASSWORD}, extra="[imap]\nprogress_every = 0\n")
    try:
        server.start()
        other = sign_in(server)
        for capability in ("NOTIFY", "CONTEXT=SEARCH", "CONTEXT=SORT", "INPROGRESS"):
            assert capability in other.ok("CAPABILITY")[0].split(), capability
        jmap = server.jmap(ANNE)
        check_selected(server, other)
        check_end_of_idle(server, other)
        check_others(server, other, jmap)
        check_overflow(server, other)
        check_followed_searches(server, other)
        check_followed_with_items(server, other)
        check_progress(server)
        check_inbox_renamed(server, other)
        other.close()
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
