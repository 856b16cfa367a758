"""The extensions of IMAP over the wire, each as its RFC describes it."""

import base64
import hashlib
import hmac
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402
from imap_lines import Lines  # noqa: E402

ANNE, BRUNO, PASSWORD = "anne@academie.test", "bruno@academie.test", "mot-de-passe"

MIXED = (
    "From: Bruno <bruno@academie.test>\r\nTo: anne@academie.test\r\nSubject: =?utf-8?q?Proc=C3=A8s-verbal?=\r\n"
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nR=C3=A9union du conseil\r\n"
    "--b\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAwQFBgcICQoLDA0ODw==\r\n"
    "--b\r\nContent-Type: application/x-odd\r\nContent-Transfer-Encoding: x-odd\r\n\r\n???\r\n--b--\r\n"
).encode()


def letter(subject: str, sender: str = "Bruno <bruno@academie.test>", to: str = ANNE) -> bytes:
    return f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: Tue, 3 Mar 2026 08:00:00 +0100\r\n\r\nBonjour {subject}\r\n".encode()


def sign_in(server: Server, user: str = ANNE) -> Lines:
    return Lines(server.ports["imap"], user, PASSWORD)


def check_binary(client: Lines) -> None:
    """RFC 3516: parts come decoded, whole or in part, and with NULs they are literal8."""
    client.ok("CREATE Binaire")
    client.append("Binaire", MIXED)
    client.ok("SELECT Binaire")
    assert client.ok("FETCH 1 BINARY.SIZE[2]") == ["1 FETCH (BINARY.SIZE[2] 16)"]
    octets = "".join(map(chr, range(16)))
    assert client.ok("FETCH 1 BINARY.PEEK[2]") == [f"1 FETCH (BINARY[2] ~{{16}}\r\n{octets})"]
    assert client.ok("FETCH 1 BINARY.PEEK[2]<4.3>") == ["1 FETCH (BINARY[2]<4> {3}\r\n\x04\x05\x06)"]
    assert client.ok("FETCH 1 BINARY.PEEK[1]")[0].split("\r\n", 1)[1] == "Réunion du conseil)"
    assert "UNKNOWN-CTE" in client.refused("FETCH 1 BINARY.PEEK[3]")
    assert client.ok("FETCH 1 FLAGS") == ["1 FETCH (FLAGS ())"]
    assert any("\\Seen" in line for line in client.ok("FETCH 1 BINARY[1]"))
    # APPEND of a literal8 with NULs in it.
    raw = b"Subject: nul\r\nContent-Transfer-Encoding: binary\r\n\r\n\0\1\2\r\n"
    tag = client.send(b"APPEND Binaire ~{%d+}\r\n" % len(raw) + raw)
    said, _ = client.end(tag)
    assert said.startswith(("OK [APPENDUID", "NO")), said


def check_multiappend(client: Lines) -> None:
    """RFC 3502: all of them or none."""
    client.ok("CREATE Ensemble")
    first, second = letter("un"), letter("deux")
    client.ok(b"APPEND Ensemble (\\Seen) {%d+}\r\n%s (\\Flagged) \"03-Mar-2026 08:00:00 +0000\" {%d+}\r\n%s" % (len(first), first, len(second), second))
    assert re.match(r"OK \[APPENDUID \d+ 1:2\]", client.said), client.said
    client.refused(b"APPEND Ensemble {%d+}\r\n%s {0+}\r\n" % (len(first), first))
    client.ok("SELECT Ensemble")
    assert client.ok("FETCH 1:* (FLAGS INTERNALDATE)") and client.ok("STATUS Ensemble (MESSAGES)") == ["STATUS Ensemble (MESSAGES 2)"]


def check_partial(client: Lines) -> None:
    """RFC 9394: a window of a result, from either end."""
    client.ok("CREATE Fen&AOo-tre")
    client.ok("ENABLE UTF8=ACCEPT")
    for n in range(10):
        client.append('"Fenêtre"', letter(f"n{n}"))
    client.ok('SELECT "Fenêtre"'.encode())
    tag = client.send("UID SEARCH RETURN (PARTIAL 1:3) ALL")
    assert client.end(tag)[1] == [f'ESEARCH (TAG "{tag}") UID PARTIAL (1:3 1:3)']
    tag = client.send("UID SEARCH RETURN (PARTIAL -1:-2 COUNT) ALL")
    assert client.end(tag)[1] == [f'ESEARCH (TAG "{tag}") UID COUNT 10 PARTIAL (-1:-2 9:10)']
    tag = client.send("UID SEARCH RETURN (PARTIAL 100:200) ALL")
    assert client.end(tag)[1] == [f'ESEARCH (TAG "{tag}") UID PARTIAL (100:200 NIL)']
    fetched = client.ok("UID FETCH 1:* FLAGS (PARTIAL -1:-2)")
    assert [line.split()[0] for line in fetched] == ["9", "10"], fetched
    # ESORT (RFC 5267): SORT answers as SEARCH does.
    tag = client.send("UID SORT RETURN (MIN MAX COUNT ALL) (REVERSE SUBJECT) UTF-8 ALL")
    assert client.end(tag)[1] == [f'ESEARCH (TAG "{tag}") UID MIN 10 MAX 1 COUNT 10 ALL 10,9,8,7,6,5,4,3,2,1']


