"""From the last octet of a message to the line that tells an IDLE session of it; one at a time, on a mailbox of its own. A server that does not
tell of one within a time keeps the figures of those before, and is not waited for again in that run."""

from suite.load import load
from suite.peers.peer import PASSWORD, Peer
from suite.suite import Suite

USER = 58
PATIENCE = 20  # seconds, for one message


def measure(suite: Suite, peer: Peer, turn: int) -> None:
    peer.prepare()
    values = load("idle-push", "--protocol", "lmtp", "--port", peer.ports["lmtp"], "--imap-port", peer.ports["imap"],
                  "--push-patience", PATIENCE, "--count", 30 if suite.is_quick else 60, "--size", 2000, "--users", 1, "--first-user", USER,
                  "--user-format", peer.user_format, "--recipient-format", peer.recipient_format, "--password", PASSWORD,
                  "--cpu", ",".join(peer.sources()))
    if values["untold"]:
        suite.results.note(f"push: {peer.name} did not tell of a message within {PATIENCE} s in run {turn}; its figures are of the {values['count']} before")
    suite.results.add("push", "push", peer.name, turn, values)


def run(suite: Suite) -> None:
    for turn, peer in suite.in_turn([*suite.with_port("lmtp", "dovecot-fts"), *suite.limits]):
        with suite.attempt("push", peer):
            measure(suite, peer, turn)
