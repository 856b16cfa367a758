"""Thousands of random commands on concurrent IMAP sessions of one account, with JMAP writing beside them, against a
model of what RFC 9051 lets a server say: sequence numbers, EXPUNGE, modseqs, VANISHED. In the end all views are one:
each session's, JMAP's, and those that QRESYNC and Email/changes replay to."""

import os
import pathlib
import random
import re
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402

ANNE, PASSWORD = "anne@academie.test", "mot-de-passe"
SEED = int(os.environ.get("IMAP_SEED", random.randrange(1 << 30)))
STEPS = int(os.environ.get("IMAP_STEPS", 1500))
KEYWORDS = ["\\Seen", "\\Flagged", "\\Answered", "\\Draft", "projet", "$Forwarded"]
TO_JMAP = {"\\seen": "$seen", "\\flagged": "$flagged", "\\answered": "$answered", "\\draft": "$draft"}


class Session:
    """A client that keeps the view that the server tells it, and complains when that cannot be."""

    def __init__(self, server: Server, name: str, random_: random.Random):
        self.socket = socket.create_connection(("127.0.0.1", server.ports["imap"]), timeout=60)
        self.file = self.socket.makefile("rb")
        self.name, self.random, self.count = name, random_, 0
        self.view: list[int | None] = []  # UIDs by sequence number; None: not asked yet
        self.flags: dict[int, set[str]] = {}
        self.modseqs: dict[int, int] = {}
        self.qresync = False
        self.selected = False
        self.mailbox, self.validity, self.highest = "", 0, 0
        self.file.readline()
        self.run(f'LOGIN {ANNE} "{PASSWORD}"')

    def run(self, command: str, literal: bytes | None = None, numbers: bool = False) -> tuple[str, list[str]]:
        """`numbers`: a command during which no message may go (RFC 9051 §7.5.1)."""
        self.count += 1
        tag = f"{self.name}{self.count}"
        self.socket.sendall(f"{tag} {command}".encode() + (b" {%d+}\r\n" % len(literal) + literal if literal is not None else b"") + b"\r\n")
        untagged = []
        while True:
            line = self.file.readline().decode()
            assert line.endswith("\r\n"), (SEED, command, line)
            line = line[:-2]
            if line.startswith(tag + " "):
                return line[len(tag) + 1 :], untagged
            assert line.startswith("* "), (SEED, command, line)
            untagged.append(line[2:])
            self.hear(line[2:], command, numbers)

    def hear(self, line: str, command: str, numbers: bool) -> None:
        where = (SEED, self.name, self.count, command, line)
        if match := re.fullmatch(r"(\d+) EXISTS", line):
            size = int(match[1])
            if not self.selected:
                self.view = []
            assert size >= len(self.view), where  # only EXPUNGE makes it smaller
            self.view += [None] * (size - len(self.view))
        elif match := re.fullmatch(r"(\d+) EXPUNGE", line):
            assert not numbers and not self.qresync, where
            number = int(match[1])
            assert 1 <= number <= len(self.view), where
            uid = self.view.pop(number - 1)
            self.flags.pop(uid, None)
        elif match := re.fullmatch(r"VANISHED (\(EARLIER\) )?([\d:,]+)", line):
            assert self.qresync, where
            for uid in uids_in(match[2]):
                if match[1]:
                    self.flags.pop(uid, None)
                    continue
                assert not numbers, where
                self.view.pop(self.place_of(uid, where))
                self.flags.pop(uid, None)
        elif match := re.match(r"(\d+) FETCH \((.*)\)$", line):
            number = int(match[1])
            assert 1 <= number <= len(self.view), where
            uid = re.search(r"UID (\d+)", match[2])
            if uid:
                known = self.view[number - 1]
                assert known is None or known == int(uid[1]), where
                assert known is not None or int(uid[1]) not in self.view, where
                self.view[number - 1] = int(uid[1])
                later = [u for u in self.view[number:] if u is not None]
                assert not later or int(uid[1]) < later[0], where
            now = self.view[number - 1]
            if now is not None and (flags := re.search(r"FLAGS \(([^)]*)\)", match[2])):
                self.flags[now] = {flag.lower() for flag in flags[1].split()}
            if now is not None and (modseq := re.search(r"MODSEQ \((\d+)\)", match[2])):
                assert int(modseq[1]) >= self.modseqs.get(now, 0), where
                self.modseqs[now] = int(modseq[1])
        elif match := re.search(r"UIDVALIDITY (\d+)", line):
            self.validity = int(match[1])
        elif match := re.search(r"HIGHESTMODSEQ (\d+)", line):
            self.highest = int(match[1])

    def place_of(self, uid: int, where: tuple) -> int:
        """Its place, or that of one that was not asked yet between its neighbours."""
        if uid in self.view:
            return self.view.index(uid)
        above = max((n for n, known in enumerate(self.view) if known is not None and known < uid), default=-1)
        assert above + 1 < len(self.view) and self.view[above + 1] is None, where
        return above + 1

    def select(self, mailbox: str, parameters: str = "") -> None:
        self.selected, self.flags, self.modseqs, self.mailbox = False, {}, {}, mailbox
        result, untagged = self.run(f"SELECT {mailbox}{parameters}")
        assert result.startswith("OK [READ-WRITE]"), (SEED, result)
        self.selected = True

    def ask_all(self) -> None:
        result, _ = self.run("UID FETCH 1:* (FLAGS)")
        assert result.startswith("OK"), (SEED, result)
        result, _ = self.run("NOOP")

    def some(self) -> str | None:
        """A set of numbers, or nothing."""
        if not self.view:
            return None
        first = self.random.randint(1, len(self.view))
        last = min(len(self.view), first + self.random.randint(0, 3))
        return f"{first}:{last}"

    def some_uids(self) -> str | None:
        known = [uid for uid in self.view if uid is not None]
        return ",".join(str(uid) for uid in sorted(self.random.sample(known, min(len(known), self.random.randint(1, 3))))) if known else None

    def step(self) -> None:
        choice = self.random.randrange(12)
        flags = " ".join(self.random.sample(KEYWORDS, self.random.randint(1, 2)))
        numbers, uids = self.some(), self.some_uids()
        if choice <= 1:
            subject = self.random.randrange(1 << 40)
            text = b"Subject: s%d\r\nMessage-ID: <%d@x>\r\n\r\ntext %d\r\n" % (subject % 7, subject, subject)
            assert self.run(f"APPEND {self.random.choice(['INBOX', 'Autre'])} ({flags})", text)[0].startswith("OK [APPENDUID"), SEED
        elif choice <= 3 and numbers:
            sign = self.random.choice(["+", "-", ""])
            silent = self.random.choice(["", ".SILENT"])
            result = self.run(f"STORE {numbers} {sign}FLAGS{silent} ({flags})", numbers=True)[0]
            assert result.startswith(("OK", "NO [EXPUNGEISSUED]")), (SEED, result)
        elif choice == 4 and uids:
            assert self.run(f"UID STORE {uids} +FLAGS.SILENT (\\Deleted)")[0].startswith("OK"), SEED
        elif choice == 5:
            assert self.run("EXPUNGE")[0].startswith("OK"), SEED
        elif choice == 6 and uids:
            command = self.random.choice(["UID COPY", "UID MOVE"])
            target = "Autre" if self.mailbox == "INBOX" else "INBOX"
            assert self.run(f"{command} {uids} {target}")[0].startswith("OK"), SEED
        elif choice == 7 and numbers:
            result = self.run(f"FETCH {numbers} (UID FLAGS)", numbers=True)[0]
            assert result.startswith(("OK", "NO [EXPUNGEISSUED]")), (SEED, result)
        elif choice == 8:
            assert self.run("SEARCH FLAGGED", numbers=True)[0].startswith("OK"), SEED
        elif choice == 9:
            assert self.run("UID SEARCH UNSEEN")[0].startswith("OK"), SEED
        elif choice == 10 and self.random.random() < 0.2:
            self.select(self.random.choice(["INBOX", "Autre"]))
            self.ask_all()
        else:
            assert self.run("NOOP")[0].startswith("OK"), SEED


