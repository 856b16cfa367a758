"""Facteur: the release binary, all its defaults, but that clients may sign in without TLS as those of the peers do."""

import re
import shutil
import time
import urllib.request

from facteur import BINARY, Server

from suite.peers.peer import DOMAIN, USERS, Peer

# Of PASSWORD, with the parameters that Facteur itself takes: a thousand accounts are made in a moment.
HASH = "$argon2id$v=19$m=7168,t=5,p=1$gUsDala6NTt1424sHq6HrA$v7LcWgw6IH/1NSy8OdnWPG+DXLTryx1h0ihLvIjqaYA"
EXTRA = "[imap]\nconnections_per_user = 2000\n[limits]\nquota = \"50 GB\"\n"


class Facteur(Peer):
    name = "facteur"
    user_format = "u{}@" + DOMAIN
    jmap_session = "/jmap/session"
    gathers = 2.5
    tidies_after = 18  # it packs again what came
    event_source = "/jmap/eventsource/?types=*&closeafter=no&ping=0"

    def __init__(self, users: int = USERS, extra: str = EXTRA):
        super().__init__()
        self.server = Server({f"u{n}@{DOMAIN}": f'"{HASH}"' for n in range(1, users + 1)}, shards=0, domain=DOMAIN, extra=extra)
        self.ports = self.server.ports

    def start(self) -> None:
        with self.processes:
            self.server.start()
        self.processes.first = self.server.process.pid

    def stop(self) -> None:
        self.server.stop()

    def close(self) -> None:
        if self.server.process and self.server.process.poll() is None:
            self.server.stop()
        self.server.close()
        self.processes.end()

    def version(self) -> str:
        return self.server.run("--version").stdout.strip() or str(BINARY)

    def data(self):
        return [self.server.folder / "data"]

    def metric(self, name: str) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['admin']}/metrics", timeout=60) as answer:
            found = re.search(rf"^{name}(?:{{[^}}]*}})? (\S+)$", answer.read().decode(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def rebuild_index(self, user: int) -> float:
        """From the start of the program, which makes what is missing, until every email is there again."""
        documents = self.metric("facteur_search_documents")
        self.stop()
        for folder in self.index_data():
            shutil.rmtree(folder)
        begun = time.monotonic()
        self.start()
        while self.metric("facteur_search_documents") < documents:
            assert time.monotonic() - begun < 900, "the text index is not whole after 15 minutes"
            time.sleep(0.02)
        return time.monotonic() - begun

    def index_data(self):
        return sorted(self.server.folder.glob("data/shard-*/search"))

    def build_index(self, user: int) -> None:
        """It has been at it since the first message came; some commits without mail may stay behind."""
        before, since = -1.0, time.monotonic()
        while time.monotonic() - since < 2:
            behind = self.metric("facteur_search_commits_behind")
            if behind != before:
                before, since = behind, time.monotonic()
            time.sleep(0.1)
