#!/usr/bin/env python3
"""Two Facteurs and a Postfix, with a DNS server, send each other mail while each is killed at random.

Clients hand messages in by SMTP, as a mail server would: what was not acknowledged is handed in again, the same bytes. Then
every message is in its mailbox, or has come back as one report when its recipient does not exist. At the Facteurs: exactly
once. At the Postfix at least once: it cannot know what it has had already when a connection died between a text and the answer
to it (RFC 5321 §4.1.1.4); what it took twice from a client it sends on as two messages, each with a number of its own. How often
that happened is told, and bounded by the kills.

    tests/crash/exchange.py [--messages 20000] [--kills 60] [--seed N]
"""

import argparse
import json
import pathlib
import random
import re
import smtplib
import sys
import threading
import time
from collections import Counter

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from dnsmasq import Dnsmasq  # noqa: E402
from facteur import Server, free_port  # noqa: E402
from outside import until  # noqa: E402
from postfix import Postfix  # noqa: E402

PEOPLE = {"a": "anne@a.test", "b": "bernard@b.test", "p": "zoe@p.test"}
HOSTS = {"a": "127.0.0.11", "b": "127.0.0.12", "p": "127.0.0.13"}
# Shares of the messages. Postfix is slower than the others.
FLOWS = {("a", "b"): 0.25, ("b", "a"): 0.25, ("a", "p"): 0.125, ("b", "p"): 0.125, ("p", "a"): 0.125, ("p", "b"): 0.125}
NOBODY_EACH = 97  # one of so many has no recipient
# No log: after some kills all of its processes wait for its log daemon, for good.
SETTINGS = "relay_domains = a.test b.test\nmaillog_file =\n"
MARK = re.compile(rb"X-Exchange: ([a-z]+\.\d+)")
BY_POSTFIX = re.compile(rb"\(Postfix\) with E?SMTP id (\w+)")


def message(name: str, sender: str, recipient: str, text: str) -> bytes:
    return (f"From: <{sender}>\r\nTo: <{recipient}>\r\nSubject: {name}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
            f"Message-ID: <{name}@exchange.test>\r\nX-Exchange: {name}\r\n\r\n{text}\r\n").encode()


class Client(threading.Thread):
    """Hands in the messages of one flow, one after the other, each until it is acknowledged."""

    def __init__(self, source: str, target: str, count: int, port: int, seed: int):
        super().__init__(daemon=True)
        self.source, self.target, self.count, self.port, self.random = source, target, count, port, random.Random(seed)
        self.good, self.bad = set(), set()  # acknowledged; those of `bad` have no recipient
        self.failure: Exception | None = None

    def run(self):
        try:
            connection = None
            for number in range(self.count):
                name, sender = f"{self.source}{self.target}.{number}", PEOPLE[self.source]
                is_bad = number % NOBODY_EACH == NOBODY_EACH - 1
                recipient = f"nobody{number}@{self.target}.test" if is_bad else PEOPLE[self.target]
                octets = message(name, sender, recipient, "mot " * self.random.choice([10, 500, 5000]))
                while True:
                    try:
                        connection = connection or smtplib.SMTP(HOSTS[self.source], self.port, local_hostname="client.test", timeout=60)
                        connection.sendmail(sender, [recipient], octets)
                        break
                    except (OSError, smtplib.SMTPServerDisconnected):
                        connection = None
                        time.sleep(0.1)
                (self.bad if is_bad else self.good).add(name)
        except Exception as error:  # told by the main thread
            self.failure = error