def uids_in(text: str) -> list[int]:
    found = []
    for part in text.split(","):
        first, _, last = part.partition(":")
        found += range(int(first), int(last or first) + 1)
    return found


def jmap_step(jmap, mailboxes: dict[str, str], random_: random.Random) -> None:
    ids = jmap.call("Email/query", limit=40)["ids"]
    if not ids:
        return
    email = random_.choice(ids)
    choice = random_.randrange(6)
    if choice <= 2:
        keyword = random_.choice(["$seen", "$flagged", "projet"])
        jmap.call("Email/set", update={email: {f"keywords/{keyword}": random_.choice([True, None])}})
    elif choice == 3:
        jmap.call("Email/set", update={email: {"mailboxIds": {random_.choice(list(mailboxes.values())): True}}})
    elif choice == 4:
        jmap.call("Email/set", update={email: {"mailboxIds": {id: True for id in mailboxes.values()}}})
    elif random_.random() < 0.5:
        jmap.call("Email/set", destroy=[email])


def jmap_view(jmap, mailboxes: dict[str, str]) -> dict[str, list[set[str]]]:
    """Mailbox → the keywords of each of its emails, in an order that says nothing."""
    view = {}
    for name, mailbox in mailboxes.items():
        emails = jmap.emails(["keywords"], filter={"inMailbox": mailbox})
        view[name] = sorted(sorted(email["keywords"]) for email in emails)
    return view


