"""Bad clients of IMAP: each gets a clear word or its end, memory stays bounded, and another user is served meanwhile."""

import imaplib
import os
import pathlib
import re
import socket
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import SANITIZED, Server  # noqa: E402

ANNE, BRUNO, PASSWORD = "anne@academie.test", "bruno@academie.test", "mdp"
# A sanitized program keeps what was freed until there is this much of it: little enough to see what is truly held.
QUARANTINE_MB = 16
# Octets that memory may grow by.
ROOM = 150_000_000 if SANITIZED else 60_000_000


class Raw:
    def __init__(self, server: Server, user: str | None = ANNE):
        self.socket = socket.create_connection(("127.0.0.1", server.ports["imap"]), timeout=30)
        self.file = self.socket.makefile("rb")
        assert self.file.readline().startswith(b"* OK")
        if user:
            assert self.run(f"LOGIN {user} {PASSWORD}").startswith(b"t OK")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def run(self, command: str) -> bytes:
        self.send(f"t {command}\r\n".encode())
        return self.answer()

    def answer(self, tag: bytes = b"t ") -> bytes:
        while True:
            line = self.file.readline()
            if line.startswith(tag) or not line:
                return line

    def ends(self) -> bytes:
        """What comes until the connection ends."""
        text = b""
        try:
            while piece := self.file.read1(65536):
                text += piece
        except OSError:
            pass
        return text

    def close(self) -> None:
        self.file.close()
        self.socket.close()


def bounded(server: Server, before: int, attack: str) -> None:
    grown = server.memory() - before
    assert grown < ROOM, f"{attack}: {grown:,} octets more"


def refused(server: Server) -> None:
    client = Raw(server)
    for command, wanted in [
        ("FETCH 1 FLAGS", b"t BAD"), ("SELECT INBOX", b"t OK"), ("FETCH 99999 FLAGS", b"t BAD"), ("FETCH 0 FLAGS", b"t BAD"),
        ("STORE 1:9999999999 FLAGS ()", b"t BAD"), ("SELECT \"&ZZ\"", b"t "), ("SELECT &AGE-", b"t "), ("CREATE \"a&b\"", b"t "),
        ("SEARCH CHARSET KLINGON TEXT x", b"t NO [BADCHARSET"), ("SEARCH " + "(" * 200 + "ALL" + ")" * 200, b"t BAD"),
        ("STORE 1 FLAGS (\\Recent)", b"t BAD"), ("APPEND INBOX {99999999999999}", b"t "), ("COPY 1 Nulle", b"t NO [TRYCREATE]"),
        ("STARTTLS", b"t BAD"), ("LOGIN x y", b"t BAD"), ("NOSUCH", b"t BAD"), ("", b"t BAD"), ("NOOP", b"t OK"),
    ]:
        answer = client.run(command)
        assert answer.startswith(wanted), (command[:40], answer)
    client.close()
    # Before a sign-in little is taken, and a client that goes on being wrong is ended.
    early = Raw(server, None)
    early.send(b"t LOGIN {100000+}\r\n" + b"x" * 100_000 + b"\r\n")
    assert early.answer().startswith((b"t BAD", b"t NO")), "a long name"
    for _ in range(40):
        try:
            early.send(b"t FETCH 1 FLAGS\r\n")
        except OSError:
            break
    assert b"BYE" in early.ends()
    early.close()


def floods(server: Server) -> None:
    before = server.memory()
    endless = Raw(server)
    try:
        for _ in range(300):
            endless.send(b"a" * 1_000_000)
    except OSError:
        pass
    bounded(server, before, "an endless line")
    endless.close()
    literals = Raw(server)
    try:
        for _ in range(2000):
            literals.send(b"t SEARCH SUBJECT {60000+}\r\n" + b"x" * 60_000 + b"\r\n")
    except OSError:
        pass
    bounded(server, before, "literals")
    literals.close()
    pipelined = Raw(server)
    pipelined.socket.settimeout(5)
    try:
        for _ in range(200):
            pipelined.send(b"t NOOP\r\n" * 10_000)
    except OSError:
        pass
    bounded(server, before, "pipelined commands that nobody reads the answers of")
    pipelined.close()


def never_reads(server: Server) -> None:
    """Asks for a hundred megabytes and takes none of them."""
    before = server.memory()
    clients = [Raw(server) for _ in range(5)]
    for client in clients:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert client.run("SELECT Gros").startswith(b"t OK")
        client.send(b"t FETCH 1:* BODY[]\r\n")
    time.sleep(2)
    bounded(server, before, "answers that nobody takes")
    for client in clients:
        client.close()
    # Abrupt ends in the middle of everything.
    for command in (b"t APPEND INBOX {1000}\r\n", b"t APPEND INBOX {1000+}\r\nhalf", b"t IDLE\r\n", b"t FETCH 1:* BODY[]\r\n", b"t LOGIN {5}\r\n", b"t AUTHENTICATE PLAIN\r\n"):
        client = Raw(server, None if b"LOGIN" in command or b"AUTH" in command else ANNE)
        client.send(command)
        client.close()


def many_sessions(server: Server) -> None:
    clients = []
    try:
        for _ in range(150):
            client = Raw(server, None)
            clients.append(client)
            answer = client.run(f"LOGIN {ANNE} {PASSWORD}")
            if answer.startswith(b"t NO"):
                assert b"[LIMIT]" in answer, answer
                break
        assert 90 <= len(clients) <= 101, len(clients)
        served(server)  # another user is
    finally:
        for client in clients:
            client.close()


class Drip(threading.Thread):
    """An octet now and then, before a sign-in: it has a minute, however they come."""

    def __init__(self, server: Server):
        super().__init__(daemon=True)
        self.client, self.lived = Raw(server, None), 0.0
        self.start()

    def run(self) -> None:
        start = time.monotonic()
        self.client.socket.settimeout(2)
        while time.monotonic() - start < 150:
            try:
                self.client.send(b"a")
                if not self.client.socket.recv(100):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        self.lived = time.monotonic() - start


def served(server: Server) -> None:
    start = time.monotonic()
    with imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=30) as client:
        client.login(BRUNO, PASSWORD)
        assert client.select()[0] == "OK"
    assert time.monotonic() - start < 20


def main() -> None:
    os.environ["ASAN_OPTIONS"] = f"{os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb={QUARANTINE_MB}"
    server = Server({ANNE: PASSWORD, BRUNO: PASSWORD})
    try:
        server.start()
        with imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=60) as client:
            client.login(ANNE, PASSWORD)
            client.append("INBOX", "", None, b"Subject: x\r\n\r\nx\r\n")
            client.create("Gros")
            for n in range(20):
                client.append("Gros", "", None, b"Subject: gros %d\r\n\r\n" % n + b"0123456789abcdef%d\r\n" % n * 60_000)
        drip = Drip(server)
        for attack in (refused, floods, never_reads, many_sessions):
            attack(server)
            served(server)
        drip.join()
        assert drip.lived < 120, drip.lived
        drip.client.close()
        for _ in range(100):  # what was given up is given back
            open_connections = sum(int(n) for n in re.findall(r'connections_open\{door="imap"\} (\d+)', metrics(server)))
            if open_connections == 0:
                break
            time.sleep(0.1)
        assert open_connections == 0, open_connections
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


def metrics(server: Server) -> str:
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{server.ports['admin']}/metrics", timeout=20) as answer:
        return answer.read().decode()


main()
