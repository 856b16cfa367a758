"""From the start of the program to the first answer: sign in by IMAP and SELECT the filled mailbox."""

import imaplib
import subprocess
import time

from facteur import BINARY

from suite.limits import LIMIT
from suite.peers.peer import PASSWORD
from suite.suite import Suite


def limit() -> dict[str, float]:
    """Seconds until the program, started, has said its version."""
    before = time.monotonic()
    subprocess.run([BINARY, "--version"], check=True, stdout=subprocess.DEVNULL)
    return {"seconds": time.monotonic() - before}


def run(suite: Suite) -> None:
    for turn, peer in suite.in_turn([*suite.with_port("imap", "postfix+dovecot", "dovecot-fts"), *suite.limits]):
        if peer.name == LIMIT:
            suite.results.add("restart", "restart", LIMIT, turn, limit())
            continue
        with suite.attempt("restart", peer):
            peer.stop()
            before = time.monotonic()
            peer.start()
            client = imaplib.IMAP4("127.0.0.1", peer.ports["imap"], timeout=120)
            client.login(peer.user(1), PASSWORD)
            client.select("INBOX")
            suite.results.add("restart", "restart", peer.name, turn, {"seconds": time.monotonic() - before})
            client.logout()