def check_utf8(server: Server) -> None:
    """RFC 6855: names and headers in UTF-8 once the client can read them; modified UTF-7 before (RFC 3501 §5.1.3)."""
    client = sign_in(server)
    assert any(line.endswith("Fen&AOo-tre") for line in client.ok('LIST "" *'))
    assert client.ok("ENABLE UTF8=ACCEPT") == ["ENABLED UTF8=ACCEPT"]
    client.ok("SELECT INBOX")
    client.refused("SEARCH CHARSET ISO-8859-1 SUBJECT x", "BAD")  # RFC 6855 §3
    client.ok("SEARCH CHARSET UTF-8 SUBJECT x")
    client.ok("UNSELECT")
    assert any(line.endswith('"Fenêtre"') for line in client.ok('LIST "" *'))
    raw = "From: bruno@academie.test\r\nSubject: Été à l'école\r\n\r\nçà\r\n".encode()
    client.ok('APPEND "Fenêtre" UTF8 (~{'.encode() + b"%d+}\r\n%s)" % (len(raw), raw))
    client.ok('SELECT "Fenêtre"'.encode())
    assert "Été à l'école" in client.ok("FETCH * ENVELOPE")[0]
    assert client.ok('SEARCH SUBJECT "été"'.encode())[0].endswith("11")
    client.close()


def check_uid_only(server: Server) -> None:
    """RFC 9586: no sequence numbers any more."""
    client = sign_in(server)
    assert client.ok("ENABLE UIDONLY") == ["ENABLED UIDONLY"]
    client.ok("SELECT Ensemble")
    assert "UIDREQUIRED" in client.refused("FETCH 1 FLAGS", "BAD")
    fetched = client.ok("UID FETCH 1:2 (FLAGS)")
    assert fetched == ["1 UIDFETCH (FLAGS (\\Seen))", "2 UIDFETCH (FLAGS (\\Flagged))"], fetched
    assert re.fullmatch(r"1 UIDFETCH \(FLAGS \(\\\w+ \\\w+\)\)", client.ok("UID STORE 1 +FLAGS (\\Deleted)")[0])
    assert client.ok("UID EXPUNGE 1") == ["VANISHED 1"]
    client.close()


def check_dates_and_words(client: Lines) -> None:
    """WITHIN (RFC 5032), SAVEDATE (RFC 8514), PREVIEW (RFC 8970), OBJECTID (RFC 8474), SEARCHRES (RFC 5182), FUZZY (RFC 6203)."""
    client.ok("SELECT Ensemble")
    client.append("Ensemble", letter("trois"))
    size = int(client.ok("STATUS Ensemble (MESSAGES)")[0].split()[-1][:-1])
    assert client.ok("SEARCH YOUNGER 3600")[-1].endswith(str(size))
    assert client.ok("SEARCH OLDER 86400") == ["SEARCH 2"]
    saved = client.ok("FETCH 1 SAVEDATE")[0]
    assert re.match(r'1 FETCH \(SAVEDATE "[ \d]\d-\w{3}-\d{4} [\d:]{8} \+0000"\)', saved), saved
    assert client.ok("SEARCH SAVEDSINCE 1-Jan-2026")[0].split()[1:] == [str(n + 1) for n in range(size)]
    assert client.ok("FETCH 2 PREVIEW") == ['2 FETCH (PREVIEW "Bonjour deux")']
    email = re.match(r"1 FETCH \(EMAILID \((\S+)\) THREADID \((\S+)\)\)", client.ok("FETCH 1 (EMAILID THREADID)")[0])
    assert email and client.ok(f"SEARCH EMAILID {email[1]}") == ["SEARCH 1"] and "1" in client.ok(f"SEARCH THREADID {email[2]}")[0]
    client.ok("SEARCH RETURN (SAVE) FLAGGED")
    assert client.ok("FETCH $ UID") == ["2 FETCH (UID 2)"]
    assert client.ok("SEARCH FUZZY SUBJECT deux") == ["SEARCH 2"]
    tag = client.send("SEARCH RETURN (RELEVANCY ALL) FUZZY TEXT deux")
    assert re.fullmatch(rf'ESEARCH \(TAG "{tag}"\) ALL 2 RELEVANCY \(\d+\)', client.end(tag)[1][0])


