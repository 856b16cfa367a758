"""Thousands of random commands on concurrent IMAP sessions of one account, with JMAP writing beside them, against a
model of what RFC 9051 lets a server say: sequence numbers, EXPUNGE, modseqs, VANISHED. Some have NOTIFY (RFC 5465); some
are of a guest, whose rights (RFC 4314) change all the time, by his name and as anyone. In the end all views are one: each
session's, JMAP's, those that QRESYNC and Email/changes replay to, and what NOTIFY told last."""

import os
import pathlib
import random
import re
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402

ANNE, BRUNO, PASSWORD = "anne@academie.test", "bruno@academie.test", "mot-de-passe"
SEED = int(os.environ.get("IMAP_SEED", random.randrange(1 << 30)))
STEPS = int(os.environ.get("IMAP_STEPS", 1500))
KEYWORDS = ["\\Seen", "\\Flagged", "\\Answered", "\\Draft", "projet", "$Forwarded"]
TO_JMAP = {"\\seen": "$seen", "\\flagged": "$flagged", "\\answered": "$answered", "\\draft": "$draft"}


class Session:
    """A client that keeps the view that the server tells it, and complains when that cannot be."""

    user, prefix = ANNE, ""

    def __init__(self, server: Server, name: str, random_: random.Random):
        self.server, self.name, self.random, self.count = server, name, random_, 0
        self.told: dict[str, dict[str, int]] = {}  # by mailbox: what STATUS said last, unasked
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.server.ports["imap"]), timeout=60)
        self.file = self.socket.makefile("rb")
        self.view: list[int | None] = []  # UIDs by sequence number; None: not asked yet
        self.flags: dict[int, set[str]] = {}
        self.modseqs: dict[int, int] = {}
        self.qresync = False
        self.selected = False
        self.by_uid = False  # NOTIFY tells of expunged messages at any time: numbers mean nothing
        self.mailbox, self.validity, self.highest = "", 0, 0
        self.file.readline()
        self.run(f'LOGIN {self.user} "{PASSWORD}"')

    def name_of(self, mailbox: str) -> str:
        return f'"{self.prefix}{mailbox}"'

    def notify(self, immediate: bool) -> None:
        """Of the selected mailbox and of all others."""
        self.by_uid = immediate
        events = "MessageNew MessageExpunge FlagChange"
        selected = "selected" if immediate else "selected-delayed"
        others = 'subtree "Other Users"' if self.prefix else "personal"
        self.told = {}
        result, _ = self.run(f"NOTIFY SET STATUS ({selected} (MessageNew (UID FLAGS) MessageExpunge FlagChange)) ({others} ({events}))")
        assert result.startswith("OK"), (SEED, result)

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
        if line.startswith("OK [CLOSED]"):
            assert self.selected, where
            self.forget()
        elif match := re.fullmatch(r"(\d+) EXISTS", line):
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
        elif match := re.fullmatch(r'STATUS "?(.*?)"? \((.*)\)', line):
            said = items_of(line)
            before = self.told.setdefault(match[1].removeprefix(self.prefix), {})
            assert said.get("UIDNEXT", 0) >= before.get("UIDNEXT", 0) or "UIDNEXT" not in said, where
            assert said.get("HIGHESTMODSEQ", 1 << 62) >= before.get("HIGHESTMODSEQ", 0), where
            before.update(said)
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
        if not self.selected:
            self.forget()
        result, _ = self.run(f"SELECT {self.name_of(mailbox)}{parameters}")
        self.read_only = result.startswith("OK [READ-ONLY]")
        assert result.startswith("OK [READ-WRITE]") or self.prefix and self.read_only, (SEED, result)
        self.selected, self.mailbox = True, mailbox
        self.told.pop(mailbox, None)  # from now on it is told otherwise

    def forget(self) -> None:
        self.selected, self.view, self.flags, self.modseqs = False, [], {}, {}

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

    def may(self, rights: str, mailbox: str = "") -> bool:
        return True

    def check(self, result: str, allowed: bool, *others: str) -> None:
        """The answer is OK if, and only if, it may be; else NO for a lack of rights."""
        wanted = ("OK", *others) if allowed else ("NO [NOPERM]", "NO [READ-ONLY]")
        assert result.startswith(wanted), (SEED, self.name, self.count, result, allowed)

    def may_mark(self, flags: str) -> bool:
        """Whether one of these may be changed: then the command is done, as far as it may be."""
        needed = {{"\\seen": "s", "\\deleted": "t"}.get(flag.lower(), "w") for flag in flags.split()}
        return not self.read_only and any(self.may(right) for right in needed)

    def step(self) -> None:
        choice = self.random.randrange(12)
        flags = " ".join(self.random.sample(KEYWORDS, self.random.randint(1, 2)))
        numbers, uids = self.some(), self.some_uids()
        if choice <= 1:
            subject = self.random.randrange(1 << 40)
            text = b"Subject: s%d\r\nMessage-ID: <%d@x>\r\n\r\ntext %d\r\n" % (subject % 7, subject, subject)
            target = self.random.choice(["INBOX", "Autre"])
            self.check(self.run(f"APPEND {self.name_of(target)} ({flags})", text)[0], self.may("i", target))
        elif choice <= 3 and uids and (numbers or self.by_uid):
            sign = self.random.choice(["+", "-", ""])
            silent = self.random.choice(["", ".SILENT"])
            which = f"UID STORE {uids}" if self.by_uid else f"STORE {numbers}"
            result = self.run(f"{which} {sign}FLAGS{silent} ({flags})", numbers=not self.by_uid)[0]
            self.check(result, self.may_mark(flags), "NO [EXPUNGEISSUED]")
        elif choice == 4 and uids:
            self.check(self.run(f"UID STORE {uids} +FLAGS.SILENT (\\Deleted)")[0], self.may_mark("\\Deleted"))
        elif choice == 5:
            self.check(self.run("EXPUNGE")[0], self.may("e") and not self.read_only)
        elif choice == 6 and uids:
            target = "Autre" if self.mailbox == "INBOX" else "INBOX"
            if self.random.random() < 0.5:
                self.check(self.run(f"UID COPY {uids} {self.name_of(target)}")[0], self.may("i", target))
            else:
                allowed = self.may("te") and self.may("i", target) and not self.read_only
                self.check(self.run(f"UID MOVE {uids} {self.name_of(target)}")[0], allowed)
        elif choice == 7 and numbers and not self.by_uid:
            result = self.run(f"FETCH {numbers} (UID FLAGS)", numbers=True)[0]
            assert result.startswith(("OK", "NO [EXPUNGEISSUED]")), (SEED, result)
        elif choice == 8:
            assert self.run("UID SEARCH FLAGGED" if self.by_uid else "SEARCH FLAGGED", numbers=not self.by_uid)[0].startswith("OK"), SEED
        elif choice == 9:
            assert self.run("UID SEARCH UNSEEN")[0].startswith("OK"), SEED
        elif choice == 10 and self.random.random() < 0.2:
            self.select(self.random.choice(["INBOX", "Autre"]))
            self.ask_all()
        else:
            assert self.run("NOOP")[0].startswith("OK"), SEED


