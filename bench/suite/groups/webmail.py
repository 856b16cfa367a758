"""Web mail: the request for the list of the inbox that the web UI makes, Facteur's by JMAP, Roundcube's by its own protocol, both of 50 rows;
and how long a person waits for the first row after signing in, in a slowed Chromium. Both on the filled mailbox."""

import statistics
import time

from suite.browser import Browser
from suite.load import load
from suite.peers.peer import PASSWORD, Peer
from suite.peers.roundcube import Roundcube
from suite.suite import Suite

ROWS = 50
PAGES = {"facteur": lambda peer: f"http://127.0.0.1:{peer.ports['http']}/", "roundcube": lambda peer: peer.address}


def ask(peer: Roundcube, seconds: float) -> dict:
    peer.list_rows()  # caches are warm
    rows, times, cpu, begun = set(), [], peer.cpu(), time.monotonic()
    while time.monotonic() - begun < seconds:
        before = time.monotonic()
        rows.add(peer.list_rows())
        times.append((time.monotonic() - before) * 1000)
    if rows != {ROWS}:
        raise RuntimeError(f"Roundcube lists {rows} messages")
    used = peer.cpu() - cpu
    return {"cpu_ms": used * 1000 / len(times), "per_s": len(times) * 1000 / sum(times), "p50_ms": statistics.median(times),
            "count": len(times), "sessions": 1, "rows": ROWS}


def measure_list(suite: Suite, peers: list[Peer]) -> None:
    for peer in peers:
        if isinstance(peer, Roundcube):
            peer.sign_in(1)
    for turn, peer in suite.in_turn([*peers, *suite.limits]):
        with suite.attempt("webmail list", peer):
            peer.prepare("webmail list")
            if isinstance(peer, Roundcube):
                values = ask(peer, max(suite.seconds, 1))
            else:
                values = load("jmap", "list", "--port", peer.ports["http"], "--user", peer.user(1), "--password", PASSWORD, "--rows", ROWS,
                              "--session-path", peer.jmap_session, "--no-threads", "--seconds", suite.seconds * peer.share, "--cpu", ",".join(peer.sources()))
                peer.review(values)
            suite.results.add("webmail", "webmail list", peer.name, turn, values)
        peer.wait_until_idle()


def measure_first_row(suite: Suite, peers: list[Peer]) -> None:
    sign_ins = 1 if suite.is_quick else 2
    with Browser() as browser:
        def sign_in(peer: Peer, again: bool) -> dict:
            return browser.first_row(peer.name, PAGES[peer.name](peer), peer.user(1), PASSWORD, again)

        for peer in peers:
            with suite.attempt("webmail first row", peer):
                sign_in(peer, False)  # the first one in a browser's life takes longer
        for turn, peer in suite.in_turn(peers):
            with suite.attempt("webmail first row", peer):
                found = [sign_in(peer, True) for _ in range(sign_ins)]
                suite.results.add("webmail", "webmail first row", peer.name, turn, {
                    "p50_ms": statistics.median(one["cold_ms"] for one in found), "warm_ms": statistics.median(one["warm_ms"] for one in found),
                    "count": sign_ins, "sessions": 1})
            peer.wait_until_idle()


def run(suite: Suite) -> None:
    peers = [peer for name, peer in suite.peers.items() if name in PAGES]
    measure_list(suite, peers)
    measure_first_row(suite, peers)
