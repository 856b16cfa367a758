"""Memory of idle sessions: what a server grows by when so many more wait, signed in, in IDLE with a mailbox selected, or as event streams of
JMAP. Each server has been started anew, so that nothing that earlier groups left behind is filled first, and holds some sessions of everybody
before."""

import contextlib
import time

from suite.load import begin_load, first_line
from suite.peers.peer import PASSWORD, USERS, Peer
from suite.suite import Suite

SETTLE = 3  # seconds until late allocations have happened
SESSIONS = 1000


@contextlib.contextmanager
def held(peer: Peer, count: int, *command: str | int):
    """So many sessions, of all users in turn."""
    waiting = begin_load(*command, "--password", PASSWORD, "--connections", count, "--user-count", USERS)
    try:
        if first_line(waiting).get("open") != count:
            raise RuntimeError(f"{peer.name} could not hold {count} sessions of {command[0]}: {waiting.communicate()[1].strip() or 'it took too long'}")
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
        if peer.name != "facteur" and turn > (1 if suite.is_quick else 2):
            continue  # the figures of processes hardly vary
        with suite.attempt(row, peer):
            peer.stop()
            peer.start()
            with sessions(peer, USERS):
                before = peer.memory()
                with sessions(peer, SESSIONS):
                    after = peer.memory()
            suite.results.add("memory", row, peer.name, turn, {
                **each(before, after, SESSIONS), "before_mib": before["own"] / 1024, "after_mib": after["own"] / 1024, "sessions": SESSIONS})
        peer.wait_until_idle()


def run(suite: Suite) -> None:
    measure(suite, "idle-imap", suite.with_port("imap", "postfix+dovecot", "dovecot-fts"), idle_sessions)
    for peer in suite.peers.values():
        if peer.no_event_source:
            suite.results.note(f"idle-push: {peer.name} has none: {peer.no_event_source}")
    measure(suite, "idle-push", [peer for peer in suite.peers.values() if peer.event_source], event_streams)
