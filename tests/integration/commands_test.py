#!/usr/bin/env python3
"""Every subcommand, with the server stopped and running: what it says, what it changes, how it exits."""

import contextlib
import json
import mailbox
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import BINARY, Jmap, Server  # noqa: E402

ANNE, LUC = "anne@academie.test", "luc@academie.test"


def eml(name: str) -> bytes:
    return (
        f"From: <{name}@lycee.test>\r\nTo: <{ANNE}>\r\nSubject: {name}\r\nMessage-ID: <{name}@lycee.test>\r\n"
        "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nBonjour,\r\n\r\nFrom here on.\r\n>From there.\r\n"
    ).encode()


def messages_of(maildir: pathlib.Path) -> dict:
    """Octets of each message → when it came, its flags."""
    found = {}
    for path in (maildir / "cur").iterdir():
        seconds = path.name.split(".")[0]
        assert int(path.stat().st_mtime) == int(seconds), path
        found[path.read_bytes()] = (seconds, path.name.rsplit(":2,", 1)[1])
    return found


class Commands:
    """Run twice: on a stopped and on a running server."""

    running = False

    @classmethod
    def setUpClass(cls):
        cls.server = Server({ANNE: "pomme-de-terre", LUC: "chataigne"})
        if cls.running:
            cls.server.start()

    @classmethod
    def tearDownClass(cls):
        try:
            if cls.running:
                assert cls.server.stop() == 0, cls.server.log()[-3000:]
            cls.server.run("check")
        finally:
            cls.server.close()

    def run_command(self, *arguments, code=0, stdin=""):
        result = subprocess.run(
            [BINARY, *arguments, "--config", str(self.server.config)],
            input=stdin, capture_output=True, text=True, timeout=120, cwd=self.server.folder,
        )
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def json(self, *arguments):
        return json.loads(self.run_command(*arguments, "--json").stdout)

    def add(self, name):
        self.run_command("account", "import", "-", stdin=f"address,name,password\n{name},{name},secret\n")

    def emails(self, account, path="inbox"):
        for entry in self.json("mailbox", "list", account):
            if path in (entry["path"], entry["role"]):
                return entry["emails"]
        return None

    def test_account_life(self):
        added = self.run_command(
            "account", "add", "Chloé@academie.test", "--name", "Chloé Durand", "--alias", "direction@academie.test",
            "--quota", "2 GB", "--password-stdin", stdin="un mot de passe\n",
        )
        self.assertIn("chloé@academie.test is account", added.stdout)
        account = self.json("account", "show", "direction@academie.test")
        self.assertEqual((account["name"], account["quota"], account["password"]), ("Chloé Durand", 2_000_000_000, True))
        again = self.run_command("account", "add", "chloé", "--name", "X", "--no-password", code=1)
        self.assertIn("chloé@academie.test", again.stderr)
        self.run_command("account", "suspend", "chloé")
        self.assertEqual(self.json("account", "show", "chloé")["status"], "suspended")
        self.run_command("account", "resume", "chloé")
        self.assertEqual(self.json("account", "show", "chloé")["status"], "active")
        self.run_command("account", "set-password", "chloé", "--password-stdin", stdin="autre\n")
        self.run_command("account", "set-password", "chloé", "--password-stdin", stdin="\n", code=1)
        self.assertIn("--yes", self.run_command("account", "delete", "chloé", code=2).stderr)
        self.run_command("account", "delete", "chloé", "--yes")
        self.assertIn("no account", self.run_command("account", "show", "chloé", code=1).stderr)

    def test_one_of_several_accounts_is_absent(self):
        self.add("présente")
        self.run_command("account", "suspend", "absente", "présente", code=1)
        self.assertEqual(self.json("account", "show", "présente")["status"], "suspended")

    def test_account_list(self):
        listed = {account["address"] for account in self.json("account", "list")}
        self.assertLessEqual({ANNE, LUC}, listed)
        self.assertRegex(self.run_command("account", "list").stdout, r"ADDRESS +NAME +STATUS")

    def test_secrets_are_not_shown(self):
        text = "address,name,password,numen,school\nsecret,S,motdepasse,12E3456789012,Lycée\n"
        self.run_command("account", "import", "-", stdin=text)
        for arguments in (("show", "secret"), ("show", "secret", "--json"), ("list", "--json")):
            shown = self.run_command("account", *arguments).stdout
            self.assertNotIn("12E3456789012", shown)
            self.assertNotIn("argon2", shown)
        self.assertIs(self.json("account", "show", "secret")["profile"]["numen"], True)
        self.assertEqual(self.json("account", "show", "secret")["profile"]["school"], "Lycée")

    def test_import_of_accounts_names_bad_lines(self):
        rows = "address,name,password\ni1,Un,a\nno address here,Deux,b\ni3,Trois,\ni4,Quatre,d\ni1,Encore,e\n"
        result = self.run_command("account", "import", "-", stdin=rows, code=1)
        self.assertIn("2 accounts added, 3 lines refused", result.stdout)
        self.assertRegex(result.stderr, r"-:3: .*not an address")
        self.assertRegex(result.stderr, r"-:4: the password is empty")
        self.assertRegex(result.stderr, r"-:[26]: ")
        rows = "address,name,password\ni4,Quatre,d\n"
        self.assertIn("1 there already", self.run_command("account", "import", "-", "--skip-existing", stdin=rows).stdout)
        self.assertIn("shoe", self.run_command("account", "import", "-", stdin="address,shoe\n", code=1).stderr)
        self.assertIn("absent.csv", self.run_command("account", "import", "absent.csv", code=1).stderr)

    def make_maildir(self) -> pathlib.Path:
        """Four messages with flags in the inbox, one with a keyword in a folder."""
        folder = self.server.folder / "source"
        for root in (folder, folder / ".Projets.&AMk-t&AOk-"):
            for part in ("cur", "new", "tmp"):
                (root / part).mkdir(parents=True)
        for n, flags in enumerate(["", "S", "FRS", "D"]):
            (folder / "cur" / f"{1_700_000_000 + n}.M{n}.host:2,{flags}").write_bytes(eml(f"message{n}"))
        inner = folder / ".Projets.&AMk-t&AOk-"
        (inner / "cur" / "1700000009.x.host:2,Sa").write_bytes(eml("projet"))
        (inner / "dovecot-keywords").write_text("0 urgent\n")
        return folder

    def test_mail_goes_in_once_and_comes_out_as_it_was(self):
        source, folder = self.make_maildir(), self.server.folder
        expected = {p.read_bytes(): (p.name.split(".")[0], p.name.rsplit(":2,", 1)[1]) for p in (source / "cur").iterdir()}
        self.add("rond")
        self.assertIn("5 messages", self.run_command("import", "source", "--account", "rond").stdout)
        self.assertEqual((self.emails("rond"), self.emails("rond", "Projets/Été")), (4, 1))
        again = self.run_command("import", "source", "--account", "rond").stdout
        self.assertIn("0 messages", again)
        self.assertIn("5 there already", again)

        self.run_command("export", "out", "--account", "rond")
        self.assertEqual(messages_of(folder / "out"), expected)
        inner = folder / "out" / ".Projets.&AMk-t&AOk-"
        self.assertEqual(messages_of(inner), {eml("projet"): ("1700000009", "Sa")})
        self.assertEqual((inner / "dovecot-keywords").read_text(), "0 urgent\n")
        self.assertIn("5 there already", self.run_command("export", "out", "--account", "rond").stdout)

        # As mbox, from there into another account, and out again: the same octets, flags and times.
        self.run_command("export", "boxes", "--account", "rond", "--format", "mbox")
        inbox = next((folder / "boxes").glob("R*.mbox"))
        with contextlib.closing(mailbox.mbox(inbox, create=False)) as box:
            self.assertEqual(len(box), 4)
        self.add("rond2")
        self.run_command("import", "boxes", "--account", "rond2")
        self.run_command("export", "out2", "--account", "rond2")
        self.assertEqual(messages_of(folder / "out2"), expected)
        self.assertEqual(messages_of(folder / "out2" / inner.name), {eml("projet"): ("1700000009", "Sa")})

    def test_import_of_single_files_and_into_a_mailbox(self):
        (self.server.folder / "one.eml").write_bytes(eml("seul"))
        result = self.json("import", "one.eml", "--account", LUC, "--mailbox", "Cours/2026")
        self.assertEqual((result["imported"], result["complete"]), (1, True))
        self.assertEqual(self.emails(LUC, "Cours/2026"), 1)
        stdin = "From x@y.test Tue Nov 24 10:00:00 2026\nSubject: by pipe\n\nbody\n"
        self.run_command("import", "-", "--account", LUC, "--mailbox", "Tuyau", stdin=stdin)
        self.assertEqual(self.emails(LUC, "Tuyau"), 1)
        self.assertIn("no account", self.run_command("import", "one.eml", "--account", "nobody", code=1).stderr)
        self.assertIn("absent.mbox", self.run_command("import", "absent.mbox", "--account", LUC, code=1).stderr)

    def test_an_unreadable_file_stops_no_other(self):
        folder = self.server.folder / "mixed"
        folder.mkdir()
        (folder / "a.eml").write_bytes(eml("a"))
        (folder / "b.eml").symlink_to("nowhere")
        self.add("mixte")
        result = self.run_command("import", "mixed", "--account", "mixte", code=1)
        self.assertIn("b.eml", result.stderr)
        self.assertEqual(self.emails("mixte"), 1)

    def test_check_and_stats(self):
        self.assertIn("all is well", self.run_command("check", "--quick").stdout)
        report = self.json("check")
        self.assertEqual(report["findings"], [])
        self.assertGreaterEqual(report["accounts"], 2)
        stats = self.json("stats")
        self.assertIs(stats["running"], self.running)
        self.assertGreaterEqual(stats["accounts"], 2)
        self.assertIn("accounts", self.run_command("stats").stdout)
        limits = {limit["name"]: limit["value"] for limit in self.json("stats", "--limits")}
        self.assertEqual(limits["smtp.message_size"], 50_000_000)
        self.assertEqual(limits["HTTP bodies under way"], 512 << 20)
        self.assertIn("JMAP calls in a request", self.run_command("stats", "--limits").stdout)

    def test_usage_errors_change_nothing(self):
        wrong = [["fly"], ["account"], ["account", "add"], ["import", "x"], ["export", "x", "--account", LUC, "--format", "zip"]]
        for arguments in wrong:
            self.assertNotEqual(self.run_command(*arguments, code=2).stderr, "")
        for topic in (["--help"], ["account", "import", "--help"], ["import", "--help"], ["check", "--help"]):
            self.assertIn("Usage", self.run_command(*topic).stdout)


