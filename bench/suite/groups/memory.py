"""Memory of idle sessions: what a server grows by when so many more wait, signed in, in IDLE with a mailbox selected, or as event streams of
JMAP. Each server has been started anew, so that nothing that earlier groups left behind is filled first, and holds some sessions of everybody
before."""

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
def held(peer: Peer, count: int, *command: str | int):
    """So many sessions, of all users in turn."""
    waiting = begin_load(*command, "--password", PASSWORD, "--connections", count, "--user-count", USERS)
    try:
        if json.loads(waiting.stdout.readline() or '{"open": 0}')["open"] != count:
            raise TooMany(f"{peer.name} could not hold {count} sessions of {command[0]}: {waiting.stderr.read().strip()}")
        time.sleep(SETTLE)
        yield
    finally:
        waiting.stdin.close()
        waiting.wait(timeout=60)


def idle_sessions(peer: Peer, count: int):
    return held(peer, count, "imap-idle", "--port", peer.ports["imap"], "--users", peer.user_format)


def event_streams(peer: Peer, count: int):
    return held(peer, count, "jmap-idle", "--port", peer.ports["http"], "--user", peer.user_format, "--stream-path", peer.event_source)


def each(before: dict[str, int], after: dict[str, int], count: int) -> dict[str, float]:
    return {"kib_each": (after["own"] - before["own"]) / count, "pss_kib_each": (after["pss"] - before["pss"]) / count}


def measure(suite: Suite, row: str, peers: list[Peer], sessions) -> None:
    for turn, peer in suite.in_turn(peers):
        if peer.name != "facteur" and suite.is_quick and turn > 1:
            continue  # the figures of processes hardly vary
        peer.stop()
        peer.start()
        try:
            with sessions(peer, USERS):
                before = peer.memory()
                with sessions(peer, SESSIONS):
                    after = peer.memory()
            suite.results.add("memory", row, peer.name, turn, {
                **each(before, after, SESSIONS), "before_mib": before["own"] / 1024, "after_mib": after["own"] / 1024, "sessions": SESSIONS})
        except TooMany as problem:
            suite.results.note(str(problem))
        peer.wait_until_idle()


def run(suite: Suite) -> None:
    measure(suite, "idle-imap", suite.with_port("imap", "postfix+dovecot", "dovecot-fts"), idle_sessions)
    for peer in suite.peers.values():
        if peer.no_event_source:
            suite.results.note(f"idle-push: {peer.name} has none: {peer.no_event_source}")
    measure(suite, "idle-push", [peer for peer in suite.peers.values() if peer.event_source], event_streams)
