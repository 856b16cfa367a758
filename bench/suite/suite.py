"""The peers of one run, started and filled, and what every group of measurements needs."""

import contextlib
import imaplib
import pathlib
import subprocess
import time
import traceback

from suite import mail
from suite.load import load
from suite.peers.cyrus import Cyrus
from suite.peers.dovecot import Dovecot, SyncedDovecot
from suite.peers.facteur import Facteur
from suite.peers.floor import Floor
from suite.peers.peer import PASSWORD, USERS, Peer
from suite.peers.postfix import PostfixDovecot
from suite.peers.roundcube import Roundcube
from suite.results import Results

MAKERS = {
    "facteur": lambda work, users: Facteur(users),
    "dovecot": lambda work, users: Dovecot(),
    "dovecot-fts": lambda work, users: Dovecot(fts=True),
    "cyrus": lambda work, users: Cyrus(work / "cyrus-imapd", users),
}


class Suite:
    def __init__(self, names: list[str], work: pathlib.Path, runs: int, seconds: float, messages: int, is_quick: bool, results: Results,
                 growing: list[str]):
        self.growing = growing  # whose growth is measured
        self.end: float | None = None  # of the group that is running
        self.left_out = 0
        self.failed: set[str] = set()  # peers that are not asked again for the row that is running
        self.work, self.runs, self.seconds, self.is_quick, self.results = work, runs, seconds, is_quick, results
        self.mbox = mail.generate(work, messages)
        self.words = mail.Words(self.mbox)
        self.index_seconds: dict[str, float] = {}  # that the text index took when the mailbox had been filled
        self.stack = contextlib.ExitStack()
        self.peers: dict[str, Peer] = {}
        for name in names:
            if name in MAKERS:
                self.begin(name, MAKERS[name](work, USERS))
        if "postfix+dovecot" in names and "dovecot" in self.peers:
            self.begin("postfix+dovecot", PostfixDovecot(self.peers["dovecot"]))
        if "roundcube" in names and "dovecot" in self.peers:
            self.begin("roundcube", Roundcube(self.peers["dovecot"]))
        # Only where flags are changed.
        self.synced: list[Peer] = [SyncedDovecot(self.peers["dovecot"])] if "dovecot" in self.peers else []
        # Measured after Facteur in each row, whose answers it takes the length of.
        self.limits: list[Peer] = [Floor(results)] if "facteur" in self.peers else []
        for limit in self.limits:
            self.stack.callback(limit.close)
        results.about["peers"] = {name: peer.version() for name, peer in self.peers.items()}
        results.about["cpu_counted_by"] = sorted({peer.processes.how for peer in self.peers.values()})

    def begin(self, name: str, peer: Peer) -> None:
        self.peers[name] = peer
        self.stack.callback(peer.close)  # before the start: one that is broken off has begun processes too
        peer.start()

    @contextlib.contextmanager
    def fresh(self, names: list[str], users: int):
        """Servers that are empty and end with the block."""
        with contextlib.ExitStack() as stack:
            peers = [MAKERS[name](self.work, users) for name in names]
            for peer in peers:
                stack.callback(peer.close)
                peer.start()
            yield peers

    def with_port(self, port: str, *without: str) -> list[Peer]:
        return [peer for name, peer in self.peers.items() if port in peer.ports and name not in without]

    @contextlib.contextmanager
    def timed(self, group: str, budget: float | None):
        """What the group takes is kept. After so many seconds each of its rows is run once alone."""
        begun = time.monotonic()
        self.end = begun + budget if budget else None
        self.left_out = 0
        try:
            yield
        finally:
            self.results.about.setdefault("group_seconds", {})[group] = round(time.monotonic() - begun, 1)
            if self.left_out:
                self.results.note(f"{group}: {self.left_out} later runs were left out, because the group had taken {budget:g} s")

    def in_turn(self, peers: list[Peer]):
        """(run, peer): A B C, B C A, … so that a slow moment of the machine meets each of them. Who fails (see `attempt`) has no more turns."""
        self.failed = set()
        for run in range(1, self.runs + 1):
            at = (run - 1) % max(len(peers), 1)
            for peer in peers[at:] + peers[:at]:
                if peer.name in self.failed:
                    continue
                if run > 1 and self.end and time.monotonic() > self.end:
                    self.left_out += 1
                else:
                    yield run, peer

    @contextlib.contextmanager
    def attempt(self, row: str, peer: Peer):
        """What fails in the block, or takes longer than anything should, ends the peer's part in the row with a note, and not the group."""
        try:
            yield
        except (RuntimeError, OSError, AssertionError, subprocess.SubprocessError, imaplib.IMAP4.error) as problem:
            traceback.print_exc()
            self.results.note(f"{row}: {peer.name} is not measured any more: {problem}")
            self.failed.add(peer.name)

    def imap(self, peer: Peer, user: int = 1) -> list:
        return ["--port", peer.ports["imap"], "--user", peer.user(user), "--password", PASSWORD]

    def fill(self) -> None:
        """The same messages by APPEND in the INBOX of u1 of each; then the text indices. Both are timed."""
        for peer in self.with_port("imap", "postfix+dovecot"):
            cpu = peer.cpu()
            filled = load("imap-fill", str(self.mbox), *self.imap(peer), timeout=900)
            used = peer.cpu() - cpu
            self.results.about["mail_octets"], self.results.about["mail_messages"] = filled["octets"], filled["messages"]
            self.results.add("fill", "append", peer.name, 1, {"seconds": filled["seconds"], "per_s": filled["messages"] / filled["seconds"],
                                                              "cpu_ms": used * 1000 / filled["messages"]})
            before_index = time.monotonic()
            peer.build_index(1)
            self.index_seconds[peer.name] = time.monotonic() - before_index
            peer.wait_until_idle()
            self.results.add("fill", "append and text index", peer.name, 1, {
                "seconds": filled["seconds"] + time.monotonic() - before_index, "cpu_s": peer.cpu() - cpu, "disk": peer.disk()})

    def settle(self) -> None:
        """Who tidies up when nothing is written has done it then: 25 seconds, and until nobody has anything to do."""
        time.sleep(25)
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        for peer in self.peers.values():
            peer.wait_until_idle()

    def close(self) -> None:
        self.stack.close()