class Stopped(Commands, unittest.TestCase):
    def test_commands_wait_for_each_other(self):
        command = [BINARY, "account", "list", "--config", str(self.server.config)]
        processes = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(3)]
        self.assertEqual([process.wait(timeout=60) for process in processes], [0, 0, 0])

    def test_no_store_is_made_by_looking(self):
        config = self.server.folder / "absent.toml"
        config.write_text(f'[store]\npath = "{self.server.folder}/nowhere"\n')
        result = subprocess.run([BINARY, "account", "list", "--config", str(config)], capture_output=True, text=True)
        self.assertEqual(result.returncode, 3)
        self.assertFalse((self.server.folder / "nowhere").exists())


class Running(Commands, unittest.TestCase):
    running = True

    def test_the_socket_is_its_owners_alone(self):
        mode = os.stat(self.server.folder / "data" / "admin.sock").st_mode
        self.assertEqual(mode & 0o777, 0o600)

    def test_a_suspended_account_cannot_sign_in(self):
        self.add("part")
        self.server.accounts["part@academie.test"] = "secret"
        self.server.jmap("part@academie.test")
        self.run_command("account", "suspend", "part")
        with self.assertRaisesRegex(AssertionError, "40[13]"):
            Jmap(self.server.ports["http"], "part@academie.test", "secret")


if __name__ == "__main__":
    unittest.main()
