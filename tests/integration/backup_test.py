#!/usr/bin/env python3
"""Backup and restore drills on a real server: what was sent comes back octet for octet, whatever is broken on the way."""

import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import BINARY, SANITIZED, Server  # noqa: E402

ACCOUNTS = {f"{name}@academie.test": "pomme-de-terre" for name in ("anne", "luc", "zoe")}
ANNE = "anne@academie.test"
CHANCE = random.Random(11)


def message(name, size=None):
    """Random text: nothing that packs well, so that the bodies are most of the backup."""
    text = CHANCE.randbytes((size or CHANCE.choice([50, 3_000, 40_000])) // 2).hex()
    lines = "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    return (
        f"From: <x@elsewhere.test>\r\nTo: <all@academie.test>\r\nSubject: {name}\r\n"
        f"Message-ID: <{name}@backup.test>\r\n\r\n{lines}\r\n"
    ).encode()


class Sender(threading.Thread):
    """Delivers until it is stopped; `sent` holds what was acknowledged."""

    def __init__(self, server, number):
        super().__init__(daemon=True)
        self.server, self.number, self.sent, self.stopping = server, number, {}, False

    def run(self):
        smtp = self.server.smtp()
        while not self.stopping:
            name = f"s{self.number}.{len(self.sent)}"
            data = message(name)
            recipients = CHANCE.sample(sorted(ACCOUNTS), CHANCE.randint(1, 3))
            smtp.sendmail("x@elsewhere.test", recipients, data)
            self.sent[f"{name}@backup.test"] = (data, recipients)
        smtp.quit()


def sent_by(server, count, prefix, size=None):
    sent = {}
    with server.smtp() as smtp:
        for number in range(count):
            name = f"{prefix}.{number}"
            sent[f"{name}@backup.test"] = (message(name, size), sorted(ACCOUNTS))
            smtp.sendmail("x@elsewhere.test", sorted(ACCOUNTS), sent[f"{name}@backup.test"][0])
    return sent


