"""Debian's Cyrus IMAP: its defaults, with conversations (which JMAP needs) and Xapian; no TLS.

cyrus-imapd conflicts with dovecot-imapd, so that its package is only unpacked, and its programs are linked beside those of
cyrus-common. Its text index serves SEARCH FUZZY alone: that is what the rows of full text ask it."""

import os
import pathlib
import shutil
import subprocess
import time

from facteur import free_port, wait_until_it_answers

from suite.peers.peer import PASSWORD, USERS, Peer, make_folder, package_version

CONFIG = """
configdirectory: {folder}/conf
partition-default: {folder}/spool
defaultpartition: default
defaultsearchtier: t1
t1searchpartition-default: {folder}/search
proc_path: {folder}/run/proc
mboxname_lockpath: {folder}/run/lock
lmtpsocket: {folder}/run/lmtp
idlesocket: {folder}/run/idle
notifysocket: {folder}/run/notify
admins: cyrus
virtdomains: off
unixhierarchysep: yes
altnamespace: yes
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
sasl_mech_list: PLAIN LOGIN
autocreate_post: yes
autocreate_quota: 0
duplicatesuppression: no
conversations: yes
search_engine: xapian
httpmodules: jmap
httpkeepalive: 10m
idlemethod: idled
servername: localhost
"""
MASTER = """
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {config} -r"
  idled cmd="{programs}/idled -C {config}"
}}
SERVICES {{
  imap cmd="{programs}/imapd -C {config}" listen="127.0.0.1:{imap}" prefork=5 maxchild=3000
  lmtp cmd="{programs}/lmtpd -a -C {config}" listen="127.0.0.1:{lmtp}" prefork=5 maxchild=100
  http cmd="{programs}/httpd -C {config}" listen="127.0.0.1:{http}" prefork=5 maxchild=1000
}}
EVENTS {{
}}
"""


def find_programs(unpacked: pathlib.Path) -> pathlib.Path:
    """One folder with all of Cyrus's programs; `unpacked` is the folder of the package cyrus-imapd."""
    programs = unpacked / "programs"
    if (programs / "imapd").exists():
        return programs
    unpacked.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", "cyrus-imapd"], cwd=unpacked, check=True)
    package = next(unpacked.glob("cyrus-imapd_*.deb"))
    subprocess.run(["dpkg-deb", "-x", package.name, "x"], cwd=unpacked, check=True)
    listed = subprocess.run(["dpkg", "-L", "cyrus-common"], capture_output=True, text=True, check=True).stdout.split()
    common = pathlib.Path(next(path for path in listed if path.endswith("/bin/master"))).parent
    programs.mkdir(exist_ok=True)
    for program in [*common.iterdir(), *(unpacked / "x/usr/lib/cyrus/bin").iterdir()]:
        link = programs / program.name
        if not link.exists():
            link.symlink_to(program.resolve())
    return programs


class Cyrus(Peer):
    name = "cyrus"
    recipient_format = "u{}"
    text_operation = "fuzzy"
    jmap_session = "/jmap/"
    # Its session names an address for event streams, but the program looks for changes only where WebSocket is built in (imap/http_jmap.c).
    no_event_source = "Debian builds it without WebSocket (libwslay), and without that Cyrus 3.6 answers 204 No Content to EventSource"

    def __init__(self, unpacked: pathlib.Path, users: int = USERS):
        super().__init__()
        self.programs = make_folder("cyrus-programs")
        self.programs.rmdir()
        shutil.copytree(find_programs(unpacked), self.programs)  # where the user cyrus gets at them
        self.programs.chmod(0o755)
        self.folder = make_folder(self.name)
        self.config = self.folder / "imapd.conf"
        self.ports = {"imap": free_port(), "lmtp": free_port(), "http": free_port()}
        # Without conf/db each open of a database is a recovery of all of it; without conf/socket nobody is told of new mail.
        for name in ("conf/db", "conf/socket", "spool", "search", "run"):
            (self.folder / name).mkdir(parents=True)
        self.config.write_text(CONFIG.format(folder=self.folder))
        (self.folder / "cyrus.conf").write_text(MASTER.format(programs=self.programs, config=self.config, **self.ports))
        for user in ("cyrus", *map(self.user, range(1, users + 1))):
            subprocess.run(["saslpasswd2", "-p", "-c", "-f", str(self.folder / "sasldb2"), "-u", "localhost", user],
                           input=PASSWORD, text=True, check=True)
        subprocess.run(["chown", "-R", "cyrus:mail", str(self.folder)], check=True)

    def start(self) -> None:
        with open(self.folder / "stderr", "ab") as stderr, self.processes:
            self.process = subprocess.Popen(
                [self.programs / "master", "-C", self.config, "-M", self.folder / "cyrus.conf", "-p", self.folder / "run/pid"],
                stdout=stderr, stderr=stderr)
        self.processes.first = self.process.pid
        for port in self.ports.values():
            wait_until_it_answers(self.process, port)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:  # it waits for clients that stay
            self.process.kill()
            self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.stop()
        self.processes.end()
        for folder in (self.folder, self.programs):
            shutil.rmtree(folder, ignore_errors=True)

    def version(self) -> str:
        return package_version("cyrus-common")

    def data(self) -> list[pathlib.Path]:
        return [self.folder / name for name in ("spool", "conf", "search")]

    def rebuild_index(self, user: int) -> float:
        for state in self.folder.glob("conf/**/*.xapianactive"):
            state.unlink()
        for place in (self.folder / "search").iterdir():
            shutil.rmtree(place)
        begun = time.monotonic()
        self.build_index(user)
        return time.monotonic() - begun

    def index_data(self) -> list[pathlib.Path]:
        return [self.folder / "search"]

    def build_index(self, user: int) -> None:
        with self.processes:
            made = subprocess.run(["runuser", "-u", "cyrus", "--", self.programs / "squatter", "-C", self.config, "-i",
                                   f"user/{self.user(user)}"], capture_output=True, text=True, env={**os.environ, "HOME": "/"}, timeout=900)
        assert made.returncode == 0, made.stderr