class Guest(Session):
    """Bruno, in the mailboxes of Anne, as far as he may."""

    user, prefix = BRUNO, f"Other Users/{ANNE}/"
    rights: dict[str, str] = {}  # by mailbox: of all that are his, by name and as anyone

    def may(self, rights: str, mailbox: str = "") -> bool:
        return set(rights) <= set(self.rights[mailbox or self.mailbox])

    def is_sent_away(self) -> None:
        """The mailbox may not be read any more: BYE, and nothing more of it."""
        rest = b"".join(iter(self.file.readline, b""))
        assert b"* BYE" in rest, (SEED, self.name, rest)
        self.socket.close()


def rights_step(setup: Session, guests: list[Guest], random_: random.Random) -> None:
    """Anne gives and takes, never all at once; now and then a guest is sent away, and comes back when he may."""
    mailbox = random_.choice(["INBOX", "Autre"])
    if random_.random() < 0.1:
        away = [guest for guest in guests if guest.mailbox == mailbox]
        for who in (BRUNO, "anyone"):
            assert setup.run(f"DELETEACL {mailbox} {who}")[0].startswith("OK"), SEED
        for guest in away:
            guest.is_sent_away()
    else:
        away = []
    granted = {"lr"}
    for who, letters in ((BRUNO, "swite"), ("anyone", "swite")):
        given = "".join(letter for letter in letters if random_.random() < 0.4)
        lookup = "lr" if who == BRUNO else random_.choice(["", "lr"])
        assert setup.run(f'SETACL {mailbox} {who} "{lookup}{given}"')[0].startswith("OK"), SEED
        granted.update(given)
    Guest.rights[mailbox] = "".join(granted)
    assert set(setup.run(f"GETACL {mailbox}")[1][0].split(f"{BRUNO} ")[1].split()[0]) >= {"l", "r"}, SEED
    for guest in guests:
        if guest in away:
            continue
        told = next(line for line in guest.run(f"MYRIGHTS {guest.name_of(mailbox)}")[1] if line.startswith("MYRIGHTS "))
        assert set(told.split()[-1]) - {"d"} == set(Guest.rights[mailbox]), (SEED, told)
    for guest in away:
        had_qresync = guest.qresync
        guest.connect()
        if had_qresync:
            guest.run("ENABLE QRESYNC")
            guest.qresync = True
        guest.select(mailbox)
        guest.ask_all()
        guest.notify(immediate=False)
    for guest in guests:  # what may be changed at all is settled when a mailbox is selected
        if guest.mailbox == mailbox and guest not in away:
            guest.select(mailbox)
            guest.ask_all()


