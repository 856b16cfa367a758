"""facteur-floor: a server that does nothing but what cannot be left out, driven by the same client. It is the distance to the limit that it
is for: it is compared with Facteur alone, and is none of the peers."""

import json
import pathlib
import shutil
import subprocess

from facteur import free_port

from suite.limits import LIMIT, PACK_LEVEL, RECORDS
from suite.peers.peer import DOMAIN, Peer, make_folder
from suite.results import Results

FLOOR = pathlib.Path("build/release/bench/facteur-floor")
SLACK = 100  # octets by which an answer may differ from what was asked, and a hundredth


class Floor(Peer):
    name = LIMIT
    user_format = "u{}@" + DOMAIN
    jmap_session = "/"
    share = 1 / 3  # of the seconds of a row: in these it does more than others in all of them

    def __init__(self, results: Results):
        super().__init__()
        self.results = results
        self.ports = {name: free_port() for name in ("imap", "smtp", "lmtp", "http")}
        self.folder = make_folder(self.name)
        self.process: subprocess.Popen | None = None

    def prepare(self, row: str = "") -> None:
        """Its answers are as long as Facteur's of this row, or nothing but confirmations."""
        octets = self.results.median(row, "facteur", "octets") if row else 0
        if octets is None:
            raise RuntimeError("how long Facteur's answers are is not known")
        self.octets = int(octets)
        self.stop()
        with self.processes:
            self.process = subprocess.Popen(
                [FLOOR, "serve", "--file", self.folder / "durable", "--octets", str(self.octets), "--record", str(RECORDS.get(row, 0)),
                 *(word for name, port in self.ports.items() for word in (f"--{name}", str(port)))], stdout=subprocess.PIPE, text=True)
        self.processes.first = self.process.pid
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("facteur-floor does not listen")

    def review(self, values: dict) -> None:
        values.pop("hits", None)  # it searches nothing
        got = values.get("octets")
        if got and self.octets and abs(got - self.octets) > SLACK + self.octets / 100:
            raise RuntimeError(f"facteur-floor answered with {got} octets, not {self.octets}")

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def close(self) -> None:
        self.stop()
        self.processes.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait_until_idle(self, quiet: float = 0.5, seconds: float = 120) -> None:
        """It does nothing of its own."""


def pack(mbox: pathlib.Path) -> dict[str, int]:
    """`octets` of the mail, `packed_octets` of it as one stream."""
    done = subprocess.run([FLOOR, "pack", mbox, "--level", str(PACK_LEVEL)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
