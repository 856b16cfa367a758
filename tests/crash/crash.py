#!/usr/bin/env python3
"""SIGKILL under mixed load: what was acknowledged is there, exactly once, and the store checks clean.

Senders deliver by SMTP and LMTP to one or several accounts, as a mail server would: what was not acknowledged is sent
again, the same bytes. Readers flag, move and destroy by JMAP, others append, flag, move and expunge by IMAP. All the while what comes is indexed. At random moments the
server is killed; then `facteur check` must be clean (search index included), and after the restart each account must hold
what its writers know, and a search for a message's own word must find it, and nothing that is gone. A seed replays the
load, not the timing.

    tests/crash/crash.py [--kills 50] [--seed N]
"""

import argparse
import http.client
import imaplib
import pathlib
import random
import smtplib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import Server  # noqa: E402

LOST = (OSError, smtplib.SMTPException, http.client.HTTPException, imaplib.IMAP4.abort)

# As many different words as people use: with random letters, most of the time would go into words that come once.
WORDS = [a + b + end for a in ("ba", "co", "di", "fu", "le", "mo") for b in ("ra", "ste", "lin", "von", "que") for end in " \n"]


def word_of(name):
    """A word that stands in this message alone, and begins no other one's."""
    return "jeton" + name.split("@")[0].replace(".", "q") + "z"


class Sender(threading.Thread):
    """Delivers one message at a time and keeps the one that was not acknowledged for the next round."""

    def __init__(self, server, number, seed, acknowledged, lock):
        super().__init__(daemon=True)
        self.server, self.number, self.random = server, number, random.Random(seed)
        self.acknowledged, self.lock = acknowledged, lock
        self.count, self.pending, self.stopping, self.failure = 0, None, False, None

    def compose(self):
        self.count += 1
        name = f"s{self.number}.{self.count}@crash.test"
        recipients = self.random.sample(sorted(self.server.accounts), self.random.randint(1, len(self.server.accounts)))
        text = "".join(self.random.choice(WORDS) for _ in range(self.random.choice([8, 400, 6000])))
        return name, recipients, (
            f"From: <sender{self.number}@crash.test>\r\nTo: <all@academie.test>\r\nSubject: crash {self.count}\r\n"
            f"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{name}>\r\n\r\n{word_of(name)}\r\n{text}\r\n"
        ).replace("\r\n", "\n").replace("\n", "\r\n").encode()

    def run(self):
        try:
            lmtp = self.number % 2 == 1
            connection = self.server.lmtp() if lmtp else self.server.smtp()
            while not self.stopping:
                self.pending = self.pending or self.compose()
                name, recipients, data = self.pending
                refused = connection.sendmail(f"sender{self.number}@crash.test", recipients, data)
                assert not refused, refused
                for _ in recipients[1:] if lmtp else []:  # smtplib reads the reply for the first recipient alone
                    code, text = connection.getreply()
                    assert code == 250, text
                with self.lock:
                    for recipient in recipients:
                        self.acknowledged[recipient].add(name)
                self.pending = None
        except LOST:
            pass
        except AssertionError as error:
            self.failure = error


class Reader(threading.Thread):
    """Flags, moves and destroys in one account; knows what it was told and what it cannot know."""

    def __init__(self, server, address, seed, model):
        super().__init__(daemon=True)
        self.server, self.address, self.random, self.model = server, address, random.Random(seed), model
        self.stopping, self.failure = False, None

    def run(self):
        try:
            jmap = self.server.jmap(self.address)
            boxes = jmap.mailboxes()
            while not self.stopping:
                emails = jmap.emails(["messageId"], sort=[{"property": "receivedAt", "isAscending": False}])
                # What comes meanwhile moves the pages: an email may have been seen twice.
                emails = list({email["id"]: email for email in emails}.values())
                self.random.shuffle(emails)
                for email in emails[:20]:
                    if self.stopping:
                        return
                    self.change(jmap, boxes, email["id"], email["messageId"][0])
        except LOST:
            pass
        except AssertionError as error:
            self.failure = error

    def change(self, jmap, boxes, id, name):
        kind = self.random.choice(["flag", "flag", "move", "destroy"])
        if kind == "destroy":
            wanted, arguments = ("gone", None), {"destroy": [id]}
        elif kind == "flag":
            seen = self.random.random() < 0.5
            wanted, arguments = ("seen", seen), {"update": {id: {"keywords/$seen": True if seen else None}}}
        else:
            box = boxes[self.random.choice(["inbox", "archive", "trash"])]
            wanted, arguments = ("box", box), {"update": {id: {"mailboxIds": {box: True}}}}
        entry = self.model.setdefault(name, {})
        entry["maybe"] = wanted
        answer = jmap.call("Email/set", **arguments)
        assert not answer.get("notUpdated") and not answer.get("notDestroyed"), answer
        entry[wanted[0]] = wanted[1] if wanted[0] != "gone" else True
        entry.pop("maybe")


