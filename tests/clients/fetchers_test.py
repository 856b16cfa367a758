"""getmail and fdm fetch by IMAPS into a Maildir: each message once, octet for octet, and what is fetched is deleted on the server."""

import collections
import imaplib
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402

ANNE, PASSWORD = "anne@academie.test", "le-mot-de-passe"
FOLDER, FOLDER_ON_WIRE = "Réunions d'équipe", '"R&AOk-unions d\'&AOk-quipe"'


def letters(mark: str) -> list[bytes]:
    """What is easily broken on its way: lines of dots, lines like mbox's, very long ones, eight bits, no end of line, no body, much."""
    bodies = [
        b"Bonjour\r\n",
        b".\r\n..\r\n.x\r\n",
        b"From quelqu'un\r\n>From un autre\r\n\r\nFrom\r\n",
        b"x" * 9000 + b"\r\n" + b"y" * 998 + b"\r\n",
        "déjà vu, œuvre, €\r\n".encode(),
        "déjà vu\r\n".encode("latin-1"),
        b"sans fin de ligne",
        b"",
        b"\r\n\r\n \r\n\t\r\n",
        b"* 1 FETCH (UID 1)\r\n+ idling\r\na1 OK done\r\n)\r\n{5}\r\n",
        b"".join(b"ligne %d, et de quoi faire quelques centaines de kilooctets\r\n" % n for n in range(15000)),
    ]
    head = b"From: b@academie.test\r\nTo: %s\r\nSubject: %s %d\r\n\tet la suite\r\nMessage-ID: <%s.%d@x>\r\n\r\n"
    return [head % (ANNE.encode(), mark.encode(), n, mark.encode(), n) + body for n, body in enumerate(bodies)]


def sign_in(server: Server) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=60)
    client.login(ANNE, PASSWORD)
    return client


def append(server: Server, mailbox: str, messages: list[bytes]) -> None:
    with sign_in(server) as client:
        for message in messages:
            assert client.append(mailbox, "", None, message)[0] == "OK"


def left(server: Server) -> int:
    """How many messages there are in INBOX and the folder."""
    with sign_in(server) as client:
        return sum(int(client.select(name, readonly=True)[1][0]) for name in ("INBOX", FOLDER_ON_WIRE))


class Home:
    """A folder for one program, with a Maildir. Neither program delivers as root, so that it belongs to nobody then."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="facteur-test-home-"))
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.maildir = self.folder / "mail"
        for part in ("", "cur", "new", "tmp"):
            (self.maildir / part).mkdir()
            self.give(self.maildir / part)
        self.give(self.folder)

    def __enter__(self) -> "Home":
        return self

    def __exit__(self, *_) -> None:
        shutil.rmtree(self.folder)

    def give(self, path: pathlib.Path) -> None:
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def write(self, name: str, text: str) -> pathlib.Path:
        file = self.folder / name
        file.write_text(text)
        file.chmod(0o600)
        self.give(file)
        return file

    def run(self, *command: str) -> None:
        somebody = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        environment = {**os.environ, "HOME": str(self.folder), "USER": self.user.pw_name if self.user else os.environ.get("USER", "")}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=self.folder, timeout=240, **somebody)
        assert done.returncode == 0, done.stdout + done.stderr

    def expect(self, messages: list[bytes], added: bytes = b"") -> None:
        """Exactly these, in lines that end as here; but for the fields that match `added`."""
        found = collections.Counter()
        for file in (*(self.maildir / "cur").iterdir(), *(self.maildir / "new").iterdir()):
            head, empty_line, body = file.read_bytes().partition(b"\n\n")
            found[re.sub(added, b"", head + b"\n") + empty_line[1:] + body] += 1
        wanted = collections.Counter(message.replace(b"\r\n", b"\n") for message in messages)
        missing, more = list((wanted - found).elements()), list((found - wanted).elements())
        assert not missing and not more, ([message[:300] for message in missing], [message[:300] for message in more])


# getmail listens for the end of its child, which delivers a message, only after it has made it; one that ends before is waited for in vain.
# So the child begins when its parent has a handler of SIGCHLD and sleeps.
GETMAIL = """
import os, runpy, shutil, time
fork = os.fork
def patient():
    child = fork()
    while child == 0:
        status = dict(line.split(":\\t", 1) for line in open(f"/proc/{os.getppid()}/status"))
        if int(status["SigCgt"], 16) & 1 << 16 and status["State"].startswith("S"):
            break
        time.sleep(0.001)
    return child
os.fork = patient
runpy.run_path(shutil.which("getmail"), run_name="__main__")
"""


def check_getmail(server: Server, home: Home) -> None:
    added = rb"(?m)^(Return-Path|X-getmail-retrieved-from-mailbox): .*\n"
    certificate = home.write("certificate.pem", (server.folder / "data/certificate.pem").read_text())

    def fetch(delete: bool) -> None:
        config = home.write(
            "getmailrc",
            f"[retriever]\ntype = SimpleIMAPSSLRetriever\nserver = localhost\nport = {server.ports['imaps']}\n"
            f"username = {ANNE}\npassword = {PASSWORD}\nca_certs = {certificate}\n"
            f'mailboxes = ("INBOX", "{FOLDER}")\n'
            f"[destination]\ntype = Maildir\npath = {home.maildir}/\n"
            f"[options]\ndelete = {delete}\nread_all = False\ndelivered_to = False\nreceived = False\n",
        )
        home.run("python3", "-c", GETMAIL, "--getmaildir", str(home.folder), "--rcfile", str(config))

    inbox, folder, later = letters("lettre"), letters("dossier"), letters("suite")[:3]
    append(server, "INBOX", inbox)
    append(server, FOLDER_ON_WIRE, folder)
    fetch(delete=False)
    home.expect(inbox + folder, added)
    # It knows again what it has by UIDs, and what is new.
    append(server, "INBOX", later)
    fetch(delete=False)
    home.expect(inbox + folder + later, added)
    assert left(server) == len(inbox + folder + later)
    fetch(delete=True)
    home.expect(inbox + folder + later, added)
    assert left(server) == 0


def check_fdm(server: Server, home: Home) -> None:
    config = home.write(
        "fdm.conf",
        f'set lock-file "{home.folder}/lock"\nset no-received\nset no-create\nset allow-multiple\n'
        f'action "keep" maildir "{home.maildir}"\n'
        f'account "facteur" imaps server "localhost" port {server.ports["imaps"]} user "{ANNE}" pass "{PASSWORD}" '
        f'folders {{ "INBOX" {FOLDER_ON_WIRE} }} no-verify\n'
        'match all action "keep"\n',
    )
    inbox, folder, later = letters("lettre"), letters("dossier"), letters("suite")[:3]
    append(server, "INBOX", inbox)
    append(server, FOLDER_ON_WIRE, folder)
    home.run("fdm", "-f", str(config), "fetch")
    home.expect(inbox + folder)
    assert left(server) == 0
    append(server, "INBOX", later)
    home.run("fdm", "-f", str(config), "fetch")
    home.run("fdm", "-f", str(config), "fetch")
    home.expect(inbox + folder + later)
    assert left(server) == 0


def main() -> None:
    server = Server({ANNE: PASSWORD})
    try:
        server.start()
        with sign_in(server) as client:
            assert client.create(FOLDER_ON_WIRE)[0] == "OK"
        for check in (check_getmail, check_fdm):
            with Home() as home:
                check(server, home)
        assert server.jmap(ANNE).emails(["id"]) == []
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
