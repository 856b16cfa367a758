"""JMAP: the newest 50 rows of the inbox (Email/query and Email/get in one request), and one whole message. One connection is on the filled
mailbox. Several are of eight people with a thousand messages each, because Facteur answers no more than eight requests of one person at once."""

from suite import mail
from suite.load import load
from suite.peers.peer import PASSWORD
from suite.suite import Suite

CONNECTIONS = [1, 16, 64]
FIRST_USER, USERS = 41, 8
MESSAGES = 1000


def run(suite: Suite) -> None:
    peers = [peer for peer in suite.peers.values() if peer.jmap_session]
    for peer in peers:
        for user in range(FIRST_USER, FIRST_USER + USERS):
            load("imap-fill", str(mail.generate(suite.work, MESSAGES)), *suite.imap(peer, user))
        peer.wait_until_settled()
    for operation, connections in [*(("list", n) for n in CONNECTIONS), ("get", 1)]:
        for turn, peer in suite.in_turn([*peers, *suite.limits]):
            row = f"jmap-{operation}-{connections}"
            # One request of a slow server must not be all that is seen.
            users = ["--user", peer.user(1)] if connections == 1 else [
                "--user", peer.user_format, "--first-user", FIRST_USER, "--user-count", USERS]
            with suite.attempt(row, peer):
                peer.prepare(row)
                values = load("jmap", operation, "--port", peer.ports["http"], *users, "--password", PASSWORD,
                              "--session-path", peer.jmap_session, "--sessions", connections, "--warm", 1,
                              "--seconds", max(suite.seconds, connections / 16) * peer.share, "--no-threads", "--cpu", ",".join(peer.sources()))
                peer.review(values)
                suite.results.add("jmap", row, peer.name, turn, values)
            peer.wait_until_idle()