class ImapWriter(threading.Thread):
    """As a Reader, by IMAP, in an account of its own; appends as well. What was appended and not acknowledged may be there."""

    BOXES = {"inbox": "INBOX", "archive": "Archives", "trash": "Corbeille"}

    def __init__(self, server, address, seed, model, acknowledged, lock):
        super().__init__(daemon=True)
        self.server, self.address, self.random, self.model = server, address, random.Random(seed), model
        self.acknowledged, self.lock = acknowledged, lock
        self.stopping, self.failure = False, None

    def run(self):
        try:
            roles = {id: role for role, id in self.server.jmap(self.address).mailboxes().items()}
            self.ids = {role: id for id, role in roles.items()}
            client = imaplib.IMAP4("127.0.0.1", self.server.ports["imap"], timeout=30)
            client.login(self.address, self.server.accounts[self.address])
            while not self.stopping:
                self.append(client)
                box = self.random.choice(list(self.BOXES))
                assert client.select(self.BOXES[box])[0] == "OK"
                data = client.uid("FETCH", "1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1]
                messages = [(item[0].split(b"UID ")[1].split()[0].decode(), item[1].decode()) for item in data if isinstance(item, tuple)]
                self.random.shuffle(messages)
                for uid, field in messages[:5]:
                    if self.stopping:
                        return
                    self.change(client, uid, field.split("<")[1].split(">")[0])
        except LOST:
            pass
        except (AssertionError, imaplib.IMAP4.error) as error:
            self.failure = error

    def append(self, client):
        name = f"i{self.random.randrange(1 << 60)}@crash.test"
        text = f"Subject: appended\r\nMessage-ID: <{name}>\r\n\r\n{word_of(name)}\r\n".encode()
        assert client.append("INBOX", "", None, text)[0] == "OK"
        with self.lock:
            self.acknowledged.add(name)

    def change(self, client, uid, name):
        entry = self.model.setdefault(name, {})
        # What a kill left marked is gone for JMAP, so it is taken away now.
        kind = "destroy" if entry.get("gone") else self.random.choice(["flag", "flag", "move", "destroy"])
        if kind == "destroy":
            # Marked, it is there for nobody but IMAP.
            entry["maybe"] = ("gone", None)
            assert client.uid("STORE", uid, "+FLAGS.SILENT", "(\\Deleted)")[0] == "OK"
            assert client.uid("EXPUNGE", uid)[0] == "OK"
            entry["gone"] = True
        elif kind == "flag":
            seen = self.random.random() < 0.5
            entry["maybe"] = ("seen", seen)
            assert client.uid("STORE", uid, "+FLAGS" if seen else "-FLAGS", "(\\Seen)")[0] == "OK"
            entry["seen"] = seen
        else:
            box = self.random.choice(list(self.BOXES))
            entry["maybe"] = ("box", self.ids[box])
            assert client.uid("MOVE", uid, self.BOXES[box])[0] == "OK"
            entry["box"] = self.ids[box]
        entry.pop("maybe")


def verify_search(jmap, address, found, gone, chance):
    """A sample of what is there is found by its own word, and of what is gone nothing is."""
    for name in chance.sample(sorted(found), min(len(found), 8)) + chance.sample(sorted(gone), min(len(gone), 4)):
        ids = jmap.call("Email/query", filter={"text": word_of(name)})["ids"]
        expected = [found[name]["id"]] if name in found else []
        assert ids == expected, f"{address}: a search for <{name}> gives {ids}, expected {expected}"


def verify(server, acknowledged, models, chance):
    """Compares each account with what its writers know; then takes what was found as known."""
    for address in server.accounts:
        found = {}
        jmap = server.jmap(address)
        for email in jmap.emails(["messageId", "keywords", "mailboxIds"]):
            name = email["messageId"][0]
            assert name not in found, f"{address} holds <{name}> twice"
            found[name] = email
        model = models[address]
        for name in acknowledged[address]:
            entry = model.get(name, {})
            maybe = entry.pop("maybe", None)
            if name not in found:
                assert entry.get("gone") or maybe == ("gone", None), f"{address} lost <{name}>, which was acknowledged"
                entry["gone"] = True
                model[name] = entry
                continue
            assert not entry.get("gone"), f"{address} still holds <{name}>, whose removal was acknowledged"
            now = {"seen": "$seen" in found[name]["keywords"], "box": next(iter(found[name]["mailboxIds"]))}
            for key, value in now.items():
                allowed = {entry.get(key, value)} | ({maybe[1]} if maybe and maybe[0] == key else set())
                assert value in allowed, f"{address} <{name}>: {key} is {value}, expected one of {allowed}"
                if key in entry:
                    entry[key] = value
        gone = {name for name, entry in model.items() if entry.get("gone") and name not in found}
        verify_search(jmap, address, found, gone, chance)


def kill_and_compare(kills, seed):
    chance = random.Random(seed)
    addresses = {f"compte{n}@academie.test": f"mot-de-passe-{n}" for n in range(1, 7)}
    server = Server(addresses)
    acknowledged = {address: set() for address in addresses}
    models = {address: {} for address in addresses}
    lock = threading.Lock()
    pending = {}
    try:
        for kill in range(1, kills + 1):
            server.start()
            verify(server, acknowledged, models, chance)
            senders = [Sender(server, n, chance.random(), acknowledged, lock) for n in range(4)]
            readers = [Reader(server, a, chance.random(), models[a]) for a in list(addresses)[:3]]
            readers += [ImapWriter(server, a, chance.random(), models[a], acknowledged[a], lock) for a in list(addresses)[3:5]]
            for sender in senders:
                sender.count, sender.pending = pending.get(sender.number, (0, None))
            for thread in senders + readers:
                thread.start()
            time.sleep(chance.uniform(0.05, 1.2))
            server.kill()
            for thread in senders + readers:
                thread.stopping = True
                thread.join(timeout=60)
                assert not thread.is_alive(), "a client hangs after the kill"
            for thread in senders + readers:
                assert thread.failure is None, thread.failure
            for sender in senders:
                pending[sender.number] = (sender.count, sender.pending)
            server.run("check")
            print(f"kill {kill}: {sum(map(len, acknowledged.values()))} deliveries acknowledged", flush=True)
        server.start()
        verify(server, acknowledged, models, chance)
        for sender_number, (count, message) in pending.items():
            if message:
                name, recipients, data = message
                with server.smtp() as connection:
                    connection.sendmail(f"sender{sender_number}@crash.test", recipients, data)
                for recipient in recipients:
                    acknowledged[recipient].add(name)
        verify(server, acknowledged, models, chance)
        assert server.stop() == 0, "SIGTERM did not end in exit 0"
        server.run("check")
        total = sum(map(len, acknowledged.values()))
        assert total > kills, f"the load was too thin to prove anything: {total} deliveries"
        print(f"{kills} kills, {total} acknowledged deliveries, none lost, none twice")
    except BaseException:
        print(server.log()[-3000:], file=sys.stderr)
        raise
    finally:
        server.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=1, help="each with a store and a seed of its own")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.rounds):
        kill_and_compare(options.kills, seed)


if __name__ == "__main__":
    main()
