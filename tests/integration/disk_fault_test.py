#!/usr/bin/env python3
"""Disks that fill, fail, write too little, or change what was written: nothing that was acknowledged is lost, nothing
damaged is served as good, and what can go on goes on. The faults are those of tests/lib/faulty_disk.c, preloaded."""

import http.client
import os
import pathlib
import random
import shutil
import smtplib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import BINARY, Server  # noqa: E402

SHIM = BINARY.parent / "tests" / "libfaulty_disk.so"
ADDRESSES = [f"compte{number}@academie.test" for number in range(6)]
CHANCE = random.Random(5)
# Octets that nothing packs, so that they stand in the store's files as they are; without what SMTP would change.
NOISE = bytes(octet for octet in range(1, 256) if octet not in b"\r\n.")


def message(name, size=4_000):
    lines = b"\r\n".join(bytes(CHANCE.choices(NOISE, k=700)) for _ in range(max(1, size // 700)))
    return f"From: <x@elsewhere.test>\r\nSubject: {name}\r\nMessage-ID: <{name}@disk.test>\r\n\r\n".encode() + lines + b"\r\n"


def preload():
    """A sanitized program wants its own library first."""
    libraries = subprocess.run(["ldd", BINARY], capture_output=True, text=True).stdout.split()
    return " ".join([path for path in libraries if path.startswith("/") and "libasan" in path] + [str(SHIM)])


@unittest.skipUnless(SHIM.exists(), f"{SHIM} is not built")
class Faults(unittest.TestCase):
    def setUp(self):
        self.server = Server({address: "pomme-de-terre" for address in ADDRESSES}, shards=2)
        self.data = self.server.folder / "data"
        self.control, self.count = self.server.folder / "fault", self.server.folder / "count"
        self.sent, self.unknown, self.number = {}, set(), 0
        self.start()

    def tearDown(self):
        self.server.close()

    def start(self):
        settings = {
            "LD_PRELOAD": preload(), "FAULTY_FOLDER": str(self.data),
            "FAULTY_CONTROL": str(self.control), "FAULTY_COUNT": str(self.count),
        }
        os.environ.update(settings)
        try:
            self.server.start()
        finally:
            for name in settings:
                del os.environ[name]

    def fail_with(self, fault):
        self.control.write_text(fault)

    def mend(self):
        self.control.unlink()

    def failures(self):
        return self.count.stat().st_size if self.count.exists() else 0

    def deliver(self, size=4_000):
        """One message to one account; the code of the answer."""
        self.number += 1
        name, address = f"m{self.number}", ADDRESSES[self.number % len(ADDRESSES)]
        data = message(name, size)
        try:
            with self.server.smtp() as smtp:
                smtp.sendmail("x@elsewhere.test", [address], data)
            self.sent[f"{name}@disk.test"] = (data, address)
            return 250
        except smtplib.SMTPResponseException as error:
            return error.smtp_code
        except smtplib.SMTPRecipientsRefused as error:
            return next(iter(error.recipients.values()))[0]
        except (OSError, smtplib.SMTPException):  # no answer: it may be there
            self.unknown.add(f"{name}@disk.test")
            return None

    def held(self, address):
        jmap = self.server.jmap(address)
        found = {}
        for email in jmap.emails(["messageId", "blobId"]):
            name = email["messageId"][0]
            self.assertNotIn(name, found)
            found[name] = jmap.request("GET", f"/jmap/download/{jmap.account}/{email['blobId']}/m?accept=message/rfc822")
        return found

    def assert_all_there(self):
        """What was acknowledged, and nothing that was refused."""
        for address in ADDRESSES:
            held = self.held(address)
            wanted = {name: data for name, (data, to) in self.sent.items() if to == address}
            self.assertEqual(set(held) - self.unknown, set(wanted), address)
            for name, data in wanted.items():
                self.assertTrue(held[name].endswith(data), name)

    def assert_clean(self):
        result = self.server.run("check", check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_a_disk_fills_and_is_freed(self):
        for _ in range(20):
            self.assertEqual(self.deliver(), 250)
        for round in range(3):
            self.fail_with("full")
            codes = [self.deliver(size) for size in (300_000, 4_000) * 12]
            self.assertIn(452, codes)
            self.assertLessEqual(set(codes), {250, 452}, codes)
            # Reading goes on.
            self.assert_all_there()
            time.sleep(1)
            self.mend()
            # By itself.
            self.assertEqual([self.deliver(size) for size in (300_000, 4_000) * 6], [250] * 12)
            self.assert_all_there()
        self.assertGreater(self.failures(), 0)
        self.assert_clean()
        self.server.kill()
        self.start()
        self.assert_all_there()
        self.assert_clean()

    def test_it_is_killed_while_the_disk_is_full(self):
        for _ in range(10):
            self.assertEqual(self.deliver(), 250)
        self.fail_with("full")
        self.assertIn(452, [self.deliver(size) for size in (300_000, 4_000) * 12])
        self.server.kill()
        self.mend()
        self.start()
        self.assert_all_there()
        self.assertEqual(self.deliver(), 250)
        self.assert_clean()

    def failing(self, fault):
        """Writes that fail are refused; whatever it takes, everything acknowledged is there."""
        for _ in range(10):
            self.assertEqual(self.deliver(), 250)
        self.fail_with(fault)
        codes = [self.deliver(size) for size in (4_000, 300_000) * 8]
        self.assertTrue(all(code == 250 or 400 <= code < 500 for code in codes), codes)
        self.assert_all_there()
        self.mend()
        self.assertGreater(self.failures(), 0)
        return codes

    def test_writes_fail(self):
        codes = self.failing("write")
        self.assertNotIn(250, codes)
        self.server.stop()
        self.start()
        self.assertEqual(self.deliver(), 250)
        self.assert_all_there()
        self.assert_clean()

    def test_syncs_fail(self):
        codes = self.failing("sync")
        self.assertNotIn(250, codes)
        # What is on disk is not known any more: nothing is written before it was read again.
        self.assertGreaterEqual(self.deliver(), 400)
        self.server.stop()
        self.start()
        self.assertEqual(self.deliver(), 250)
        self.assert_all_there()
        self.assert_clean()

    def test_short_writes(self):
        self.failing("short")
        self.server.kill()
        self.start()
        self.assertEqual(self.deliver(), 250)
        self.assert_all_there()
        self.assert_clean()

    def test_the_last_step_of_a_commit_fails(self):
        """LMDB gives up then: an empty mailbox is never shown instead."""
        for _ in range(10):
            self.assertEqual(self.deliver(), 250)
        self.fail_with("meta")
        codes = [self.deliver() for _ in range(4)]
        self.assertNotIn(250, codes)
        self.mend()
        self.assertGreater(self.failures(), 0)
        for address in ADDRESSES:
            wanted = {name for name, (_, to) in self.sent.items() if to == address}
            try:
                self.assertEqual(set(self.held(address)) - self.unknown, wanted)
            except (OSError, http.client.HTTPException):
                break
        self.server.process.wait(timeout=20)
        self.start()
        self.assert_all_there()
        self.assertEqual(self.deliver(), 250)
        self.assert_clean()

    def reads(self, address):
        """Whether the account's list is given."""
        try:
            self.server.jmap(address).emails(["subject", "preview"])
            return True
        except AssertionError as error:
            self.assertIn("serverFail", str(error))
            return False

    def takes(self, address):
        """Whether a message to it is acknowledged; else it may come again."""
        try:
            with self.server.smtp() as smtp:
                smtp.sendmail("x@elsewhere.test", [address], message(f"probe{time.monotonic_ns()}"))
            return True
        except smtplib.SMTPResponseException as error:
            self.assertIn(error.smtp_code // 10, (45,))
            return False
        except smtplib.SMTPRecipientsRefused as error:
            self.assertEqual({code // 10 for code, _ in error.recipients.values()}, {45})
            return False

    def assert_a_row_is_isolated(self):
        """One bit in the subject of one row."""
        subject = f"unique{self.number}"
        owner = ADDRESSES[0]
        self.start()
        with self.server.smtp() as smtp:
            smtp.sendmail("x@elsewhere.test", [owner], message(subject))
        self.assertEqual(self.server.stop(), 0)
        kept = {}
        for file in self.data.glob("shard-*/rows/data.mdb"):
            octets = bytearray(file.read_bytes())
            at = octets.find(subject.encode())
            while at >= 0:
                kept.setdefault(file, bytes(octets))
                octets[at] ^= 2
                at = octets.find(subject.encode(), at + 1)
            file.write_bytes(octets)
        self.assertTrue(kept)
        found = self.server.run("check", check=False)
        self.assertEqual(found.returncode, 1, found.stdout)
        self.assertRegex(found.stdout, r"account \d+: An entry of emails is damaged")
        self.start()
        self.assertEqual([address for address in ADDRESSES if not self.reads(address)], [owner])
        self.assertEqual(self.server.stop(), 0)
        for file, octets in kept.items():
            file.write_bytes(octets)

    def assert_a_shard_is_isolated(self, file):
        """A file that became shorter, or is gone: who is in other shards goes on, and nobody is sent away."""
        kept = file.read_bytes()
        for octets in (kept[: len(kept) // 2], None):
            file.unlink()
            if octets is not None:
                file.write_bytes(octets)
            found = self.server.run("check", check=False)
            self.assertEqual(found.returncode, 1, found.stdout)
            self.assertIn(str(file), found.stdout)
            self.start()
            read = {address for address in ADDRESSES if self.reads(address)}
            taken = {address for address in ADDRESSES if self.takes(address)}
            self.assertEqual(read, taken)
            self.assertTrue(read and read != set(ADDRESSES))
            self.assertEqual(self.server.stop(), 0)
        file.write_bytes(kept)

    def test_damage_is_named_isolated_and_mended_from_a_backup(self):
        for _ in range(30):
            self.assertEqual(self.deliver(), 250)
        backup = str(self.server.folder / "backup")
        self.server.run("backup", backup)
        self.assertEqual(self.server.stop(), 0)
        # One bit of one message.
        name, (data, owner) = next(iter(self.sent.items()))
        noise = data[data.index(b"\r\n\r\n") + 4 :][:600]
        places = 0
        for file in self.data.glob("shard-*/bodies/data.mdb"):
            octets = bytearray(file.read_bytes())
            at = octets.find(noise)
            while at >= 0:
                octets[at + 300] ^= 16
                places += 1
                at = octets.find(noise, at + 1)
            file.write_bytes(octets)
        self.assertGreater(places, 0)
        found = self.server.run("check", check=False)
        self.assertEqual(found.returncode, 1)
        self.assertRegex(found.stdout, r"account \d+: The body [0-9a-f]{64} is damaged")
        self.assertEqual(found.stdout.count("is damaged"), 1)
        # The rest goes on, and that one is never served.
        self.start()
        for address in ADDRESSES:
            jmap = self.server.jmap(address)
            for email in jmap.emails(["messageId", "blobId"]):
                path = f"/jmap/download/{jmap.account}/{email['blobId']}/m?accept=message/rfc822"
                if email["messageId"][0] != name:
                    self.assertTrue(jmap.request("GET", path).endswith(self.sent[email["messageId"][0]][0]))
                    continue
                with self.assertRaises(Exception):  # an error, or an answer that is cut off
                    jmap.request("GET", path)
                jmap = self.server.jmap(address)
        self.assertEqual(self.deliver(), 250)
        more = self.server.run("backup", backup, check=False)
        self.assertEqual(more.returncode, 0, more.stderr)  # the good one is in the backup already
        self.assertEqual(self.server.stop(), 0)
        self.assert_a_row_is_isolated()
        for part in ("rows", "bodies"):
            self.assert_a_shard_is_isolated(self.data / "shard-000" / part / "data.mdb")
        shutil.rmtree(self.data)
        self.server.run("restore", backup)
        self.start()
        self.assert_all_there()
        self.assert_clean()


if __name__ == "__main__":
    unittest.main(verbosity=2)
