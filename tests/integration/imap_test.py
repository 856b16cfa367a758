"""IMAP from outside: Python's imaplib against the running server, TLS and not, with JMAP and SMTP beside it."""

import datetime
import email.message
import email.policy
import email.utils
import http.client
import imaplib
import pathlib
import re
import socket
import ssl
import sys
import time
import xml.dom.minidom
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402
from imap_lines import Lines  # noqa: E402

ANNE, BRUNO = "anne@academie.test", "bruno@academie.test"
PASSWORD = "le mot de passe de"
LETTER = b"From: bruno@academie.test\r\nTo: anne@academie.test\r\nSubject: %s\r\nMessage-ID: <%s@academie.test>\r\n\r\n%s\r\n"


def letter(subject: str, text: str = "Bonjour") -> bytes:
    return LETTER % (subject.encode(), subject.replace(" ", ".").encode(), text.encode())


class Client(imaplib.IMAP4):
    """imaplib, with what it does not know."""

    def ok(self, command: str, *arguments: str) -> list[bytes]:
        kind, data = self._simple_command(command, *arguments)
        assert kind == "OK", (command, arguments, kind, data)
        return data

    def untagged(self, name: str) -> list[bytes]:
        return self.untagged_responses.pop(name, [])


for name in ("ENABLE", "IDLE", "MOVE", "UNSELECT", "NAMESPACE", "GETQUOTAROOT", "ESEARCH", "REPLACE", "SETMETADATA", "GETMETADATA"):
    imaplib.Commands.setdefault(name, ("AUTH", "SELECTED"))


def sign_in(server: Server, user: str = ANNE) -> Client:
    client = Client("127.0.0.1", server.ports["imap"], timeout=20)
    client.login(user, PASSWORD)
    return client


def check_doors(server: Server) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with imaplib.IMAP4_SSL("127.0.0.1", server.ports["imaps"], ssl_context=context, timeout=20) as client:
        assert client.login(ANNE, PASSWORD)[0] == "OK"
    with imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=20) as client:
        client.starttls(context)
        client.authenticate("PLAIN", lambda _: b"\0" + ANNE.encode() + b"\0" + PASSWORD.encode())
        assert client.select()[0] == "OK"
    with imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=20) as client:
        try:
            client.login(ANNE, "wrong")
            raise AssertionError("a wrong password was taken")
        except imaplib.IMAP4.error as error:
            assert "AUTHENTICATIONFAILED" in str(error), error


def check_mailboxes(client: Client) -> None:
    names = [line.decode().rsplit(' "/" ', 1)[1] for line in client.list()[1]]
    assert names[0] == "INBOX" and '"Envoy&AOk-s"' in names or "Envoy&AOk-s" in names, names
    client.ok("CREATE", "Projets/2026/Sorties")
    assert b"ALREADYEXISTS" in client._simple_command("CREATE", "Projets")[1][0]
    client.ok("RENAME", "Projets/2026", "Archives/2026")
    listed = b"\n".join(client.list('""', "*")[1])
    assert b"Archives/2026/Sorties" in listed and b"Projets/2026" not in listed, listed
    assert b"HASCHILDREN" in client._simple_command("DELETE", "Archives/2026")[1][0]
    client.ok("DELETE", "Archives/2026/Sorties")
    client.ok("DELETE", "Archives/2026")
    assert client._simple_command("DELETE", "INBOX")[0] == "NO"
    client.ok("UNSUBSCRIBE", "Projets")
    assert all(b"Projets" not in line for line in client.lsub()[1])
    special = client._simple_command("LIST", "(SPECIAL-USE)", '""', '"*"', "RETURN", "(STATUS (MESSAGES UNSEEN))")
    assert special[0] == "OK"
    assert len(client.untagged("STATUS")) == 5 and len(client.untagged("LIST")) == 5


