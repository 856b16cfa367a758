"""One Facteur with the academy's mailboxes, and what is run against it."""

import os
import pathlib
import time

from suite import mail
from suite.academy.sampler import Sampler
from suite.load import load
from suite.peers.facteur import Facteur
from suite.peers.peer import DOMAIN, PASSWORD

WHOLE = 40_000            # accounts at scale 1
LARGEST = 100_000         # messages of the largest mailbox at scale 1
POOL = 2_000              # messages that differ, of which all mailboxes are made
EXTRA = (f'[mass_mail]\nsenders = ["u1@{DOMAIN}"]\n[limits]\nquota = "50 GB"\n'
         "[imap]\nconnections_per_user = 2000\n")


class Stage:
    """Its own CPU, memory and ports; `close` ends all that was begun."""

    def __init__(self, scale: float, work: pathlib.Path):
        self.accounts = max(10, round(WHOLE * scale))
        self.largest = max(10, round(LARGEST * scale))
        self.pool = mail.generate(work, POOL)
        print(f"Adding {self.accounts:,} accounts…", flush=True)
        self.facteur = Facteur(self.accounts, EXTRA)

    def begin(self) -> dict:
        self.facteur.start()
        print("Filling their mailboxes…", flush=True)
        filled = load("academy-fill", self.pool, "--imap-port", self.facteur.ports["imap"], *self._who(), timeout=24 * 3600)
        before = time.monotonic()
        self.facteur.build_index(1)
        self.facteur.wait_until_idle()
        filled["index_seconds"] = time.monotonic() - before
        return filled

    def _who(self) -> list:
        return ["--accounts", self.accounts, "--largest", self.largest, "--domain", DOMAIN, "--password", PASSWORD]

    def run(self, seconds: float, *arguments) -> dict:
        ports = self.facteur.ports
        sampler = Sampler(self.facteur.processes)
        with sampler.running():
            found = load("academy", "--http-port", ports["http"], "--imap-port", ports["imap"], "--smtp-port", ports["smtp"], *self._who(),
                         "--seconds", seconds, "--cpu", ",".join(self.facteur.sources()), *arguments, timeout=seconds + 300)
        found["memory_kib"] = sampler.told()
        found["server_log"] = self.trouble()
        return found

    def trouble(self) -> list[str]:
        """What the server complained of."""
        return [line for line in self.facteur.server.log().splitlines() if " error " in line or " critical " in line][-20:]

    def close(self) -> None:
        self.facteur.close()


def cores() -> int:
    return len(os.sched_getaffinity(0))
