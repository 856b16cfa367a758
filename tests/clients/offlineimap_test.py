"""offlineimap: both ways between the server and a Maildir, twice."""

import imaplib
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402

ANNE, PASSWORD = "anne@academie.test", "le-mot-de-passe"


def letter(subject: str) -> bytes:
    return f"From: b@academie.test\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x>\r\n\r\nBonjour\r\n".encode()


def main() -> None:
    server = Server({ANNE: PASSWORD})
    try:
        server.start()
        maildir = server.folder / "maildir"
        config = server.folder / "offlineimaprc"
        config.write_text(
            f"""[general]
accounts = a
metadata = {server.folder}/meta
ui = quiet
[Account a]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = {maildir}
[Repository far]
type = IMAP
remotehost = 127.0.0.1
remoteport = {server.ports["imap"]}
remoteuser = {ANNE}
remotepass = {PASSWORD}
ssl = no
starttls = no
auth_mechanisms = PLAIN, LOGIN
"""
        )

        def sync() -> None:
            done = subprocess.run([shutil.which("offlineimap") or "offlineimap3", "-o", "-c", str(config)], capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stdout + done.stderr

        client = imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=30)
        client.login(ANNE, PASSWORD)
        for n in range(10):
            client.append("INBOX", "\\Seen" if n < 3 else "", None, letter(f"m{n}"))
        client.append('"Envoy&AOk-s"', "\\Seen", None, letter("parti"))
        sync()
        files = list((maildir / "INBOX").glob("*/*:2,*")) + list((maildir / "INBOX" / "new").glob("*"))
        assert len({file.name for file in files}) == 10, files
        assert len([file for file in files if file.name.endswith("S")]) == 3

        # Here one is flagged and one deleted, there another is answered.
        by_subject = {file.read_bytes().split(b"Subject: ")[1].split(b"\n")[0].strip().decode(): file for file in files}
        one = by_subject["m0"]
        one.rename(one.with_name(one.name.split(":2,")[0] + ":2,FS"))
        by_subject["m1"].unlink()
        client.select("INBOX")
        client.store("3", "+FLAGS", "\\Answered")
        sync()
        client.select("INBOX")
        data = client.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
        far = {item[1].decode().split(": ")[1].strip(): item[0].decode() for item in data if isinstance(item, tuple)}
        assert "m1" not in far and len(far) == 9, far
        assert "\\Flagged" in far["m0"]
        near = {file.read_bytes().split(b"Subject: ")[1].split(b"\n")[0].strip().decode(): file.name for file in (maildir / "INBOX").glob("[cn]*/*")}
        assert set(near) == set(far) and "R" in near["m2"].split(":2,")[1], near
        client.logout()
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
