"""From the last octet of a message to the line that tells an IDLE session of it; one at a time, on a mailbox of its own."""

from suite.load import load
from suite.peers.peer import PASSWORD
from suite.suite import Suite

USER = 58


def run(suite: Suite) -> None:
    for turn, peer in suite.in_turn(suite.with_port("lmtp", "dovecot-fts")):
        values = load("idle-push", "--protocol", "lmtp", "--port", peer.ports["lmtp"], "--imap-port", peer.ports["imap"],
                      "--count", 30 if suite.is_quick else 200, "--size", 2000, "--users", 1, "--first-user", USER,
                      "--user-format", peer.user_format, "--recipient-format", peer.recipient_format, "--password", PASSWORD,
                      "--cpu", ",".join(peer.sources()))
        suite.results.add("push", "push", peer.name, turn, values)