def check_messages(server: Server, client: Client) -> None:
    jmap = server.jmap(ANNE)
    kind, data = client.append("INBOX", "(\\Flagged projet)", '"17-Jul-2026 02:44:25 +0200"', letter("un"))
    assert kind == "OK" and b"APPENDUID" in data[0], data
    assert b"TRYCREATE" in client.append('"Nulle part"', None, None, letter("x"))[1][0]
    client.append("INBOX", "", None, letter("deux"))
    assert client.select("INBOX") == ("OK", [b"2"])
    data = client.fetch("1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)")[1]
    assert b"\\Flagged" in data[0] and b"projet" in data[0] and b'"17-Jul-2026 00:44:25 +0000"' in data[0], data
    assert b'"un"' in data[0] and b'"bruno" "academie.test"' in data[0], data
    assert client.fetch("2", "(BODY.PEEK[])")[1][0][1] == letter("deux")
    assert b"\\Seen" not in client.fetch("2", "(FLAGS)")[1][0]
    assert client.fetch("2", "(BODY[TEXT]<1.4>)")[1][0][1] == b"onjo"
    assert b"\\Seen" in client.fetch("2", "(FLAGS)")[1][0]
    # What JMAP sees, and does not: one email, and none of what is marked to be deleted.
    inbox = {mailbox["role"]: mailbox for mailbox in jmap.call("Mailbox/get", ids=None)["list"]}["inbox"]
    assert (inbox["totalEmails"], inbox["unreadEmails"]) == (2, 1), inbox
    client.store("1", "+FLAGS", "(\\Deleted)")
    inbox = jmap.call("Mailbox/get", ids=[inbox["id"]])["list"][0]
    assert inbox["totalEmails"] == 1, inbox
    assert len(jmap.call("Email/query")["ids"]) == 1
    client.store("1", "-FLAGS", "(\\Deleted)")
    assert len(jmap.call("Email/query")["ids"]) == 2
    # A copy is the same email with two UIDs; MOVE; EXPUNGE.
    assert b"COPYUID" in client.copy("1", "Archives")[1][0]
    assert len(jmap.call("Email/query")["ids"]) == 2
    client.ok("MOVE", "2", "Corbeille")
    assert client.untagged("EXPUNGE") == [b"2"]
    client.store("1", "+FLAGS", "(\\Deleted)")
    client.expunge()
    assert client.select("INBOX") == ("OK", [b"0"])
    assert client.select("Archives")[1] == [b"1"]
    ids = jmap.call("Email/query")["ids"]
    assert len(ids) == 2, ids
    jmap.call("Email/set", destroy=ids)
    assert b"1 EXPUNGE" in b"".join(b"%s EXPUNGE" % line for line in (client.noop(), client.untagged("EXPUNGE"))[1])


def check_idle(server: Server, client: Client) -> None:
    jmap = server.jmap(ANNE)
    client.select("INBOX")
    client.send(b"i1 IDLE\r\n")
    assert client.readline().startswith(b"+")
    start = time.monotonic()
    with server.smtp() as smtp:
        smtp.sendmail(BRUNO, [ANNE], letter("trois"))
    line = client.readline()
    assert re.match(rb"\* \d+ EXISTS", line), line
    assert time.monotonic() - start < 15
    newest = jmap.call("Email/query", sort=[{"property": "receivedAt", "isAscending": False}])["ids"][0]
    jmap.call("Email/set", update={newest: {"keywords/$flagged": True}})
    line = client.readline()
    assert b"FETCH" in line and b"\\Flagged" in line, line
    client.send(b"DONE\r\n")
    assert client.readline().startswith(b"i1 OK")


def check_searches(client: Client) -> None:
    client.ok("CREATE", "Recherche")
    for n, (subject, text) in enumerate([("Réunion parents", "Salle 12, merci de répondre"), ("Sortie au musée", "Le car part à huit heures"),
                                         ("Re: Réunion parents", "Je viendrai"), ("Note", "Rien de neuf")]):
        mime = email.message.EmailMessage()
        mime["From"], mime["To"], mime["Subject"] = f"Bruno {n} <{BRUNO}>", ANNE, subject
        mime["Message-ID"] = f"<r{n}@academie.test>"
        if n == 2:
            mime["In-Reply-To"] = mime["References"] = "<r0@academie.test>"
        mime["Date"] = email.utils.format_datetime(datetime.datetime(2026, 3, 10 - n, 8, tzinfo=datetime.timezone.utc))
        mime.set_content(text)
        client.append("Recherche", "\\Seen" if n == 1 else "", None, mime.as_bytes(policy=email.policy.SMTP))
    client.select("Recherche")

    def found(*keys: str) -> list[int]:
        return [int(n) for n in client.search(None, *keys)[1][0].split()]

    assert found("UNSEEN") == [1, 3, 4] and found("NOT", "UNSEEN") == [2]
    assert found("TEXT", "viendrai") == [3] and found("BODY", "iendra") == [3] and found("SUBJECT", "mus") == [2]
    assert found("OR", "FROM", '"Bruno 0"', "FROM", '"bruno 3"') == [1, 4]
    assert found("SENTSINCE", "9-Mar-2026") == [1, 2] and found("HEADER", "Message-ID", "r2@") == [3]
    assert found("LARGER", "1000000") == [] and found("UID", "2:3") == [2, 3]
    client.literal = "réunion".encode()
    assert client._simple_command("SEARCH", "CHARSET", "UTF-8", "SUBJECT")[0] == "OK"
    assert client.untagged("SEARCH") == [b"1 3"]
    assert client.sort("(DATE)", "UTF-8", "ALL")[1] == [b"4 3 2 1"]
    assert client.sort("(SUBJECT)", "UTF-8", "ALL")[1] == [b"4 1 3 2"]
    threads = client.thread("REFERENCES", "UTF-8", "ALL")[1][0]
    assert b"(1 3)" in threads or b"(3 1)" in threads, threads
    client.ok("SEARCH", "RETURN", "(MIN MAX COUNT SAVE)", "UNSEEN")
    assert b"MIN 1 MAX 4 COUNT 3" in client.untagged("ESEARCH")[0]


