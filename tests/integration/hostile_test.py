#!/usr/bin/env python3
"""Slow and nasty peers: whatever they do, memory stays bounded, they are cut off, and another user notices nothing.

After each attack, while its connections are still there, a neighbour signs in over a new connection and lists his mail.
"""

import contextlib
import json
import pathlib
import resource
import selectors
import socket
import ssl
import statistics
import sys
import threading
import time
from collections.abc import Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import SANITIZED, Server  # noqa: E402
from raw_http import Wire as HttpWire, basic, wait_for, write  # noqa: E402
from runner import run  # noqa: E402
from smtp import Wire  # noqa: E402

ANNE, PIERRE = "anne@academie.test", "pierre@academie.test"
ACCOUNTS = {ANNE: "secret-anne", PIERRE: "secret-pierre"}
MEMORY = 64_000_000  # [smtp] memory
# Bounded by [smtp] memory and the bodies of HTTP requests that these tests send (64 MB), three times over for what
# a message under way costs besides its octets, and 128 MB for connections and caches. AddressSanitizer keeps freed
# memory for a while and surrounds what is in use: three times that.
BOUND = (3 * (MEMORY + 64_000_000) + 128_000_000) * (3 if SANITIZED else 1)

EXTRA = f"""
[smtp]
idle = "2 s"
memory = {MEMORY}
message_size = "10 MB"
connections = 4000
connections_per_address = 50
[limits]
upload = "10 MB"
request = "1 MB"
"""


def connect(port: int, source: str = "127.0.0.1", small: bool = False) -> socket.socket:
    client = socket.socket()
    if small:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(60)
    client.bind((source, 0))
    client.connect(("127.0.0.1", port))
    return client


def connections(stack: contextlib.ExitStack, port: int, count: int, **options) -> list[socket.socket]:
    return [stack.enter_context(connect(port, **options)) for _ in range(count)]


def source(n: int) -> str:
    """One of many addresses of this host; each may have so many connections."""
    return f"127.0.{1 + n // 250}.{1 + n % 250}"


def secure(client: socket.socket) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(client)


