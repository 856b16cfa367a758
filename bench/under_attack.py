#!/usr/bin/env python3
"""What a normal user notices while the server is attacked: the time of a list of 50 emails, before and during each attack.

    bench/under_attack.py [--seconds 8] [ATTACK…]

The attackers are a process of their own on the same machine: what they cost is in the table (cores of theirs and of the
server), and rows of mere busy loops say what that much load does to the user without any attack. 10,000 connections need
`ulimit -n` of 11,000 or more for the server and for the attackers; both raise their soft limit to the hard one.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import pathlib
import resource
import socket
import ssl
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/lib"))
import nasty_mx  # noqa: E402
from facteur import Jmap, Server, free_port  # noqa: E402
from lying_dns import A, MX, LyingDns, mx  # noqa: E402
from raw_http import basic, write  # noqa: E402

ANNE, PIERRE = "anne@academie.test", "pierre@academie.test"
ACCOUNTS = {ANNE: "secret-anne", PIERRE: "secret-pierre"}
USING = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]
TICKS = os.sysconf("SC_CLK_TCK")


def connect(port: int, n: int = 0, small: bool = False) -> socket.socket:
    """From one of many addresses of loopback, each of which may have so many connections."""
    client = socket.socket()
    if small:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(60)
    client.bind((f"127.1.{n // 250 % 250}.{1 + n % 250}", 0))
    client.connect(("127.0.0.1", port))
    return client


def post(body: bytes, user: str = ANNE) -> bytes:
    return write("POST", "/jmap/api", {**basic(user, ACCOUNTS[user]), "Content-Type": "application/json"}, body)


def calls(*of: list) -> bytes:
    return json.dumps({"using": USING, "methodCalls": of}).encode()


def list_of_50(account: str) -> bytes:
    return calls(
        ["Email/query", {"accountId": account, "sort": [{"property": "receivedAt", "isAscending": False}], "limit": 50}, "q"],
        ["Email/get", {"accountId": account, "#ids": {"resultOf": "q", "name": "Email/query", "path": "/ids"},
                       "properties": ["id", "threadId", "mailboxIds", "keywords", "from", "subject", "receivedAt", "preview"]}, "g"])


def account_of_anne(ports) -> str:
    return Jmap(ports["http"], ANNE, ACCOUNTS[ANNE]).account


# ---- attacks: each goes on until `stop`, after it said that it is there ----


def drip(clients: list[socket.socket], stop) -> None:
    while not stop.wait(0.2):
        for client in clients:
            with contextlib.suppress(OSError):
                client.send(b"x")


def slowloris(ports, ready, stop):
    clients = [connect(ports[door], n) for door in ("smtp", "submission", "lmtp", "http", "admin") for n in range(50)]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    clients += [context.wrap_socket(connect(ports["https"], n)) for n in range(50)]
    ready.set()
    drip(clients, stop)


def half_open(ports, ready, stop):
    clients = [connect(ports[door], n) for door in ("https", "submissions") for n in range(1000)]
    for n in range(1000):
        clients.append(connect(ports["http"], n))
        clients[-1].shutdown(socket.SHUT_WR)
    ready.set()
    stop.wait()


def never_reads(ports, ready, stop):
    request = post(list_of_50(account_of_anne(ports))) * 20
    clients = [connect(ports["http"], n, small=True) for n in range(200)]
    ready.set()
    while not stop.is_set():
        for client in clients:
            client.setblocking(False)
            with contextlib.suppress(OSError):
                client.send(request)
        stop.wait(0.1)


def connections(ports, ready, stop):
    """10,000, of which some go and come again."""
    clients = [connect(ports["http"], n) for n in range(5500)] + [connect(ports["smtp"], n) for n in range(4500)]
    ready.set()
    n = 0
    while not stop.wait(0.01):
        clients[n % 5500].close()
        clients[n % 5500] = connect(ports["http"], n)
        n += 1


def flood(clients: list[socket.socket], data: bytes, stop) -> None:
    rest = {client: memoryview(data) for client in clients}
    for client in clients:
        client.setblocking(False)
    while not stop.is_set():
        moved = False
        for client in clients:
            with contextlib.suppress(OSError):
                moved = bool(client.recv(1 << 20)) or moved
            with contextlib.suppress(OSError):
                sent = client.send(rest[client])
                rest[client] = rest[client][sent:] or memoryview(data)
                moved = True
        if not moved:
            time.sleep(0.001)


def http_pipeline(ports, ready, stop):
    clients = [connect(ports["http"], n) for n in range(20)]
    ready.set()
    flood(clients, write("GET", "/healthz") * 2000, stop)


def jmap_pipeline(ports, ready, stop):
    clients = [connect(ports["http"], n) for n in range(20)]
    ready.set()
    flood(clients, post(list_of_50(account_of_anne(ports))) * 50, stop)


def smtp_pipeline(ports, ready, stop):
    clients = [connect(ports["smtp"], n) for n in range(20)]
    ready.set()
    flood(clients, b"EHLO a.test\r\n" + b"MAIL FROM:<x@far.test>\r\nRCPT TO:<anne@academie.test>\r\nRSET\r\n" * 2000, stop)


def again_and_again(attack, ready, stop) -> None:
    ready.set()
    while not stop.is_set():
        with contextlib.suppress(OSError):
            attack()


def two_gigabytes(ports, ready, stop):
    data, account = b"x" * (1 << 20), account_of_anne(ports)

    def attack():
        with connect(ports["smtp"]) as client:
            client.sendall(b"EHLO a.test\r\nMAIL FROM:<x@far.test>\r\nRCPT TO:<anne@academie.test>\r\nBDAT 2000000000\r\n")
            client.settimeout(0.5)
            for _ in range(60):
                client.sendall(data)
        with connect(ports["http"]) as client:
            client.settimeout(0.5)
            client.sendall(write("POST", f"/jmap/upload/{account}/", {**basic(ANNE, ACCOUNTS[ANNE]), "Transfer-Encoding": "chunked"}))
            for _ in range(60):
                client.sendall(b"100000\r\n" + data + b"\r\n")

    again_and_again(attack, ready, stop)


BOMBS = [
    b"X: y\r\n" * 900_000 + b"\r\n",
    b"Subject: " + b"\r\n =?utf-8?q?x?=" * 400_000 + b"\r\n\r\n",
    b"To: " + b"a@b.test,\r\n " * 300_000 + b"c@d.test\r\n\r\n",
    b"From: " + (b"(" * 500 + b"\r\n ") * 5000 + b"\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n\r\n" * 500_000,
    b"Content-Type: text/html\r\n\r\n" + b"<div>\r\n" * 500_000,
]


def bombs(ports, ready, stop):
    """Four at a time, with what else came of them: each is indexed, and threads are looked for."""
    ready.set()
    n = 0
    while not stop.is_set():
        clients = []
        for _ in range(4):
            client = connect(ports["smtp"], n)
            client.sendall(b"EHLO a.test\r\nMAIL FROM:<x@far.test>\r\nRCPT TO:<anne@academie.test>\r\nDATA\r\n")
            with contextlib.suppress(OSError):
                client.sendall(b"Message-ID: <%d-%d@far.test>\r\n" % (os.getpid(), n) + BOMBS[n % len(BOMBS)] + b".\r\nQUIT\r\n")
            clients.append(client)
            n += 1
        for client in clients:
            with contextlib.suppress(OSError):
                while client.recv(4096):
                    pass
            client.close()


def nesting(ports, ready, stop):
    """Messages in messages, and requests as deep as they may be and deeper."""
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(50_000))
    account, filters = account_of_anne(ports), {"text": "x"}
    for _ in range(19):
        filters = {"operator": "NOT", "conditions": [filters]}
    wide = {"operator": "OR", "conditions": [{"body": f"mot{n}"} for n in range(400)]}
    bodies = [b"[" * 900_000, calls(["Email/query", {"accountId": account, "filter": filters}, "0"]),
              calls(*[["Email/query", {"accountId": account, "filter": wide}, str(c)] for c in range(10)])]

    def attack():
        with connect(ports["smtp"]) as client:
            client.sendall(b"EHLO a.test\r\nMAIL FROM:<x@far.test>\r\nRCPT TO:<anne@academie.test>\r\nDATA\r\n" + deep + b"\r\n.\r\nQUIT\r\n")
            while client.recv(4096):
                pass
        for body in bodies:
            with connect(ports["http"]) as client:
                client.sendall(post(body))
                client.recv(4096)

    again_and_again(attack, ready, stop)


def tarpit(ports, ready, stop):
    """2,000 letters wait for 200 domains whose servers say an octet a second, or nothing."""
    jmap = Jmap(ports["http"], ANNE, ACCOUNTS[ANNE])
    identity = jmap.call("Identity/get", ids=None)["list"][0]["id"]
    for n in range(2000):
        jmap.calls([
            ["Email/set", {"accountId": jmap.account, "create": {"m": {
                "mailboxIds": {jmap.mailboxes()["drafts"]: True}, "from": [{"email": ANNE}], "to": [{"email": f"x@d{n % 200}.test"}],
                "subject": "x", "textBody": [{"partId": "t", "type": "text/plain"}], "bodyValues": {"t": {"value": "x"}}}}}, "0"],
            ["EmailSubmission/set", {"accountId": jmap.account, "create": {"s": {"identityId": identity, "emailId": "#m"}}}, "1"]])
    ready.set()
    stop.wait()


def burn(ready, stop):
    ready.set()
    while not stop.is_set():
        sum(range(10_000))


def one_busy_loop(_ports, ready, stop):
    burn(ready, stop)


def two_busy_loops(_ports, ready, stop):
    other = multiprocessing.Process(target=burn, args=(ready, stop), daemon=False)
    other.start()
    burn(ready, stop)
    other.join()


ATTACKS = [one_busy_loop, two_busy_loops, slowloris, half_open, never_reads, connections, http_pipeline, jmap_pipeline, smtp_pipeline,
           two_gigabytes, bombs, nesting, tarpit]


# ---- the user ----


def processor_time(pid: int) -> float:
    """Seconds of it and of its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def measure(server: Server, seconds: float) -> list[float]:
    """Milliseconds of each list, one every 20 ms at most."""
    jmap = server.jmap(PIERRE)
    body = list_of_50(jmap.account)
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        answer = jmap.request("POST", "/jmap/api", body, {"Content-Type": "application/json"})
        times.append((time.monotonic() - start) * 1000)
        assert len(json.loads(answer)["methodResponses"][1][1]["list"]) == 50
        time.sleep(max(0.0, 0.02 - (time.monotonic() - start)))
    jmap.connection.close()
    return times


