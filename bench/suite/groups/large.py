"""Facteur alone on large mailboxes, on a server of its own: the list of 50 on a million messages beside itself on ten thousand, a start with a
million until the first answer, and searches while somebody types on a hundred thousand. They are filled straight through the store, by
facteur-fill: the million of short letters, the others of the suite's mail, over and over."""

import imaplib
import json
import pathlib
import random
import subprocess
import time

from suite import mail
from suite.groups.restart import limit as limit_of_restart
from suite.limits import LIMIT
from suite.load import load
from suite.peers.facteur import Facteur
from suite.peers.peer import DOMAIN, PASSWORD
from suite.suite import Suite

FILL = pathlib.Path("build/release/bench/facteur-fill")
SMALL, TYPED, LARGE = 10_000, 100_000, 1_000_000
USERS = {SMALL: 1, TYPED: 2, LARGE: 3}
LETTERS = 2_000       # short ones that differ
ROWS = 50
WORDS = 200           # that are typed
SEARCHES = 300


def short_letters(suite: Suite, words: list[str]) -> pathlib.Path:
    mbox = suite.work / f"short-{LETTERS}.mbox"
    chosen = random.Random(1)
    with open(mbox, "w") as out:
        for number in range(LETTERS):
            text = " ".join(chosen.choices(words, k=25))
            out.write(f"From banc@elsewhere.test Tue Nov 24 10:00:00 2026\nFrom: {chosen.choice(words)} <p{number % 97}@elsewhere.test>\nTo: <u@{DOMAIN}>\n"
                      f"Subject: {' '.join(chosen.choices(words, k=4))}\nMessage-ID: <{number}@elsewhere.test>\n\nBonjour,\n{text}\n\n")
    return mbox


def fill(suite: Suite, peer: Facteur, size: int, mbox: pathlib.Path) -> None:
    done = subprocess.run([FILL, mbox, "--store", peer.server.folder / "data", "--domain", DOMAIN, "--user", peer.user(USERS[size]), "--messages", str(size)],
                          capture_output=True, text=True, timeout=3600)
    if done.returncode != 0:
        raise RuntimeError(f"facteur-fill: {done.stderr.strip()}")
    found = json.loads(done.stdout)
    suite.results.add("large", f"fill, {size}", peer.name, 1, {"seconds": found["seconds"], "file_seconds": found["file_seconds"], "index_seconds": found["index_seconds"]})


def list_of(suite: Suite, peer: Facteur, size: int) -> dict:
    return load("jmap", "list", "--port", peer.ports["http"], "--user", peer.user(USERS[size]), "--password", PASSWORD, "--rows", ROWS,
                "--session-path", peer.jmap_session, "--no-threads", "--seconds", suite.seconds, "--cpu", ",".join(peer.sources()))


def restart(peer: Facteur) -> float:
    """Until its owner has signed in by IMAP and selected the million."""
    peer.stop()
    before = time.monotonic()
    peer.start()
    client = imaplib.IMAP4("127.0.0.1", peer.ports["imap"], timeout=120)
    client.login(peer.user(USERS[LARGE]), PASSWORD)
    client.select("INBOX")
    seconds = time.monotonic() - before
    client.logout()
    return seconds


def run(suite: Suite) -> None:
    if suite.is_quick:
        suite.results.note("large is left out of quick runs: filling a million messages takes too long for them")
        return
    words = mail.words_of(suite.mbox, WORDS)
    peer = Facteur(len(USERS))
    try:
        for size in USERS:
            fill(suite, peer, size, short_letters(suite, words) if size == LARGE else suite.mbox)
        peer.start()
        peer.wait_until_settled()
        for turn, _ in suite.in_turn([peer]):
            small, large = list_of(suite, peer, SMALL), list_of(suite, peer, LARGE)
            suite.results.add("large", f"list, {SMALL}", peer.name, turn, small)
            suite.results.add("large", f"list, {LARGE}", peer.name, turn, large)
            suite.results.add("large", "list of a million", peer.name, turn, {
                "times": large["cpu_ms"] / small["cpu_ms"], "p50_times": large["p50_ms"] / small["p50_ms"]})
        suite.results.add("large", "list of a million", LIMIT, 1, {"times": 1.0})
        for turn, either in suite.in_turn([peer, *suite.limits]):
            either.prepare("typing")
            values = load("imap", "typed", *suite.imap(either, USERS[TYPED]), "--words", ",".join(words), "--warm", 20, "--count", SEARCHES, "--cpu", ",".join(either.sources()))
            either.review(values)
            suite.results.add("large", "typing", either.name, turn, values)
        for turn, either in suite.in_turn([peer, *suite.limits]):
            suite.results.add("large", "restart of a million", either.name, turn, limit_of_restart() if either.name == LIMIT else {"seconds": restart(peer)})
    finally:
        peer.close()
