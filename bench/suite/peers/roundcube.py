"""Debian's Roundcube before a Dovecot, as its packages come, served by PHP's own web server; and a browser's requests to it."""

import contextlib
import http.cookiejar
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import urllib.parse
import urllib.request

from facteur import free_port, wait_until_it_answers

from suite.peers.dovecot import Dovecot
from suite.peers.peer import PASSWORD, Peer, make_folder, package_version
from suite.peers.processes import Processes

INSTALLED = pathlib.Path("/var/lib/roundcube")
DEFAULTS = pathlib.Path("/etc/roundcube")
ROUTER = pathlib.Path(__file__).resolve().with_name("roundcube.php")
WORKERS = "6"  # a browser asks for as many things of a page at a time


class Roundcube(Peer):
    name = "roundcube"

    def __init__(self, behind: Dovecot):
        super().__init__()
        self.behind = behind
        self.folder = make_folder(self.name)
        for name in ("logs", "temp"):
            (self.folder / name).mkdir()
        with contextlib.closing(sqlite3.connect(self.folder / "roundcube.db")) as database:
            database.executescript((INSTALLED / "SQL/sqlite.initial.sql").read_text())
        for name in ("defaults.inc.php", "mimetypes.php"):
            shutil.copy(DEFAULTS / name, self.folder / name)
        settings = {"db_dsnw": f"sqlite:///{self.folder}/roundcube.db", "imap_host": f"127.0.0.1:{behind.ports['imap']}",
                    "log_dir": f"{self.folder}/logs/", "temp_dir": f"{self.folder}/temp/", "des_key": "0123456789abcdef01234567"}
        (self.folder / "config.inc.php").write_text("<?php\n" + "".join(f"$config['{key}'] = '{value}';\n" for key, value in settings.items()))
        self.address = f"http://127.0.0.1:{free_port()}/"
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def all_processes(self) -> list[Processes]:
        return [self.processes, self.behind.processes]

    def start(self) -> None:
        port = urllib.parse.urlsplit(self.address).port
        with open(self.folder / "php.log", "ab") as log, self.processes:
            self.process = subprocess.Popen(
                ["php", "-d", f"session.save_path={self.folder}/temp", "-S", f"127.0.0.1:{port}", "-t", str(INSTALLED), str(ROUTER)],
                stdout=log, stderr=log, env={**os.environ, "ROUNDCUBE_CONFIG_DIR": str(self.folder), "PHP_CLI_SERVER_WORKERS": WORKERS}, cwd=self.folder,
                start_new_session=True)
        self.processes.first = self.process.pid
        wait_until_it_answers(self.process, port)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)  # its workers do not end with it
            self.process.wait()
        self.processes.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def version(self) -> str:
        return f"{package_version('roundcube-core')} before Dovecot {self.behind.version()}"

    def ask(self, form: dict[str, str] | None = None, **query: str) -> str:
        request = urllib.request.Request(f"{self.address}?{urllib.parse.urlencode(query)}", urllib.parse.urlencode(form).encode() if form else None,
                                         {"X-Roundcube-Request": self.token} if "_remote" in query else {})
        with self.browser.open(request, timeout=60) as answer:
            return answer.read().decode()

    def sign_in(self, user: int) -> None:
        token = re.search(r'name="_token" value="([^"]+)"', self.ask(_task="login"))[1]
        page = self.ask({"_token": token, "_task": "login", "_action": "login", "_user": self.user(user), "_pass": PASSWORD, "_url": "", "_timezone": "UTC"},
                        _task="login")
        self.token = re.search(r'"request_token":"([^"]+)"', page)[1]

    def list_rows(self) -> int:
        """What the browser asks when the inbox is chosen; the rows that it gets."""
        return self.ask(_task="mail", _action="list", _mbox="INBOX", _refresh="1", _remote="1").count("add_message_row(")
