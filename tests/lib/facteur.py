"""Starts a Facteur of its own on a temporary folder, and speaks SMTP and JMAP to it. For tests on loopback only."""

import base64
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("FACTEUR", ROOT / "build/release/facteur"))
# Built with AddressSanitizer: several times slower, and it says at its end what it has leaked.
SANITIZED = BINARY.exists() and b"__asan_init" in BINARY.read_bytes()


_kept: list[socket.socket] = []


def free_port() -> int:
    """A port that no other test takes while this process runs, and the system gives to nobody's outgoing connection: below those
    that it chooses from, and kept for this process by holding it on another address of loopback."""
    for _ in range(1000):
        port = random.randrange(10000, 32000)
        mark = socket.socket()
        try:
            mark.bind(("127.0.0.2", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            mark.close()
            continue
        _kept.append(mark)
        return port
    raise AssertionError("no free port")


def wait_until_it_answers(process: subprocess.Popen, port: int) -> None:
    """Until the process takes connections on the port of 127.0.0.1."""
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < end, f"{process.args[0]} does not answer"
            time.sleep(0.02)


class Server:
    """One data folder, one configuration, any number of starts."""

    def __init__(self, accounts: dict[str, str], shards: int = 4, extra: str = "", domain: str = "academie.test", smtp: str = ""):
        """`smtp`: "host:port" to listen on instead of a port of 127.0.0.1."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="facteur-test-"))
        self.ports = {name: free_port() for name in ("smtp", "submission", "submissions", "lmtp", "imap", "imaps", "http", "https", "admin")}
        self.accounts = accounts
        self.process: subprocess.Popen | None = None
        self.config = self.folder / "facteur.toml"
        places = {name: f"127.0.0.1:{port}" for name, port in self.ports.items()} | ({"smtp": smtp} if smtp else {})
        listen = "\n".join(f'{name} = ["{place}"]' for name, place in places.items())
        self.config.write_text(
            f'domain = "{domain}"\n'
            f'[store]\npath = "{self.folder}/data"\nshards = {shards}\n'
            f"[listen]\n{listen}\n"
            f"[auth]\nplaintext_on_loopback = true\n{extra}"
        )
        csv = self.folder / "accounts.csv"
        csv.write_text("address,name,password\n" + "".join(f"{a},{a.split('@')[0]},{p}\n" for a, p in accounts.items()))
        self.run("account", "import", str(csv))

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        patience = 300 + len(self.accounts) / 10  # an import hashes their passwords
        result = subprocess.run(
            [BINARY, *arguments, "--config", str(self.config)], capture_output=True, text=True, timeout=patience
        )
        if check and result.returncode != 0:
            raise AssertionError(f"facteur {' '.join(arguments)}: exit {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def start(self, wait: float = 120) -> None:
        log = open(self.folder / "server.log", "ab")
        self.process = subprocess.Popen([BINARY, "serve", "--config", str(self.config)], stdout=log, stderr=log)
        log.close()
        end = time.monotonic() + wait
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.ports["admin"], timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise AssertionError("the server did not become ready:\n" + self.log()[-4000:])

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        self.drain()
        return self.wait_stopped()

    def drain(self) -> None:
        """Asks it to finish what it does and to stop."""
        self.process.send_signal(signal.SIGTERM)

    def wait_stopped(self) -> int:
        return self.process.wait(timeout=60 if SANITIZED else 20)

    def memory(self) -> int:
        """Octets of resident memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def log(self) -> str:
        path = self.folder / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def close(self) -> None:
        """A sanitized program ends by itself, so that it reports leaks; it must have had nothing to report."""
        try:
            if SANITIZED and self.process and self.process.poll() is None:
                self.stop()
            log = self.log()
            assert "Sanitizer" not in log and "runtime error: " not in log, log[-20000:]
        finally:
            if self.process and self.process.poll() is None:
                self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    def smtp(self, port: str = "smtp") -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.ports[port], local_hostname="sender.test", timeout=20)

    def lmtp(self) -> smtplib.LMTP:
        return smtplib.LMTP("127.0.0.1", self.ports["lmtp"], local_hostname="sender.test")

    def jmap(self, address: str) -> "Jmap":
        return Jmap(self.ports["http"], address, self.accounts[address])


class Jmap:
    """A JMAP client of one account over one HTTP connection."""

    USING = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail", "urn:ietf:params:jmap:submission",
             "urn:ietf:params:jmap:vacationresponse"]

    def __init__(self, port: int, address: str, password: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        secret = base64.b64encode(f"{address}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {secret}"}
        session = json.loads(self.request("GET", "/jmap/session"))
        self.account = session["primaryAccounts"]["urn:ietf:params:jmap:mail"]

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None) -> bytes:
        self.connection.request(method, path, body, {**self.headers, **(headers or {})})
        response = self.connection.getresponse()
        data = response.read()
        if response.status >= 300:
            raise AssertionError(f"{method} {path}: {response.status} {data[:500]!r}")
        return data

    def calls(self, calls: list) -> list:
        body = json.dumps({"using": self.USING, "methodCalls": calls}).encode()
        answer = self.request("POST", "/jmap/api", body, {"Content-Type": "application/json"})
        return json.loads(answer)["methodResponses"]

    def call(self, name: str, **arguments) -> dict:
        answer = self.calls([[name, {"accountId": self.account, **arguments}, "0"]])[0]
        if answer[0] == "error":
            raise AssertionError(f"{name}: {answer[1]}")
        return answer[1]

    def mailboxes(self) -> dict[str, str]:
        """Role → id."""
        return {m["role"]: m["id"] for m in self.call("Mailbox/get", ids=None)["list"] if m["role"]}

    def emails(self, properties: list[str], **query) -> list[dict]:
        """Every email, in pages. One that arrives meanwhile moves the others on, so that one is seen again: it counts once."""
        found, position = {}, 0
        while True:
            page = self.call("Email/query", position=position, limit=200, **query)["ids"]
            if not page:
                return list(found.values())
            for email in self.call("Email/get", ids=page, properties=properties)["list"]:
                found[email["id"]] = email
            position += len(page)
