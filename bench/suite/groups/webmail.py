"""The request for the list of the inbox that the web UI makes: Facteur's by JMAP, Roundcube's by its own protocol, both of 50 rows."""

import statistics
import time

from suite.load import load
from suite.peers.peer import PASSWORD
from suite.peers.roundcube import Roundcube
from suite.suite import Suite

ROWS = 50


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


def run(suite: Suite) -> None:
    peers = [peer for name, peer in suite.peers.items() if name in ("facteur", "roundcube")]
    for peer in peers:
        if isinstance(peer, Roundcube):
            peer.sign_in(1)
    for turn, peer in suite.in_turn([*peers, *suite.limits]):
        peer.prepare("webmail list")
        if isinstance(peer, Roundcube):
            values = ask(peer, max(suite.seconds, 1))
        else:
            values = load("jmap", "list", "--port", peer.ports["http"], "--user", peer.user(1), "--password", PASSWORD, "--rows", ROWS,
                          "--session-path", peer.jmap_session, "--no-threads", "--seconds", suite.seconds * peer.share, "--cpu", ",".join(peer.sources()))
            peer.review(values)
        suite.results.add("webmail", "webmail list", peer.name, turn, values)
        peer.wait_until_idle()
