"""Mail in: SMTP and LMTP, 10 KB, 16 sessions, one and ten recipients, until IMAP shows every message to everyone. Each run has the same users,
whose mailboxes grow alike on every server."""

from suite.load import load
from suite.peers.peer import PASSWORD
from suite.suite import Suite

ROWS = [("smtp", 1), ("smtp", 10), ("lmtp", 1), ("lmtp", 10)]
FIRST_USER, USERS = 10, 20
SESSIONS = 16


def run(suite: Suite) -> None:
    count = 600 if suite.is_quick else 1200
    for protocol, recipients in ROWS:
        peers = suite.with_port(protocol, "dovecot-fts")
        for turn, peer in suite.in_turn([*peers, *suite.limits]):
            with suite.attempt(f"{protocol}-{recipients}", peer):
                peer.prepare()
                values = load("deliver", "--protocol", protocol, "--port", peer.ports[protocol], "--imap-port", peer.ports["imap"],
                              "--sessions", SESSIONS, "--warm", 1, "--count", count // (1 if recipients == 1 else 4), "--recipients", recipients,
                              "--users", USERS, "--first-user", FIRST_USER, "--user-format", peer.user_format,
                              "--recipient-format", peer.recipient_format, "--password", PASSWORD, "--cpu", ",".join(peer.sources()))
                cpu = peer.cpu()
                peer.wait_until_idle(peer.gathers)
                values["idle_cpu_ms"] = values["delivery_cpu_ms"] + (peer.cpu() - cpu) * 1000 / (values["count"] * recipients)
                suite.results.add("ingest", f"{protocol}-{recipients}", peer.name, turn, values)
            peer.wait_until_idle(peer.gathers)
