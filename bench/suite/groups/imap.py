"""IMAP on a mailbox of some ten thousand messages: one session that does one thing over and over; small commands by 16 sessions too,
because what a server spends on waking its threads or processes is shared then."""

from suite.limits import LIMIT
from suite.load import load
from suite.suite import Suite

OPERATIONS = ["login", "select", "status", "envelopes", "flags", "structures", "body", "store", "unseen", "from"]
BY_MANY = ["select", "status", "body", "store"]
MANY = 16
SEARCHES = ["text-rare", "text-common"]


def measure(suite: Suite, row: str, operation: str, peer, run: int, text: str = "", sessions: int = 1) -> None:
    with suite.attempt(row, peer):
        peer.prepare(row)
        values = load("imap", operation, *suite.imap(peer), "--seconds", suite.seconds * peer.share, "--sessions", sessions, "--cpu",
                      ",".join(peer.sources()), *(["--text", text] if text else []))
        peer.review(values)
        suite.results.add("imap", row, peer.name, run, values)


def note_differences(suite: Suite, row: str) -> None:
    hits = {peer: suite.results.median(row, peer, "hits") for peer in suite.results.peers(row) if peer != LIMIT}
    if any(found != suite.words.counts["rare"] for found in hits.values()):
        suite.results.note(f"{row} is in {suite.words.counts['rare']} messages; found: " + ", ".join(f"{peer} {n:.0f}" for peer, n in hits.items()))


def run(suite: Suite) -> None:
    everyone = suite.with_port("imap", "postfix+dovecot", "dovecot-fts")
    with_index = suite.with_port("imap", "postfix+dovecot", "dovecot")  # without an index it reads every message: minutes
    suite.wait_until_idle()
    for operation in OPERATIONS:
        for turn, peer in suite.in_turn([*everyone, *(suite.synced if operation == "store" else []), *suite.limits]):
            measure(suite, operation, operation, peer, turn, suite.words.sender if operation == "from" else "")
        suite.wait_until_idle()
    for operation in BY_MANY:
        for turn, peer in suite.in_turn([*everyone, *(suite.synced if operation == "store" else []), *suite.limits]):
            measure(suite, f"{operation}-{MANY}", operation, peer, turn, sessions=MANY)
        suite.wait_until_idle()
    for row in SEARCHES:
        word = suite.words.rare if row == "text-rare" else suite.words.common
        for turn, peer in suite.in_turn([*with_index, *suite.limits]):
            measure(suite, row, peer.text_operation, peer, turn, word)
        if row == "text-rare":
            note_differences(suite, row)
        suite.wait_until_idle()
