"""Debian's Dovecot: sdbox, its default fsync mode, no TLS; limits on connections and processes lifted, nothing else tuned.
With `fts` the same with fts-xapian, in a second instance, since the plug-in changes what searches of headers cost. A user s1 has
the mailboxes of u1 and changes of flags synced, which the default leaves out."""

import os
import pathlib
import shutil
import subprocess
import time

from facteur import free_port, wait_until_it_answers

from suite.peers.peer import PASSWORD, USERS, Peer, make_folder, package_version

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_uid = nobody
mail_gid = nogroup
mail_home = {folder}/mail/%n
mail_location = sdbox:~/sdbox
mail_max_userip_connections = 0
default_client_limit = 8000
default_process_limit = 3000
default_vsz_limit = 2G
auth_username_format = %n
lmtp_save_to_detail_mailbox = no
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = passwd-file
  args = {folder}/synced
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service imap {{
  process_limit = 3000
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""
FTS = """
mail_plugins = fts fts_xapian
plugin {
  fts = xapian
  fts_xapian = partial=3 full=20
  fts_autoindex = no
  fts_enforced = yes
}
"""

SYNCED = "s{}"


class Dovecot(Peer):
    def __init__(self, fts: bool = False):
        self.name = "dovecot-fts" if fts else "dovecot"
        super().__init__()
        self.fts = fts
        self.folder = make_folder(self.name)
        self.config = self.folder / "dovecot.conf"
        self.ports = {"imap": free_port(), "lmtp": free_port()}
        (self.folder / "mail").mkdir()
        shutil.chown(self.folder / "mail", "nobody", "nogroup")
        (self.folder / "synced").write_text("".join(
            f"{SYNCED.format(user)}:::::{self.folder}/mail/{self.user(user)}::userdb_mail_fsync=always\n" for user in range(1, USERS + 1)))
        text = CONFIG.format(folder=self.folder, password=PASSWORD, **self.ports)
        self.config.write_text(text + (FTS if fts else ""))

    def start(self) -> None:
        with open(self.folder / "stderr", "ab") as stderr, self.processes:
            self.process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(self.config)], stderr=stderr)
        self.processes.first = self.process.pid
        for port in self.ports.values():
            wait_until_it_answers(self.process, port)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)

    def close(self) -> None:
        if self.process.poll() is None:
            self.stop()
        self.processes.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def version(self) -> str:
        return package_version("dovecot-core") + (f", fts-xapian {package_version('dovecot-fts-xapian')}" if self.fts else "")

    def data(self) -> list[pathlib.Path]:
        return [self.folder / "mail"]

    def doveadm(self, *words: str) -> None:
        with self.processes:
            done = subprocess.run(["doveadm", "-c", str(self.config), *words], capture_output=True, text=True,
                                  env={**os.environ, "HOME": str(self.folder)}, timeout=900)
        assert done.returncode == 0, done.stderr

    def build_index(self, user: int) -> None:
        if self.fts:
            self.doveadm("index", "-u", self.user(user), "INBOX")

    def rebuild_index(self, user: int) -> float | None:
        if not self.fts:
            return None
        self.doveadm("fts", "rescan", "-u", self.user(user))
        for folder in self.index_data():
            shutil.rmtree(folder)
        begun = time.monotonic()
        self.build_index(user)
        return time.monotonic() - begun

    def index_data(self) -> list[pathlib.Path]:
        return sorted(self.folder.glob("mail/*/**/xapian-indexes"))


class SyncedDovecot(Peer):
    """The same server and the same mailboxes, by users whose changes of flags are synced before they are acknowledged, as equal durability asks."""

    name = "dovecot-synced"
    user_format = SYNCED

    def __init__(self, dovecot: Dovecot):
        self.processes, self.ports, self.version = dovecot.processes, {"imap": dovecot.ports["imap"]}, dovecot.version
