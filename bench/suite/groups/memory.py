"""Memory of idle IMAP sessions: what a server grows by when so many more are signed in, have selected a mailbox and wait in IDLE. Each server
has been started anew, so that nothing that earlier groups left behind is filled first, and holds some sessions of everybody before."""

import contextlib
import json
import time

from suite.load import begin_load
from suite.peers.peer import PASSWORD, USERS, Peer
from suite.suite import Suite

SETTLE = 3  # seconds until late allocations have happened
SESSIONS = 1000


class TooMany(Exception):
    pass


@contextlib.contextmanager
def idle_sessions(peer: Peer, count: int):
    """So many, of all users in turn."""
    waiting = begin_load("imap-idle", "--port", peer.ports["imap"], "--password", PASSWORD, "--connections", count,
                         "--users", peer.user_format, "--user-count", USERS)
    try:
        if json.loads(waiting.stdout.readline() or '{"open": 0}')["open"] != count:
            raise TooMany(f"{peer.name} could not hold {count} idle sessions")
        time.sleep(SETTLE)
        yield
    finally:
        waiting.stdin.close()
        waiting.wait(timeout=60)


def each(before: dict[str, int], after: dict[str, int], count: int) -> dict[str, float]:
    return {"kib_each": (after["own"] - before["own"]) / count, "pss_kib_each": (after["pss"] - before["pss"]) / count}


def run(suite: Suite) -> None:
    for turn, peer in suite.in_turn(suite.with_port("imap", "postfix+dovecot", "dovecot-fts")):
        if peer.name != "facteur" and suite.is_quick and turn > 1:
            continue  # the figures of processes hardly vary
        peer.stop()
        peer.start()
        try:
            with idle_sessions(peer, USERS):
                before = peer.memory()
                with idle_sessions(peer, SESSIONS):
                    after = peer.memory()
            suite.results.add("memory", "idle-imap", peer.name, turn, {
                **each(before, after, SESSIONS), "before_mib": before["own"] / 1024, "after_mib": after["own"] / 1024, "sessions": SESSIONS})
        except TooMany as problem:
            suite.results.note(str(problem))
        peer.wait_until_idle()