def check_sorting(client: Lines) -> None:
    """SORT=DISPLAY (RFC 5957), THREAD=ORDEREDSUBJECT and REFS."""
    client.ok("CREATE Tri")
    for subject, sender in (("Bilan", "Zoé <a@x.test>"), ("Re: Bilan", "albert@x.test"), ("Devoir", "Marc <m@x.test>")):
        client.append("Tri", letter(subject, sender))
    client.ok("SELECT Tri")
    assert client.ok("SORT (DISPLAYFROM) UTF-8 ALL") == ["SORT 2 3 1"]
    assert client.ok("SORT (FROM) UTF-8 ALL") == ["SORT 1 2 3"]
    assert client.ok("THREAD ORDEREDSUBJECT UTF-8 ALL") == ["THREAD (1 2)(3)"]
    assert client.ok("THREAD REFS UTF-8 ALL")[0].count("(") == 3


def check_lists(client: Lines) -> None:
    """LIST-EXTENDED, LIST-STATUS, LIST-MYRIGHTS, SPECIAL-USE, CREATE-SPECIAL-USE, ACL, QUOTA, STATUS=SIZE."""
    assert client.ok('LIST (SPECIAL-USE) "" *') and all("\\" in line for line in client.ok('LIST (SPECIAL-USE) "" *'))
    client.ok("CREATE Haut/Bas")
    client.ok("UNSUBSCRIBE Haut")
    client.ok("SUBSCRIBE Haut/Bas")
    nested = client.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" Haut')
    assert len(nested) == 1 and 'CHILDINFO' in nested[0], nested
    with_status = client.ok('LIST "" (Haut Tri) RETURN (STATUS (MESSAGES SIZE) MYRIGHTS)')
    assert any(re.match(r"STATUS Tri \(MESSAGES 3 SIZE \d+\)", line) for line in with_status), with_status
    assert any(line.startswith("MYRIGHTS Tri ") for line in with_status), with_status
    assert client.ok("GETACL Tri")[0].startswith(f"ACL Tri {ANNE} ") or ANNE in client.ok("GETACL Tri")[0]
    assert "USEATTR" in client.refused("CREATE Autre (USE (\\Sent))")
    quota = client.ok("GETQUOTAROOT INBOX")
    assert any(line.startswith("QUOTA ") and "STORAGE" in line for line in quota), quota
    client.refused('SETQUOTA "" (STORAGE 1)')


def check_scram(server: Server) -> None:
    """AUTHENTICATE SCRAM-SHA-256 (RFC 7677), with and without the initial response; a wrong password is refused."""
    for password, right in ((PASSWORD, True), ("faux", False)):
        client = Lines(server.ports["imap"])
        nonce = base64.b64encode(os.urandom(12)).decode()
        bare = f"n={ANNE},r={nonce}"
        tag = client.send("AUTHENTICATE SCRAM-SHA-256 " + base64.b64encode(("n,," + bare).encode()).decode())
        challenge = base64.b64decode(client.line()[2:]).decode()
        fields = dict(part.split("=", 1) for part in challenge.split(","))
        assert fields["r"].startswith(nonce)
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        final = f"c=biws,r={fields['r']}"
        message = ",".join((bare, challenge, final)).encode()
        proof = bytes(a ^ b for a, b in zip(key, hmac.digest(hashlib.sha256(key).digest(), message, "sha256")))
        client.socket.sendall(base64.b64encode(f"{final},p={base64.b64encode(proof).decode()}".encode()) + b"\r\n")
        line = client.line()
        if not right:
            assert line.startswith(f"{tag} NO"), line
            continue
        signature = base64.b64encode(hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), message, "sha256")).decode()
        assert base64.b64decode(line[2:]).decode() == f"v={signature}", line
        client.socket.sendall(b"\r\n")
        assert client.end(tag)[0].startswith("OK")
        client.ok("SELECT INBOX")
        client.close()


def main() -> None:
    server = Server({ANNE: PASSWORD, BRUNO: PASSWORD})
    try:
        server.start()
        check_scram(server)
        client = sign_in(server)
        check_binary(client)
        check_multiappend(client)
        check_dates_and_words(client)
        check_uid_only(server)
        check_sorting(client)
        check_lists(client)
        check_partial(client)
        check_utf8(server)
        client.close()
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