def check_resynchronising(server: Server) -> None:
    first, other = sign_in(server), sign_in(server)
    first.ok("CREATE", "Suivi")
    for n in range(6):
        first.append("Suivi", "", None, letter(f"suivi {n}"))
    first.ok("ENABLE", "QRESYNC")
    first.select("Suivi")
    modseq = int(re.search(rb"HIGHESTMODSEQ (\d+)", b" ".join(first.ok("STATUS", "Suivi", "(HIGHESTMODSEQ)") + first.untagged("STATUS"))).group(1))
    validity = first.untagged_responses["UIDVALIDITY"][0].decode()
    other.select("Suivi")
    other.store("2", "+FLAGS", "(\\Deleted)")
    other.expunge()
    other.store("4", "+FLAGS", "(\\Flagged)")
    first.ok("NOOP")
    assert first.untagged("VANISHED") == [b"2"]
    flags = b" ".join(line if isinstance(line, bytes) else b" ".join(line) for line in first.untagged("FETCH"))
    assert b"\\Flagged" in flags and b"UID 5" in flags and b"MODSEQ" in flags, flags
    first.ok("UNSELECT")
    first.ok("SELECT", "Suivi", f"(QRESYNC ({validity} {modseq}))")
    assert first.untagged("VANISHED") == [b"(EARLIER) 2"]
    assert b"UID 5" in first.untagged("FETCH")[0]
    kind, data = first._simple_command("UID", "STORE", "5", f"(UNCHANGEDSINCE {modseq})", "+FLAGS", "(late)")
    assert kind == "OK" and b"MODIFIED 5" in data[0], data
    first.logout()
    other.logout()


def check_compression(server: Server) -> None:
    """Everything after COMPRESS=DEFLATE is deflated, both ways."""
    raw = socket.create_connection(("127.0.0.1", server.ports["imap"]), timeout=20)
    reader = raw.makefile("rb")
    reader.readline()
    raw.sendall(f'a LOGIN {ANNE} "{PASSWORD}"\r\n'.encode())
    while not reader.readline().startswith(b"a "):
        pass
    raw.sendall(b"b COMPRESS DEFLATE\r\n")
    assert reader.readline().startswith(b"b OK")
    packer = zlib.compressobj(wbits=-15)
    unpacker = zlib.decompressobj(wbits=-15)
    commands = b"c SELECT INBOX\r\nd FETCH 1:* (FLAGS ENVELOPE)\r\ne NOOP\r\n"
    raw.sendall(packer.compress(commands) + packer.flush(zlib.Z_SYNC_FLUSH))
    text = b""
    while b"\r\ne OK" not in text:
        text += unpacker.decompress(raw.recv(65536))
    assert b"c OK" in text and b"d OK" in text
    # A little that says much: a hundred megabytes of nothing must neither be kept nor end others' sessions.
    before = server.memory()
    bomb = packer.compress(b"f NOOP " + b" " * 100_000_000) + packer.flush(zlib.Z_SYNC_FLUSH)
    try:
        raw.sendall(bomb)
        while raw.recv(65536):
            pass
    except OSError:
        pass
    assert server.memory() - before < 30_000_000, (before, server.memory())
    sign_in(server).logout()


def check_catenate(client: Client) -> None:
    client.select("INBOX")
    client.append("INBOX", "", None, letter("base", "Un texte à garder"))
    uid = client.fetch("*", "(UID)")[1][0].decode().split("UID ")[1].rstrip(")")
    head = b"Subject: assemble\r\n\r\n"
    tag = client._new_tag()
    client.send(tag + b' APPEND INBOX CATENATE (TEXT {%d}\r\n' % len(head))
    assert client.readline().startswith(b"+")
    client.send(head + f' URL "/INBOX/;UID={uid}/;SECTION=TEXT")\r\n'.encode())
    while not (line := client.readline()).startswith(tag):
        pass
    assert b"OK [APPENDUID" in line, line
    assert client.fetch("*", "(BODY.PEEK[])")[1][0][1] == head + "Un texte à garder\r\n".encode()
    # REPLACE: the new one comes, the old one goes, in one step.
    before = int(client.select("INBOX")[1][0])
    tag = client._new_tag()
    text = letter("remplace")
    client.send(tag + b" REPLACE %d INBOX {%d}\r\n" % (before, len(text)))
    assert client.readline().startswith(b"+")
    client.send(text + b"\r\n")
    while not (line := client.readline()).startswith(tag):
        pass
    assert b" OK" in line, line
    assert int(client.select("INBOX")[1][0]) == before