class World:
    def __init__(self):
        self.port = free_port()
        records = [option for name, host in HOSTS.items()
                   for option in (f"--mx-host={name}.test,mx.{name}.test,10", f"--host-record=mx.{name}.test,{host}")]
        self.dns = Dnsmasq(*records)
        self.facteurs = {name: Server(
            {PEOPLE[name]: "secret-9"}, domain=f"{name}.test", smtp=f"{HOSTS[name]}:{self.port}",
            extra=f'[smtp]\nrelay_networks = ["127.0.0.0/8"]\n[queue]\nresolver = "{self.dns.address}"\nport = {self.port}\n') for name in "ab"}
        self.postfix = Postfix({f"{name}.test": f"smtp:[{HOSTS[name]}]:{self.port}" for name in "ab"}, (PEOPLE["p"],),
                               SETTINGS, self.port, HOSTS["p"])
        for server in self.facteurs.values():
            server.start()

    def kill(self, name: str, pause: float) -> None:
        place = self.postfix if name == "p" else self.facteurs[name]
        place.kill()
        time.sleep(pause)
        place.start()

    def is_quiet(self) -> bool:
        """Nothing waits anywhere; what does is tried at once."""
        waiting = [server for server in self.facteurs.values() if json.loads(server.run("queue", "list", "--json").stdout)]
        for server in waiting:
            server.run("queue", "retry", "--all", check=False)
        if not self.postfix.is_empty():
            self.postfix.flush()
            return False
        return not waiting

    def texts(self, name: str) -> list[bytes]:
        """All that has come for the one who lives there."""
        if name == "p":
            return self.postfix.mail(PEOPLE["p"])
        jmap = self.facteurs[name].jmap(PEOPLE[name])
        return [jmap.request("GET", f"/jmap/download/{jmap.account}/{found['blobId']}/m.eml") for found in jmap.emails(["blobId"])]

    def close(self) -> None:
        self.postfix.close()
        for server in self.facteurs.values():
            server.close()
        self.dns.close()


def verify(world: World, clients: list[Client], kills: int) -> Counter:
    told = Counter()
    for name in HOSTS:
        came, reports = Counter(), Counter()
        numbers = set()  # of what the Postfix sent on
        taken_twice = 0
        for text in world.texts(name):
            mark = MARK.search(text)
            assert mark, text[:2000]
            is_report = b"multipart/report" in text.split(b"\r\n\r\n" if b"\r\n\r\n" in text else b"\n\n")[0]
            number = BY_POSTFIX.search(text)
            if name != "p" and number and came[mark[1].decode()] and number[1] not in numbers:
                taken_twice += 1
            else:
                (reports if is_report else came)[mark[1].decode()] += 1
            if number:
                numbers.add(number[1])
        expected = set().union(*(client.good for client in clients if client.target == name))
        refused = set().union(*(client.bad for client in clients if client.source == name))
        assert set(came) == expected, f"{name}: missing {sorted(expected - set(came))[:5]}, unexpected {sorted(set(came) - expected)[:5]}"
        assert set(reports) == refused, f"{name}: missing reports {sorted(refused - set(reports))[:5]}, unexpected {sorted(set(reports) - refused)[:5]}"
        twice = came.total() - len(came) + reports.total() - len(reports)
        assert twice <= (5 * kills if name == "p" else 0), f"{twice} came twice to {name}: {[one for one in came if came[one] > 1][:5]}"
        told["came"] += len(came)
        told["reports"] += len(reports)
        assert taken_twice <= 5 * kills, f"{taken_twice} were sent on twice to {name}"
        told[f"twice at {name}"] = twice
        told[f"taken twice by the Postfix for {name}"] = taken_twice
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=600)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    chance = random.Random(options.seed)
    world, begun = World(), time.monotonic()
    try:
        clients = [Client(source, target, int(options.messages * share), world.port, chance.randrange(1 << 30))
                   for (source, target), share in FLOWS.items()]
        for client in clients:
            client.start()
        kills = 0
        while kills < options.kills:
            time.sleep(chance.uniform(0.1, 1.5))
            world.kill(chance.choice("aabbp"), chance.uniform(0, 0.5))
            kills += 1
        for client in clients:
            client.join(timeout=1800)
            assert not client.is_alive() and not client.failure, f"{client.source} to {client.target}: {client.failure!r}"
        until("mail still waits", world.is_quiet, 900)
        told = verify(world, clients, kills)
        for server in world.facteurs.values():
            assert server.stop() == 0
            server.run("check")
        print(f"{kills} kills, {time.monotonic() - begun:.0f} s: " + ", ".join(f"{what} {count}" for what, count in told.items()))
    except BaseException:
        for server in world.facteurs.values():
            print(server.log()[-3000:], file=sys.stderr)
        raise
    finally:
        world.close()


if __name__ == "__main__":
    main()
