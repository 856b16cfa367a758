#!/usr/bin/env python3
"""The server as a process: configuration errors, readiness, metrics, signals, certificates, the log."""

import contextlib
import http.client
import json
import os
import pathlib
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import BINARY, Server  # noqa: E402

ANNE = "anne@academie.test"


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not come")


def get(port, path):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()


class Configuration(unittest.TestCase):
    def refused(self, text):
        with tempfile.TemporaryDirectory(prefix="facteur-test-") as folder:
            config = pathlib.Path(folder) / "facteur.toml"
            config.write_text(text)
            result = subprocess.run([BINARY, "serve", "--config", config], capture_output=True, text=True, timeout=30)
            self.assertEqual(result.returncode, 2, result.stderr)
            return result.stderr

    def test_errors_name_file_line_and_key(self):
        self.assertRegex(self.refused('domain = "x.test"\n[store]\nshard = 4\n'), r"facteur\.toml:3: store\.shard: .*not known")
        self.assertRegex(self.refused('[smtp]\nmessage_size = "many"\n'), r"facteur\.toml:2: smtp\.message_size: ")
        self.assertRegex(self.refused("[limits]\n\nquota = true\n"), r"facteur\.toml:3: limits\.quota: ")
        self.assertRegex(self.refused('domain = "x\n'), r"facteur\.toml:1: ")

    def test_a_file_that_is_absent(self):
        result = subprocess.run([BINARY, "serve", "--config", "/nonexistent/f.toml"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 2)
        self.assertIn("/nonexistent/f.toml", result.stderr)

    def test_a_newer_store_is_refused(self):
        server = Server({ANNE: "secret"})
        try:
            (server.folder / "data" / "schema").write_text("999 4\n")
            for arguments in (["serve"], ["account", "list"]):
                result = server.run(*arguments, check=False)
                self.assertEqual(result.returncode, 3)
                self.assertIn("newer", result.stderr)
        finally:
            server.close()

    def test_a_port_that_is_taken(self):
        server = Server({ANNE: "secret"})
        try:
            with socket.socket() as other:
                other.bind(("127.0.0.1", server.ports["smtp"]))
                other.listen()
                result = server.run("serve", check=False)
            self.assertEqual(result.returncode, 3)
            self.assertIn("listen.smtp", result.stderr)
        finally:
            server.close()


class Serving(unittest.TestCase):
    """One server through its life; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server({ANNE: "secret"})
        text = cls.server.config.read_text()
        cls.log_file = cls.server.folder / "facteur.log"
        cls.server.config.write_text(text + f'[log]\nformat = "json"\nfile = "{cls.log_file}"\n')
        cls.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = str(cls.server.folder / "notify")
        cls.notify.bind(path)
        cls.notify.settimeout(20)
        os.environ["NOTIFY_SOCKET"] = path
        try:
            cls.server.start()
        finally:
            del os.environ["NOTIFY_SOCKET"]

    @classmethod
    def tearDownClass(cls):
        cls.notify.close()
        cls.server.close()

    def hear(self, word):
        while word not in self.notify.recv(4096).decode():
            pass

    def certificate(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.server.ports["https"]), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname="academie.test") as secure:
                return secure.getpeercert(binary_form=True)

    def logged(self, event):
        return self.log_file.exists() and event in self.log_file.read_text()

    def test_1_ready_is_said_to_the_manager_and_on_the_admin_door(self):
        self.hear("READY=1")
        self.assertEqual(get(self.server.ports["admin"], "/healthz")[0], 200)
        self.assertEqual(get(self.server.ports["admin"], "/readyz")[0], 200)

    def test_2_metrics_are_on_the_admin_door_only(self):
        with self.server.smtp() as connection:
            connection.sendmail("x@elsewhere.test", [ANNE], "Subject: x\r\n\r\nx\r\n")
        status, text = get(self.server.ports["admin"], "/metrics")
        self.assertEqual(status, 200)
        for name in (
            "facteur_connections_total", "facteur_command_seconds_bucket", "facteur_lane_batch_commits",
            "facteur_lane_sync_latency", "facteur_actors", "facteur_mailbox_actors", "process_resident_memory_bytes",
        ):
            self.assertIn(name, text)
        for path in ("/metrics", "/healthz", "/readyz"):
            answer = get(self.server.ports["http"], path)
            self.assertNotIn("facteur_", answer[1], path)
            self.assertNotIn("ready", answer[1], path)

    def test_3_a_subcommand_of_another_version_is_refused(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.server.folder / "data" / "admin.sock"))
            payload = b"0.0.0-other\0" + b"0\0account\0list\0"
            client.sendall(b"R" + len(payload).to_bytes(4, "big") + payload)
            answer = b""
            while piece := client.recv(4096):
                answer += piece
        self.assertIn(b"restart the server", answer)
        self.assertTrue(answer.endswith(b"x\x00\x00\x00\x013"), answer)

    def test_3_rubbish_on_the_admin_socket_harms_nobody(self):
        for rubbish in (b"", b"R", b"R\xff\xff\xff\xff", b"R\x00\x00\x00\x01\x00", b"o\x00\x00\x00\x00"):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(self.server.folder / "data" / "admin.sock"))
                client.sendall(rubbish)
        self.assertIn(ANNE, self.server.run("account", "list").stdout)

    def test_4_sighup_takes_the_new_certificate_and_log(self):
        before = self.certificate()
        key, certificate = self.server.folder / "k.pem", self.server.folder / "c.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
             "-subj", "/CN=academie.test"],
            check=True, capture_output=True,
        )
        text = self.server.config.read_text()
        self.server.config.write_text(text + f'[tls]\ncertificate = "{certificate}"\nkey = "{key}"\n')
        old = self.server.folder / "old.log"
        self.log_file.rename(old)
        self.server.process.send_signal(signal.SIGHUP)
        self.hear("RELOADING=1")
        self.hear("READY=1")
        self.assertNotEqual(self.certificate(), before)
        self.assertTrue(self.logged("reloaded"))
        self.assertIn("ready", [json.loads(line)["event"] for line in old.read_text().splitlines()])

        # A mistake leaves everything as it is, and is logged.
        serving = self.certificate()
        self.server.config.write_text(text + '[tls]\ncertificate = "/nonexistent"\nkey = "/nonexistent"\n')
        self.server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.logged("certificate was not reread"))
        self.assertEqual(self.certificate(), serving)
        self.server.config.write_text(text + "nonsense\n")
        self.server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.logged("configuration was not reread"))
        self.server.config.write_text(text)

    def test_5_sigterm_ends_idle_connections_and_the_process_with_0(self):
        idle = socket.create_connection(("127.0.0.1", self.server.ports["smtp"]), timeout=20)
        self.assertTrue(idle.recv(1000).startswith(b"220"))
        begun = time.monotonic()
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.assertLess(time.monotonic() - begun, 15)
        self.hear("STOPPING=1")
        self.assertTrue(idle.recv(1000).startswith(b"421"))
        idle.close()
        self.assertFalse((self.server.folder / "data" / "admin.sock").exists())
        self.assertIn("all is well", self.server.run("check").stdout)

    def test_6_a_store_has_one_server(self):
        self.server.start()
        result = self.server.run("serve", check=False)
        self.assertEqual(result.returncode, 3)
        self.assertEqual(self.server.stop(), 0)

    def test_7_what_was_acknowledged_before_sigterm_is_there_after_it(self):
        self.server.start()
        accepted = []

        def send():
            try:
                connection = self.server.smtp()
                for n in range(100_000):
                    connection.sendmail("x@elsewhere.test", [ANNE], f"Subject: {n}\r\nMessage-ID: <{n}@t.test>\r\n\r\nx\r\n")
                    accepted.append(n)
            except (OSError, smtplib.SMTPException):
                pass

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        wait_for(lambda: len(accepted) > 20)
        self.assertEqual(self.server.stop(), 0)
        sender.join(30)
        self.assertFalse(sender.is_alive())
        mailboxes = json.loads(self.server.run("mailbox", "list", ANNE, "--json").stdout)
        inbox = next(mailbox for mailbox in mailboxes if mailbox["role"] == "inbox")
        # One message was delivered by an earlier test; the last may be on disk though its answer was cut off.
        self.assertIn(inbox["emails"] - 1, (len(accepted), len(accepted) + 1))


if __name__ == "__main__":
    unittest.main()