def imap_view(session: Session) -> list[list[str]]:
    shown = []
    for uid in session.view:
        flags = session.flags[uid]
        if "\\deleted" not in flags:
            shown.append(sorted(TO_JMAP.get(flag, flag) for flag in flags))
    return sorted(shown)


def replay_jmap(jmap, known: set[str], state: str) -> set[str]:
    while True:
        changes = jmap.call("Email/changes", sinceState=state, maxChanges=50)
        known = (known | set(changes["created"])) - set(changes["destroyed"])
        state = changes["newState"]
        if not changes["hasMoreChanges"]:
            return known


def main() -> None:
    print("seed", SEED)
    random_ = random.Random(SEED)
    server = Server({ANNE: PASSWORD})
    try:
        server.start()
        jmap = server.jmap(ANNE)
        setup = Session(server, "s", random_)
        setup.run("CREATE Autre")
        listed = {m["name"]: m["id"] for m in jmap.call("Mailbox/get", ids=None)["list"]}
        inbox = jmap.mailboxes()["inbox"]
        mailboxes = {"INBOX": inbox, "Autre": listed["Autre"]}
        sessions = [Session(server, name, random_) for name in "abcd"]
        for n, session in enumerate(sessions):
            if n % 2:
                session.run("ENABLE QRESYNC")
                session.qresync = True
            session.select("INBOX" if n < 2 else "Autre")
        # One that goes and comes back by QRESYNC, and one that follows by Email/changes.
        setup.run("ENABLE QRESYNC")
        setup.qresync = True
        for n in range(10):
            setup.run("APPEND INBOX (\\Flagged)", b"Subject: x\r\n\r\n%d\r\n" % n)
        setup.select("INBOX")
        setup.ask_all()
        left = dict(setup.flags), setup.validity, setup.highest
        setup.run("UNSELECT")
        known = {email["id"] for email in jmap.emails(["id"])}
        state = jmap.call("Email/get", ids=[])["state"]
        end = time.monotonic() + 240
        for step in range(STEPS):
            if time.monotonic() > end:
                print("ended by time after", step, "steps")
                break
            if random_.random() < 0.15:
                jmap_step(jmap, mailboxes, random_)
            else:
                random_.choice(sessions).step()
        wanted = jmap_view(jmap, mailboxes)
        for session in sessions:
            session.run("NOOP")
            session.ask_all()
            assert None not in session.view, (SEED, session.name, session.view)
            _, untagged = session.run("UID SEARCH ALL")
            found = [int(uid) for line in untagged if line.startswith("SEARCH") for uid in line.split()[1:]]
            assert found == session.view, (SEED, session.name)
            assert imap_view(session) == wanted[session.mailbox], (SEED, session.name, imap_view(session), wanted[session.mailbox])
        flags, validity, highest = left
        setup.flags = dict(flags)
        setup.selected, setup.modseqs, setup.mailbox = False, {}, "INBOX"
        # Answers to a QRESYNC speak of numbers of the new view, whose UIDs they tell.
        setup.selected = False
        before = dict(setup.flags)
        result, untagged = setup.run(f"SELECT INBOX (QRESYNC ({validity} {highest}))")
        setup.flags = {**{uid: f for uid, f in before.items() if not any(uid in uids_in(line.split()[-1]) for line in untagged if line.startswith("VANISHED"))}, **setup.flags}
        setup.selected = True
        reference = next(session for session in sessions if session.mailbox == "INBOX") if any(s.mailbox == "INBOX" for s in sessions) else None
        if reference is None:
            reference = sessions[0]
            reference.select("INBOX")
            reference.ask_all()
        replayed = {uid: flags for uid, flags in setup.flags.items() if uid in set(reference.view)}
        assert set(setup.flags) <= set(reference.view) | set(before), SEED
        assert replayed == {uid: reference.flags[uid] for uid in reference.view}, (SEED, replayed, reference.flags)
        assert set(setup.flags) - set(reference.view) == set(), (SEED, set(setup.flags) - set(reference.view))
        assert replay_jmap(jmap, known, state) == {email["id"] for email in jmap.emails(["id"])}, SEED
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
