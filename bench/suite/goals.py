"""The goals: what Facteur wants to be beside the best peer, row by row."""

import dataclasses


@dataclasses.dataclass
class Goal:
    row: str
    title: str
    value: str           # the name of the value that counts
    unit: str
    factor: float        # how many times better than the best peer; 0: no goal of that kind
    is_more_better: bool = False
    limit: float = 0     # and not more than this
    peers: tuple[str, ...] = ()  # the best of these; empty: of all


CPU = "cpu_ms"
SYNCING = ("dovecot-synced", "cyrus")  # a change of flags before they acknowledge it
GOALS = [
    Goal("login", "IMAP log-in, warm account", CPU, "ms CPU", 30),
    Goal("select", "SELECT", CPU, "ms CPU", 2),
    Goal("status", "STATUS", CPU, "ms CPU", 2),
    Goal("envelopes", "FETCH of 1,000 envelopes", CPU, "ms CPU", 6),
    Goal("flags", "FETCH 1:* (UID FLAGS)", CPU, "ms CPU", 8),
    Goal("structures", "50 BODYSTRUCTUREs", CPU, "ms CPU", 3),
    Goal("body", "one body", CPU, "ms CPU", 3),
    Goal("store", "STORE of one flag, synced", CPU, "ms CPU", 3, peers=SYNCING),
    Goal("store", "the same beside a peer that syncs none", CPU, "ms CPU", 0, peers=("dovecot",)),
    Goal("select-16", "SELECT, 16 sessions", CPU, "ms CPU", 2),
    Goal("status-16", "STATUS, 16 sessions", CPU, "ms CPU", 2),
    Goal("body-16", "one body, 16 sessions", CPU, "ms CPU", 3),
    Goal("store-16", "STORE of one flag, synced, 16 sessions", CPU, "ms CPU", 3, peers=SYNCING),
    Goal("store-16", "the same beside a peer that syncs none", CPU, "ms CPU", 0, peers=("dovecot",)),
    Goal("unseen", "SEARCH UNSEEN", CPU, "ms CPU", 0),
    Goal("from", "SEARCH FROM", CPU, "ms CPU", 100),
    Goal("text-rare", "full text, a rare word", CPU, "ms CPU", 10),
    Goal("text-common", "full text, a common word", CPU, "ms CPU", 20),
    Goal("smtp-1", "SMTP in, 10 KB, 16 sessions, until visible", "visible_per_s", "messages/s", 12, True),
    Goal("smtp-1", "the same", CPU, "ms CPU", 15),
    Goal("smtp-10", "SMTP in, 10 recipients, per delivery", "deliveries_per_s", "deliveries/s", 20, True),
    Goal("smtp-10", "the same", "delivery_cpu_ms", "ms CPU", 20),
    Goal("lmtp-1", "LMTP in, 10 KB, 16 sessions", "visible_per_s", "messages/s", 5, True),
    Goal("lmtp-1", "the same", CPU, "ms CPU", 6),
    Goal("lmtp-10", "LMTP in, 10 recipients, per delivery", "deliveries_per_s", "deliveries/s", 0, True),
    Goal("lmtp-10", "the same", "delivery_cpu_ms", "ms CPU", 0),
    Goal("jmap-list-1", "JMAP list of 50, 1 connection", "per_s", "requests/s", 100, True),
    Goal("jmap-list-1", "the same", CPU, "ms CPU", 100),
    Goal("jmap-list-16", "JMAP list of 50, 16 connections", "per_s", "requests/s", 100, True),
    Goal("jmap-list-64", "JMAP list of 50, 64 connections", "per_s", "requests/s", 100, True),
    Goal("jmap-get-1", "JMAP get of one whole message", "per_s", "requests/s", 30, True),
    Goal("webmail list", "the web UI's request for its list", CPU, "ms CPU", 50),
    Goal("webmail first row", "sign-in to first row in Chromium slowed 4 times", "p50_ms", "ms", 3),
    Goal("append and text index", "10,000 messages in and their text index, time", "seconds", "s", 4, peers=("dovecot-fts", "cyrus")),
    Goal("text index", "text index of 10,000 messages, made anew", "seconds", "s", 4, peers=("dovecot-fts", "cyrus")),
    Goal("text index", "text index, times the mail", "index_times_the_mail", "×", 0, peers=("dovecot-fts", "cyrus"), limit=0.2),
    Goal("push", "LMTP to IDLE, p50", "p50_ms", "ms", 0, limit=2),
    Goal("push", "LMTP to IDLE, p99", "p99_ms", "ms", 0, limit=5),
    Goal("disk", "disk with all indices, times the mail", "times_the_mail", "×", 0, peers=("dovecot-fts", "cyrus"), limit=0.75),
    Goal("restart", "restart until the first answer", "seconds", "s", 0, limit=1),
    Goal("restart of a million", "restart with 1,000,000 messages until the first answer", "seconds", "s", 0, limit=1),
    Goal("list of a million", "JMAP list on 1,000,000 messages, beside itself on 10,000", "times", "times CPU", 0, limit=1.3),
    Goal("typing", "search while typing, 100,000 messages, p99", "p99_ms", "ms", 0, limit=10),
    Goal("idle-imap", "memory of an idle IMAP session", "kib_each", "KiB", 0, limit=16),
    Goal("idle-push", "memory of an idle event stream", "kib_each", "KiB", 0, limit=16),
]