class Drill(unittest.TestCase):
    def setUp(self):
        self.server = Server(ACCOUNTS)
        self.backup = self.server.folder / "backup"
        self.data = self.server.folder / "data"
        self.server.start()

    def tearDown(self):
        self.server.close()

    def command(self, *arguments, code=0):
        result = self.server.run(*arguments, check=False)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def back_up(self, *options):
        return json.loads(self.command("backup", str(self.backup), "--json", *options).stdout)

    def verified(self):
        """A server whose client has gone notices that after a moment, and holds the folder until then."""
        end = time.monotonic() + 60
        while True:
            result = self.server.run("backup", str(self.backup), "--verify", "--json", check=False)
            if result.returncode != 2 or "another backup" not in result.stderr or time.monotonic() > end:
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
                return json.loads(result.stdout)
            time.sleep(0.1)

    def lose_everything(self):
        self.server.kill()
        shutil.rmtree(self.data)

    def restore(self, *options):
        return json.loads(self.command("restore", str(self.backup), "--json", *options).stdout)

    def held(self):
        """What each account holds: Message-ID → octets."""
        found = {}
        for address in ACCOUNTS:
            jmap = self.server.jmap(address)
            of_account = found[address] = {}
            for email in jmap.emails(["messageId", "blobId"]):
                name = email["messageId"][0]
                self.assertNotIn(name, of_account, f"{address} holds it twice")
                path = f"/jmap/download/{jmap.account}/{email['blobId']}/m.eml?accept=message/rfc822"
                of_account[name] = jmap.request("GET", path)
        return found

    def assert_holds(self, sent, exactly=True):
        held = self.held()
        for name, (data, recipients) in sent.items():
            for address in recipients:
                self.assertIn(name, held[address], address)
                # The server put its trace fields before it.
                self.assertTrue(held[address][name].endswith(data), f"{name} of {address} is not what was sent")
        if exactly:
            for address, of_account in held.items():
                self.assertEqual(set(of_account), {name for name, (_, to) in sent.items() if address in to})

    def test_everything_is_lost_and_comes_back(self):
        sent = sent_by(self.server, 30, "first")
        first = self.back_up()
        self.assertGreater(first["bodies"], 0)
        senders = [Sender(self.server, number) for number in range(2)]
        for sender in senders:
            sender.start()
        # Under load, full and not, while mail comes in and another mail is removed.
        for options in ([], ["--full"], ["--keep", "3"], []):
            self.back_up(*options)
            jmap = self.server.jmap(ANNE)
            victim = jmap.call("Email/query", limit=1, sort=[{"property": "receivedAt", "isAscending": True}])["ids"]
            gone = jmap.call("Email/get", ids=victim, properties=["messageId"])["list"][0]["messageId"][0]
            jmap.call("Email/set", destroy=victim)
            for known in (sent, *(sender.sent for sender in senders)):
                if gone in known:
                    data, to = known[gone]
                    known[gone] = (data, [address for address in to if address != ANNE])
            time.sleep(0.3)
        for sender in senders:
            sender.stopping = True
        for sender in senders:
            sender.join()
            sent |= sender.sent
        last = self.back_up()
        self.assertEqual(last["shardsWhole"], 0)
        jmap = self.server.jmap(ANNE)
        state = jmap.call("Email/get", ids=[])["state"]
        ids = {email["id"] for email in jmap.emails(["id"])}
        # After the last backup: seen by a client, and lost.
        lost = sent_by(self.server, 5, "lost")
        later = self.server.jmap(ANNE).call("Email/get", ids=[])["state"]
        lost_ids = {email["id"] for email in self.server.jmap(ANNE).emails(["id"])} - ids
        self.assertEqual(len(lost_ids), 5)

        self.lose_everything()
        report = self.restore()
        self.assertEqual(report["backup"], last["backup"])
        self.command("check")
        self.server.start()
        self.assert_holds(sent)
        self.command("check")

        jmap = self.server.jmap(ANNE)
        for since in (state, later):
            answer = jmap.calls([["Email/changes", {"accountId": jmap.account, "sinceState": since}, "0"]])[0]
            self.assertEqual((answer[0], answer[1]["type"]), ("error", "cannotCalculateChanges"))
        again = sent_by(self.server, 5, "again")
        new_ids = {email["id"] for email in jmap.emails(["id"])} - ids
        self.assertEqual(len(new_ids), 5)
        self.assertFalse(new_ids & lost_ids, "an id that a client has seen was given to another email")
        self.assertFalse(set(lost) & set(self.held()[ANNE]))
        # Backups go on in the same folder, and a store that goes on from an older one is known.
        self.assertEqual(self.back_up()["shardsWhole"], 0)
        self.lose_everything()
        self.restore("--backup", str(last["backup"]))
        self.server.start()
        other = sent_by(self.server, 3, "other")
        self.assertGreater(self.back_up()["shardsWhole"], 0)
        self.lose_everything()
        self.restore()
        self.server.start()
        self.assert_holds(sent | other)
        self.assertNotIn(next(iter(again)), self.held()[ANNE])
        self.command("backup", str(self.backup), "--verify")

    def test_a_stopped_server_is_backed_up_too(self):
        sent = sent_by(self.server, 10, "first")
        self.assertEqual(self.server.stop(), 0)
        self.back_up()
        refused = self.command("restore", str(self.backup), code=2)
        self.assertIn("not empty", refused.stderr)
        shutil.rmtree(self.data)
        self.command("restore", str(self.server.folder / "nowhere"), code=2)
        self.restore()
        self.server.start()
        self.assert_holds(sent)

    def test_killed_in_the_middle(self):
        sent = sent_by(self.server, 20, "first")
        good = self.back_up()
        for round in range(12):
            sent |= sent_by(self.server, 6, f"round{round}", 300_000)
            process = subprocess.Popen(
                [BINARY, "backup", str(self.backup), "--full", "--keep", "2", "--config", str(self.server.config)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            time.sleep(CHANCE.random() * (1.0 if SANITIZED else 0.25))
            if round % 2 == 0:
                process.send_signal(signal.SIGKILL)
                process.wait()
            else:
                self.server.kill()
                process.wait()
                self.server.start()
            # What is there is whole, and can be restored.
            found = self.verified()
            self.assertGreaterEqual(max(found["backups"]), good["backup"])
        self.back_up("--keep", "1")
        names = [path.name for path in self.backup.iterdir()]
        self.assertEqual(len([name for name in names if name.endswith("manifest")]), 1)
        self.assertFalse([name for name in names if name.endswith(".new")])
        self.lose_everything()
        restoring = subprocess.Popen(
            [BINARY, "restore", str(self.backup), "--config", str(self.server.config)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        time.sleep(0.05)
        restoring.send_signal(signal.SIGKILL)
        if restoring.wait() != 0:
            if (self.data / "restoring").exists():
                refused = self.command("account", "list", code=3)
                self.assertIn("not finished", refused.stderr)
            self.restore()
        self.server.start()
        self.assert_holds(sent)

    def test_a_damaged_file_is_named(self):
        sent = sent_by(self.server, 10, "first")
        self.back_up()
        more = sent_by(self.server, 3, "second")
        self.back_up()
        self.assertEqual(self.server.stop(), 0)
        for kind in (".rows", ".records", ".bodies", "manifest"):
            file = max(path for path in self.backup.iterdir() if path.name.endswith(kind) and path.stat().st_size > 40)
            octets = bytearray(file.read_bytes())
            octets[len(octets) // 3] ^= 4
            kept = file.read_bytes()
            file.write_bytes(octets)
            found = self.command("backup", str(self.backup), "--verify", code=1)
            self.assertIn(file.name, found.stdout + found.stderr)
            shutil.rmtree(self.data, ignore_errors=True)
            refused = self.command("restore", str(self.backup), code=1)
            self.assertIn(file.name, refused.stderr)
            file.write_bytes(kept)
        # The damage is in the newer backup: the older one is whole.
        file = max(path for path in self.backup.iterdir() if path.name.endswith(".records") and path.stat().st_size > 40)
        file.write_bytes(file.read_bytes()[:-3])
        shutil.rmtree(self.data, ignore_errors=True)
        self.assertEqual(self.restore("--backup", "1")["backup"], 1)
        self.server.start()
        self.assert_holds(sent)
        self.assertFalse(set(more) & set(self.held()[ANNE]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
