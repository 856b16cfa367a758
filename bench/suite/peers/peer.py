"""The interface of a server under measurement."""

import pathlib
import subprocess
import tempfile

from suite.peers.processes import Processes

DOMAIN = "bench.test"
PASSWORD = "secret"
USERS = 60  # u1 … of each; u1 has the filled mailbox


def make_folder(name: str) -> pathlib.Path:
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"facteur-bench-{name}-"))
    folder.chmod(0o755)  # servers that give up root must get in
    return folder


def package_version(package: str) -> str:
    found = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    return found.stdout or "?"


def octets_of(places: list[pathlib.Path]) -> int:
    """Of blocks in use."""
    found = subprocess.run(["du", "-s", "--block-size=1", *map(str, places)], capture_output=True, text=True, check=True)
    return sum(int(line.split()[0]) for line in found.stdout.splitlines())


class Peer:
    """Starts in a folder of its own on free ports; everybody has the same password."""

    name = ""
    user_format = "u{}"             # who signs in
    recipient_format = "u{}@" + DOMAIN
    text_operation = "text"         # that of facteur-load which uses the text index
    jmap_session = ""               # path of the JMAP session, "" without JMAP
    gathers = 0.5                   # seconds: what came may wait so long until it is indexed
    tidies_after = 0.5              # seconds without a write, after which it puts in order what came
    share = 1.0                     # of the seconds of a row that measures it
    event_source = ""               # path of a stream that tells of every change (RFC 8620 §7.3), "" without
    no_event_source = ""            # why there is none, of one with JMAP

    def __init__(self):
        self.processes = Processes(self.name)
        self.ports: dict[str, int] = {}

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Stops, and removes what it has written."""
        raise NotImplementedError

    def prepare(self, row: str = "") -> None:
        """Called before each measurement, with the row if its answers have a length of their own."""

    def review(self, values: dict) -> None:
        """Called with what facteur-load said of it."""

    def version(self) -> str:
        raise NotImplementedError

    def data(self) -> list[pathlib.Path]:
        """Folders of all that it keeps for its mailboxes, indices too."""
        raise NotImplementedError

    def build_index(self, user: int) -> None:
        """The text index of the mailbox, until it holds all."""

    def rebuild_index(self, user: int) -> float | None:
        """Seconds that it takes to make the text index of the mailbox anew, of nothing; nothing without one."""
        return None

    def index_data(self) -> list[pathlib.Path]:
        """Files and folders of the text index."""
        return []

    def user(self, number: int) -> str:
        return self.user_format.format(number)

    def all_processes(self) -> list[Processes]:
        return [self.processes]

    def sources(self) -> list[str]:
        return [source for processes in self.all_processes() for source in processes.sources()]

    def cpu(self) -> float:
        return sum(processes.cpu() for processes in self.all_processes())

    def memory(self) -> dict[str, int]:
        return self.processes.memory()

    def wait_until_idle(self, quiet: float = 0.5, seconds: float = 120) -> None:
        for processes in self.all_processes():
            processes.wait_until_idle(quiet, seconds)

    def wait_until_settled(self) -> None:
        """What came is in order: nothing will be done for it while others are measured."""
        self.wait_until_idle(self.tidies_after, 900)

    def disk(self) -> int:
        return octets_of(self.data())