def check_metadata(client: Client) -> None:
    client.ok("SETMETADATA", "INBOX", '(/private/comment "à moi" /shared/vendor/x/y {2+}\r\nab)'.replace("à", "a"))
    client.ok("SETMETADATA", '""', '(/private/comment "serveur")')
    client.ok("GETMETADATA", "INBOX", "(/private/comment /shared/none)")
    assert client.untagged("METADATA") == [b'INBOX (/private/comment "a moi" /shared/none NIL)'], "one there, one not"
    client.ok("GETMETADATA", "(DEPTH infinity)", "INBOX", "(/shared/vendor)")
    assert client.untagged("METADATA") == [b'INBOX (/shared/vendor/x/y "ab")']
    # RFC 6154 §4: the special use is an entry, which is said otherwise.
    client.ok("GETMETADATA", "Brouillons" if b"Brouillons" in b" ".join(client.list()[1]) else "Drafts", "/private/specialuse")
    assert client.untagged("METADATA")[0].endswith(b'(/private/specialuse "\\\\Drafts")')
    client.ok("GETMETADATA", "(DEPTH infinity)", "INBOX", "/private")
    assert client.untagged("METADATA") == [b'INBOX (/private/comment "a moi")']
    assert client._simple_command("SETMETADATA", "INBOX", '(/private/specialuse "\\\\Drafts")')[0] == "NO"
    client.ok("SETMETADATA", "INBOX", "(/private/comment NIL)")
    client.ok("LIST", '""', "INBOX", "RETURN", "(METADATA (/private/comment))")
    assert client.untagged("METADATA") == [b"INBOX (/private/comment NIL)"]
    try:
        client._simple_command("SETMETADATA", "INBOX", '(/elsewhere "x")')
        raise AssertionError("an entry that cannot be was taken")
    except imaplib.IMAP4.error as error:
        assert "BAD" in str(error), error


def check_setup_of_programs(server: Server) -> None:
    port = server.ports["http"]
    for path, wanted in [("/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=x", b"<hostname>academie.test</hostname>"),
                         ("/mail/config-v1.1.xml", str(server.ports["imaps"]).encode()),
                         ("/autodiscover/autodiscover.xml", b"<Type>IMAP</Type>"),
                         ("/mail.mobileconfig?email=anne%40academie.test", b"<string>anne@academie.test</string>")]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", path)
        body = connection.getresponse().read()
        assert wanted in body, (path, body)
        xml.dom.minidom.parseString(body)
    assert f"_imaps._tcp.academie.test. IN SRV 0 1 {server.ports['imaps']}" in server.run("dns").stdout


def check_two_sessions(server: Server) -> None:
    one, two = sign_in(server), sign_in(server)
    for n in range(5):
        one.append("INBOX", "", None, letter(f"paire {n}"))
    one.select("INBOX")
    two.select("INBOX")
    one.store("1:3", "+FLAGS.SILENT", "(\\Deleted)")
    one.expunge()
    # By sequence numbers, two may not be told yet: its numbers hold until it asks for something else.
    kind, data = two.fetch("4", "(UID)")
    assert kind == "OK" and not two.untagged("EXPUNGE"), data
    two.noop()
    assert len(two.untagged("EXPUNGE")) == 3
    one.logout()
    two.logout()


def check_one_after_the_other(server: Server) -> None:
    """Who has signed out is gone at once: more sessions in a row than an account may have beside each other."""
    for _ in range(130):
        client = Lines(server.ports["imap"], ANNE, PASSWORD)
        client.close()


def main() -> None:
    server = Server({ANNE: PASSWORD, BRUNO: PASSWORD})
    try:
        server.start()
        check_doors(server)
        client = sign_in(server)
        check_mailboxes(client)
        check_messages(server, client)
        check_idle(server, client)
        check_two_sessions(server)
        check_one_after_the_other(server)
        check_searches(client)
        check_resynchronising(server)
        check_catenate(client)
        check_compression(server)
        check_metadata(client)
        check_setup_of_programs(server)
        client.logout()
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