def own_memory(server: Server) -> int:
    """Octets of the server's own, without mapped pages of the store."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


def all_is_well(server: Server) -> None:
    neighbour = server.jmap(PIERRE)
    emails = neighbour.emails(["subject"], sort=[{"property": "receivedAt", "isAscending": False}])
    assert "Bonjour" in [email["subject"] for email in emails], emails
    neighbour.connection.close()
    memory = own_memory(server)
    assert memory < BOUND, f"{memory} octets of memory, {BOUND} allowed"


def send_until_refused(client: socket.socket, data: bytes, most: int | None = None) -> None:
    """Sends until the server hangs up or takes no more, `most` octets at most; without it the server must do so.

    A server that has answered and closes still takes, and throws away, what comes for a moment, so that its answer
    is not lost: that is bounded in time, not in octets.
    """
    client.settimeout(1)
    sent, end = 0, time.monotonic() + 60
    with contextlib.suppress(OSError):
        while most is None or sent < most:
            rest = memoryview(data)
            while rest:
                count = client.send(rest)
                rest, sent = rest[count:], sent + count
            assert time.monotonic() < end, f"{sent} octets were taken, and no end"


class Flood(threading.Thread):
    """Sends the same requests on and on over these connections and takes the answers, until the block is left."""

    def __init__(self, clients: list[socket.socket], requests: bytes):
        super().__init__()
        self.requests, self.taken, self.ends = requests, 0, False
        self.rest = dict.fromkeys(clients, memoryview(b""))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ends = True
        self.join()

    def run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for client in self.rest:
                client.setblocking(False)
                selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while not self.ends:
                for key, events in selector.select(1):
                    with contextlib.suppress(BlockingIOError):
                        if events & selectors.EVENT_READ:
                            self.taken += len(key.fileobj.recv(1 << 20))
                        if events & selectors.EVENT_WRITE:
                            rest = self.rest[key.fileobj] or memoryview(self.requests)
                            self.rest[key.fileobj] = rest[key.fileobj.send(rest) :]


def drip_until_closed(clients: list[socket.socket], drop: bytes) -> None:
    """One octet after the other to each, until the server has ended all of them."""
    open_still = dict.fromkeys(clients)

    def drip() -> bool:
        for client in list(open_still):
            client.setblocking(False)
            try:
                client.send(drop)
                while client.recv(4096):
                    pass
                del open_still[client]
            except BlockingIOError:
                pass
            except OSError:
                del open_still[client]
        time.sleep(0.1)
        return not open_still

    wait_for(drip, f"{len(clients)} dripping connections are closed", 120)


def test_slowloris_on_every_port(server: Server) -> None:
    for door in ("smtp", "submission", "lmtp", "http"):
        with contextlib.ExitStack() as stack:
            clients = connections(stack, server.ports[door], 40)
            all_is_well(server)
            drip_until_closed(clients, b"G")
    with contextlib.ExitStack() as stack:
        clients = [secure(client) for client in connections(stack, server.ports["https"], 20)]
        all_is_well(server)
        for client in clients:
            client.send(b"GET / HTTP/1.1\r\nX: ")
        for client in clients:  # the answer to a head that took too long
            assert client.recv(100).startswith(b"HTTP/1.1 408"), "a head that never ends"
            client.close()


def test_dripping_texts_and_bodies(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(20):
            wire = stack.enter_context(Wire(server.ports["smtp"]))
            wire.begin(ANNE)
            clients.append(wire.socket)
        all_is_well(server)
        drip_until_closed(clients, b"x")
    with contextlib.ExitStack() as stack:
        clients = connections(stack, server.ports["http"], 20)
        for client in clients:
            client.sendall(write("POST", "/auth/login", {"Content-Length": "9000"}))
        all_is_well(server)
        drip_until_closed(clients, b"x")


def test_half_open_connections(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        # TLS that never comes, and halves that are shut before anything was said.
        for door in ("https", "submissions"):
            connections(stack, server.ports[door], 40)
        for door in ("smtp", "http", "https", "lmtp"):
            for client in connections(stack, server.ports[door], 9):
                client.shutdown(socket.SHUT_WR)
        all_is_well(server)


def test_two_thousand_connections_at_once(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        for n in range(2200):
            stack.enter_context(connect(server.ports["smtp"], source(n // 50)))
        connections(stack, server.ports["http"], 2200)
        all_is_well(server)
        # One address more than fifty times: told so, and closed.
        many = connections(stack, server.ports["smtp"], 60, source="127.0.99.1")
        greetings = [client.recv(4) for client in many]
        assert greetings.count(b"220 ") <= 50 and b"421 " in greetings, greetings
        all_is_well(server)


def test_the_admin_door_has_a_limit(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        clients = connections(stack, server.ports["admin"], 64)
        for client in clients:
            client.sendall(write("GET", "/healthz"))
            assert client.recv(15).startswith(b"HTTP/1.1 200")
        more = stack.enter_context(connect(server.ports["admin"]))
        with contextlib.suppress(ConnectionError):
            assert more.recv(1) == b"", "a connection above the limit was served"
        all_is_well(server)

    def answers() -> bool:
        with contextlib.suppress(OSError, EOFError), HttpWire(server.ports["admin"]) as wire:
            return wire.request("GET", "/healthz").status == 200
        return False

    wait_for(answers, "the admin door answers again")


def test_who_never_reads(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        for client in connections(stack, server.ports["http"], 20, small=True):
            send_until_refused(client, write("GET", "/") * 200)
        for client in connections(stack, server.ports["smtp"], 20, small=True):
            send_until_refused(client, b"NOOP\r\n" * 2000)
        all_is_well(server)


def test_pipelining_floods(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        for client in connections(stack, server.ports["smtp"], 20):
            send_until_refused(client, b"RSET\r\nNOOP\r\nVRFY x\r\n" * 3000, 2_000_000)
        for client in connections(stack, server.ports["lmtp"], 20):
            send_until_refused(client, b"MAIL FROM:<>\r\n" * 4000, 2_000_000)
        all_is_well(server)


def answered(server: Server) -> float:
    """Requests that the server has answered."""
    with HttpWire(server.ports["admin"]) as wire:
        lines = wire.request("GET", "/metrics").body.decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("facteur_commands_total"))


def check_others_have_their_turn(
    server: Server, clients: list[socket.socket], requests: bytes, progress: Callable[[Flood], float], most: int
) -> None:
    """While these connections ask without end, a neighbour gets an answer after a few of theirs."""
    with Flood(clients, requests) as flood:
        wait_for(lambda: flood.taken > 5_000_000, "the flood is answered")
        meanwhile = []
        for _ in range(9):
            before = progress(flood)
            with HttpWire(server.ports["http"]) as wire:
                assert wire.request("GET", "/healthz").status == 200
            meanwhile.append(progress(flood) - before)
        share = statistics.median(meanwhile) / len(clients)
        assert share < most, f"each flooding connection had {share:.0f} while a neighbour got one answer"
        all_is_well(server)


def test_pipelined_requests_leave_others_their_turn(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        for client in connections(stack, server.ports["http"], 20):
            send_until_refused(client, write("GET", "/healthz") * 1000, 2_000_000)
        all_is_well(server)
    with contextlib.ExitStack() as stack:
        clients = connections(stack, server.ports["http"], 20)
        requests = write("GET", "/healthz") * 5000
        check_others_have_their_turn(server, clients, requests, lambda _: answered(server), most=1000)


def test_pipelined_requests_are_not_read_far_ahead(server: Server) -> None:
    requests = write("GET", "/jmap/session") * 5000  # by nobody who is known, and not answered by the loop itself
    with contextlib.ExitStack() as stack:
        clients = connections(stack, server.ports["http"], 20)
        before = own_memory(server)
        with Flood(clients, requests) as flood:
            wait_for(lambda: flood.taken > 1_000_000, "the flood is answered")
            grown = own_memory(server) - before
        # Each connection: 64 KB ahead, one read of 256 KB, and answers that are not taken.
        assert grown < 40_000_000 * (3 if SANITIZED else 1), f"{grown} octets of requests that wait"
        all_is_well(server)


def test_tiny_chunks_leave_others_their_turn(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(20):
            wire = stack.enter_context(Wire(server.ports["smtp"]))
            wire.say("EHLO client.test", "250")
            wire.say("MAIL FROM:<x@elsewhere.test>", "250")
            wire.say(f"RCPT TO:<{ANNE}>", "250")
            clients.append(wire.socket)
        # Octets of answers, some of which waited in the sockets: chunks are not counted by the server.
        chunks = b"BDAT 1\r\nx" * 20_000
        check_others_have_their_turn(server, clients, chunks, lambda flood: flood.taken, most=200_000)


def test_lines_and_heads_that_never_end(server: Server) -> None:
    for door, start in (("smtp", b""), ("lmtp", b""), ("http", b"GET /"), ("http", b"GET / HTTP/1.1\r\nX: "), ("admin", b"GET /")):
        with connect(server.ports[door]) as client:
            client.sendall(start)
            send_until_refused(client, b"x" * 65536)
    with connect(server.ports["http"]) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        send_until_refused(client, b"X: y\r\n" * 1000)
    all_is_well(server)


def deliver(server: Server, message: bytes) -> str:
    with Wire(server.ports["smtp"]) as wire:
        wire.begin(ANNE)
        wire.send(message + b"\r\n.\r\n")
        return wire.read()


def test_header_and_mime_bombs(server: Server) -> None:
    bombs = {
        "fields": b"X: y\r\n" * 900_000 + b"\r\n",
        "one field": b"Subject: " + b"\r\n =?utf-8?q?x?=" * 400_000 + b"\r\n\r\n",
        "addresses": b"To: " + b"a@b.test,\r\n " * 300_000 + b"c@d.test\r\n\r\n",
        "comments": b"From: " + (b"(" * 500 + b"\r\n ") * 5000 + b"\r\n\r\n",
        "parameters": b"Content-Type: multipart/mixed" + b"".join(b";\r\n a*%d=b" % n for n in range(100_000)) + b"\r\n\r\n",
        "parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n\r\n" * 500_000,
        "nesting": b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(50_000)
        ),
        "messages": b"Content-Type: message/rfc822\r\n\r\n" * 100_000,
        "html": b"Content-Type: text/html\r\n\r\n" + b"<div>\r\n" * 500_000,
    }
    for name, bomb in bombs.items():
        reply = deliver(server, bomb)
        assert reply[:3] in ("250", "550", "552", "554"), f"{name}: {reply!r}"
        all_is_well(server)
    # Who was meant can still read what was taken.
    assert isinstance(server.jmap(ANNE).emails(["subject", "preview", "size"]), list)


def test_a_body_of_two_gigabytes_announced(server: Server) -> None:
    account = server.jmap(ANNE).account
    login = basic(ANNE, ACCOUNTS[ANNE])
    for path in ("/jmap/api", f"/jmap/upload/{account}/", "/auth/login"):
        with HttpWire(server.ports["http"]) as wire:
            wire.send(write("POST", path, {**login, "Content-Type": "application/json", "Content-Length": "2000000000"}))
            status = wire.response("POST").status
            assert status in (400, 413), f"{path}: {status}"
        with HttpWire(server.ports["http"]) as wire:  # and one that does not say how long it is
            wire.send(write("POST", path, {**login, "Content-Type": "application/json", "Transfer-Encoding": "chunked"}))
            send_until_refused(wire.socket, b"10000\r\n" + b"x" * 65536 + b"\r\n")
    with Wire(server.ports["smtp"]) as wire:
        wire.say("EHLO client.test", "250")
        wire.say("MAIL FROM:<x@elsewhere.test> SIZE=2000000000", "552")
    with Wire(server.ports["smtp"]) as wire:
        wire.say("EHLO client.test", "250")
        wire.say("MAIL FROM:<x@elsewhere.test>", "250")
        wire.say(f"RCPT TO:<{ANNE}>", "250")
        wire.send("BDAT 2000000000\r\n")
        send_until_refused(wire.socket, b"x" * 65536)
    all_is_well(server)


def test_uploads_of_one_user_do_not_fill_what_all_share(server: Server) -> None:
    account = server.jmap(ANNE).account
    head = write("POST", f"/jmap/upload/{account}/", {**basic(ANNE, ACCOUNTS[ANNE]), "Content-Length": "10000000"})
    with contextlib.ExitStack() as stack:
        for client in connections(stack, server.ports["http"], 40):
            client.sendall(head)
            send_until_refused(client, b"x" * 65536, 9_900_000)
        all_is_well(server)
        with HttpWire(server.ports["http"]) as wire:
            mine = server.jmap(PIERRE)
            answer = wire.request("POST", f"/jmap/upload/{mine.account}/", basic(PIERRE, ACCOUNTS[PIERRE]), b"y" * 1_000_000)
            assert answer.status == 201, answer.status


def test_messages_that_never_end_hold_no_more_than_their_budget(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            wire = stack.enter_context(Wire(server.ports["smtp"]))
            wire.begin(ANNE)
            send_until_refused(wire.socket, (b"y" * 70 + b"\r\n") * 900, 9_000_000)
        all_is_well(server)


def metric(server: Server, name: str) -> float:
    with HttpWire(server.ports["admin"]) as wire:
        lines = wire.request("GET", "/metrics").body.decode().splitlines()
    return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name)), 0)


def test_long_searches_hold_nobody_up_and_end_with_their_client(server: Server) -> None:
    # As much as is searched of a text.
    text = ("alpha gamma beta delta " * 40 + "\r\n") * 250
    for n in range(140):
        reply = deliver(server, f"Subject: long {n}\r\n\r\n{text}alpha beta\r\n".encode())
        assert reply.startswith("250"), reply
    account = server.jmap(ANNE).account
    query = {"accountId": account, "filter": {"body": '"alpha beta"'}, "calculateTotal": True}
    body = json.dumps({"using": ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"], "methodCalls": [["Email/query", query, "0"]]})
    request = write("POST", "/jmap/api", {**basic(ANNE, ACCOUNTS[ANNE]), "Content-Type": "application/json"}, body.encode())
    gone = 'facteur_long_searches{how="gone"}'
    before = metric(server, gone)
    with contextlib.ExitStack() as stack:
        clients = connections(stack, server.ports["http"], 3)
        for client in clients:
            client.sendall(request)
        wait_for(lambda: metric(server, "facteur_long_searches_under_way") == 3, "three long searches run")
        all_is_well(server)
        assert metric(server, "facteur_long_searches_under_way") >= 1, "the searches were not long: this tested nothing"
        clients[0].shutdown(socket.SHUT_WR)  # as who closes looks at first
    wait_for(lambda: metric(server, gone) == before + 3, "searches without a client end")
    with HttpWire(server.ports["http"], timeout=60) as wire:
        wire.send(request)
        assert wire.response("POST").json()["methodResponses"][0][1]["total"] == 140


def main() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000) if hard > 0 else 20_000, hard))
    server = Server(ACCOUNTS, extra=EXTRA)
    try:
        server.start()
        with server.smtp() as connection:
            connection.sendmail("x@elsewhere.test", [PIERRE], "Subject: Bonjour\r\n\r\nx\r\n")
        run(globals(), server=server)
        assert server.stop() == 0
        assert "all is well" in server.run("check").stdout
    finally:
        server.close()


if __name__ == "__main__":
    main()