def check_told(session: Session) -> None:
    """What NOTIFY told last of a mailbox that is not selected is what it is."""
    for mailbox, said in session.told.items():
        if mailbox == session.mailbox or mailbox not in ("INBOX", "Autre"):
            continue
        asked = session.run(f"STATUS {session.name_of(mailbox)} ({' '.join(said)})")[1]
        line = next(line for line in asked if line.startswith("STATUS "))
        assert said == items_of(line), (SEED, session.name, mailbox, said, line)


def items_of(status: str) -> dict[str, int]:
    words = status.rpartition("(")[2][:-1].split()
    return dict(zip(words[::2], map(int, words[1::2])))


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
    server = Server({ANNE: PASSWORD, BRUNO: PASSWORD})
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
        sessions[1].notify(immediate=False)
        sessions[2].notify(immediate=True)
        for mailbox in mailboxes:
            setup.run(f"SETACL {mailbox} {BRUNO} lrswite")
            Guest.rights[mailbox] = "lrswite"
        guests = [Guest(server, name, random_) for name in "xyz"]
        for n, guest in enumerate(guests):
            if n == 1:
                guest.run("ENABLE QRESYNC")
                guest.qresync = True
            guest.select("INBOX" if n < 2 else "Autre")
            if n > 0:
                guest.notify(immediate=n == 2)
        sessions += guests
        # One that goes and comes back by QRESYNC, and one that follows by Email/changes.
        setup.run("ENABLE QRESYNC")
        setup.qresync = True
        for n in range(10):
            setup.run("APPEND INBOX (\\Flagged)", b"Subject: x\r\n\r\n%d\r\n" % n)
        setup.select("INBOX")
        setup.ask_all()
        left = dict(setup.flags), setup.validity, setup.highest
        setup.run("UNSELECT")
        setup.forget()
        owner = Session(server, "o", random_)
        known = {email["id"] for email in jmap.emails(["id"])}
        state = jmap.call("Email/get", ids=[])["state"]
        end = time.monotonic() + 240
        for step in range(STEPS):
            if time.monotonic() > end:
                print("ended by time after", step, "steps")
                break
            if random_.random() < 0.15:
                jmap_step(jmap, mailboxes, random_)
            elif random_.random() < 0.03:
                rights_step(owner, guests, random_)
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
            check_told(session)
        flags, validity, highest = left
        # Answers to a QRESYNC speak of numbers of the new view, whose UIDs they tell.
        setup.forget()
        setup.flags = dict(flags)
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
