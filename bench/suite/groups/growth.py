"""How the cost of one thing grows with the size of another; each is a curve of the report. On servers of its own, which begin empty; of
Facteur alone unless --growth-peers names others."""

from suite import mail
from suite.groups.memory import each, idle_sessions
from suite.load import load
from suite.numbers import short
from suite.peers.peer import PASSWORD, USERS, Peer
from suite.suite import Suite

MAILBOXES = [100, 1000, 10000, 100000]  # messages
COUNTS = [10, 30, 100, 300, 1000]       # sessions, accounts
MESSAGES = [1000, 10_000, 100_000, 1_000_000, 10_000_000]  # octets
ACCOUNTS = max(COUNTS) + len(MAILBOXES)  # the last ones have the large mailboxes
ROWS = 50      # of one list
HITS = 10      # of one search, in every mailbox
OF_LETTERS = USERS + 1  # the first of those that get messages of all sizes
LETTER_OCTETS = 100_000_000  # no run sends more


def point(suite: Suite, curve: str, axis: str, at: int, peer: Peer, run: int, values: dict) -> None:
    suite.results.add("growth", f"{curve}, {short(at)}", peer.name, run, {"curve": curve, "axis": axis, "at": at, **values})


def cpu(peer: Peer) -> list:
    return ["--cpu", ",".join(peer.sources())]


def fill(suite: Suite, peers: list[Peer], sizes: list[int]) -> dict[int, int]:
    """The user of each size."""
    users = {size: ACCOUNTS - i for i, size in enumerate(sizes)}
    for peer in peers:
        for size, user in users.items():
            load("imap-fill", str(mail.generate(suite.work, size)), *suite.imap(peer, user), timeout=7200)
        peer.wait_until_idle()
        peer.build_index(ACCOUNTS)
        peer.wait_until_settled()
    return users


def by_mailbox(suite: Suite, peers: list[Peer]) -> None:
    sizes = [size for size in MAILBOXES if size <= (10000 if suite.is_quick else max(MAILBOXES))]
    users = fill(suite, peers, sizes)
    senders = {size: mail.sender_of(mail.generate(suite.work, size), HITS) for size in sizes}
    operations = {"SELECT": ("select", []), "STATUS": ("status", []), f"FETCH of {ROWS} envelopes": ("envelopes", ["--span", ROWS]),
                  f"SEARCH FROM, {HITS} hits": ("from", None)}
    for title, (operation, options) in operations.items():
        for size in sizes:
            for run, peer in suite.in_turn(peers):
                with suite.attempt(title, peer):
                    values = load("imap", operation, *suite.imap(peer, users[size]), "--seconds", suite.seconds, *cpu(peer),
                                  *(["--text", senders[size]] if options is None else options))
                    point(suite, title, "messages in the mailbox", size, peer, run, values)
    for size in sizes:
        for run, peer in suite.in_turn([peer for peer in peers if peer.jmap_session]):
            with suite.attempt(f"JMAP list of {ROWS}", peer):
                values = load("jmap", "list", "--port", peer.ports["http"], "--user", peer.user(users[size]), "--password", PASSWORD, "--rows", ROWS,
                              "--session-path", peer.jmap_session, "--no-threads", "--seconds", suite.seconds, *cpu(peer))
                point(suite, f"JMAP list of {ROWS}", "messages in the mailbox", size, peer, run, values)


def by_sessions(suite: Suite, peers: list[Peer]) -> None:
    """The first session of each user is there before."""
    for count in COUNTS:
        for peer in peers:
            with suite.attempt("idle sessions", peer), idle_sessions(peer, USERS):
                before = peer.memory()
                with idle_sessions(peer, count):
                    after = peer.memory()
                    point(suite, "memory with idle sessions", "idle sessions", count, peer, 1, {
                        "mib": after["own"] / 1024, "kib_each": each(before, after, count)["kib_each"]})
                    for run, _ in suite.in_turn([peer]):
                        values = load("imap", "status", *suite.imap(peer), "--seconds", suite.seconds, *cpu(peer))
                        point(suite, "STATUS beside idle sessions", "idle sessions", count, peer, run, values)
            peer.wait_until_idle()


def deliver(peer: Peer, *options) -> dict:
    return load("deliver", "--protocol", "lmtp", "--port", peer.ports["lmtp"], "--imap-port", peer.ports["imap"], "--user-format", peer.user_format,
                "--recipient-format", peer.recipient_format, "--password", PASSWORD, *options, *cpu(peer))


def by_message(suite: Suite, peers: list[Peer]) -> None:
    for size in MESSAGES:
        for run, peer in suite.in_turn(peers):
            with suite.attempt("a message by LMTP", peer):
                values = deliver(peer, "--size", size, "--count", min(500, LETTER_OCTETS // size), "--seconds", suite.seconds, "--users", 20,
                                 "--first-user", OF_LETTERS)
                point(suite, "a message by LMTP", "octets of the message", size, peer, run, values)
            peer.wait_until_idle()


def by_accounts(suite: Suite, peers: list[Peer]) -> None:
    for count in COUNTS:
        options = ["--sessions", 16, "--users", count, "--first-user", 1]
        for peer in peers:
            deliver(peer, *options, "--warm", 0, "--count", count)  # the first message of an account costs more
            peer.wait_until_idle()
        for run, peer in suite.in_turn(peers):
            messages = max(300, 3 * count) if suite.is_quick else max(600, 6 * count)
            with suite.attempt("10 KB by LMTP, 16 sessions", peer):
                point(suite, "10 KB by LMTP, 16 sessions", "accounts that get mail", count, peer, run,
                      deliver(peer, *options, "--count", messages))
            peer.wait_until_idle()


def run(suite: Suite) -> None:
    with suite.fresh(suite.growing, ACCOUNTS) as peers:
        by_mailbox(suite, peers)
        by_sessions(suite, peers)
        by_message(suite, peers)
        by_accounts(suite, peers)