def p(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{statistics.median(ordered):.1f} / {ordered[int(len(ordered) * 0.99)]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("attacks", nargs="*")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    mx_port = free_port()
    nasty = [nasty_mx.NastyMx(f"127.0.4.{n + 1}", mx_port, nasty_mx.drips if n % 2 else nasty_mx.never_reads) for n in range(2)]

    def tell(question) -> None:
        if question.type == MX:
            return question.answer((question.name, MX, mx(f"mx.{question.name}")))
        if question.type == A:
            host = nasty[len(question.name) % 2].address
            return question.answer((question.name, A, socket.inet_aton(host)))
        return question.answer()

    dns = LyingDns(tell)
    server = Server(ACCOUNTS, extra=f'[queue]\nresolver = "{dns.address}"\nport = {mx_port}\n')
    try:
        server.start()
        with server.smtp() as smtp:
            for n in range(1000):
                head = f"From: Une Personne <p{n}@far.test>\r\nSubject: Conseil {n}\r\nMessage-ID: <{n}@far.test>\r\n\r\n"
                smtp.sendmail("x@far.test", [ANNE, PIERRE], head + "Bonjour, voici la suite. " * 40)
        print("| attack | before, p50 / p99 (ms) | during (ms) | cores: attackers | server | memory (MB) |\n|---|---|---|---|---|---|", flush=True)
        for attack in ATTACKS:
            if options.attacks and attack.__name__ not in options.attacks:
                continue
            before = measure(server, options.seconds)
            ready, stop = multiprocessing.Event(), multiprocessing.Event()
            attacker = multiprocessing.Process(target=attack, args=(server.ports, ready, stop))
            attacker.start()
            if not ready.wait(120):
                print(f"| {attack.__name__} | did not come about |", flush=True)
            start, theirs, ours = time.monotonic(), processor_time(attacker.pid), processor_time(server.process.pid)
            during = measure(server, options.seconds)
            took = time.monotonic() - start
            theirs, ours = ((processor_time(pid) - then) / took for pid, then in ((attacker.pid, theirs), (server.process.pid, ours)))
            status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
            memory = int(status.split("RssAnon:")[1].split()[0]) / 1000
            stop.set()
            attacker.join(20)
            if attacker.is_alive():
                attacker.kill()
            print(f"| {attack.__name__.replace('_', ' ')} | {p(before)} | {p(during)} | {theirs:.2f} | {ours:.2f} | {memory:.0f} |", flush=True)
            time.sleep(2)
        assert server.stop() == 0
    finally:
        server.close()
        dns.close()
        for one in nasty:
            one.close()


if __name__ == "__main__":
    main()
