"""mbsync (isync): mail goes both ways between the server and a Maildir, changes of both sides meet."""

import email
import imaplib
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402

ANNE, PASSWORD = "anne@academie.test", "le mot de passe d'Anne"


def letter(subject: str) -> bytes:
    return f"From: b@academie.test\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x>\r\n\r\nBonjour {subject}\r\n".encode()


class Maildir:
    """What mbsync keeps: INBOX and folders beside it."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir()

    def files(self, mailbox: str) -> dict[str, pathlib.Path]:
        """Subject → file."""
        found = {}
        for part in ("cur", "new"):
            for file in (self.folder / mailbox / part).glob("*"):
                found[email.message_from_bytes(file.read_bytes())["Subject"]] = file
        return found

    def flags(self, mailbox: str) -> dict[str, str]:
        return {subject: file.name.partition(":2,")[2] for subject, file in self.files(mailbox).items()}

    def add(self, mailbox: str, subject: str) -> None:
        (self.folder / mailbox / "new" / f"1.{subject}.here").write_bytes(letter(subject).replace(b"\r\n", b"\n"))


def main() -> None:
    server = Server({ANNE: PASSWORD})
    try:
        server.start()
        maildir = Maildir(server.folder / "maildir")
        config = server.folder / "mbsyncrc"
        config.write_text(
            f"""IMAPAccount facteur
Host 127.0.0.1
Port {server.ports["imap"]}
User {ANNE}
Pass "{PASSWORD}"
SSLType None
AuthMechs LOGIN

IMAPStore far
Account facteur

MaildirStore near
Path {maildir.folder}/
Inbox {maildir.folder}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState *
"""
        )

        def sync() -> None:
            done = subprocess.run(["mbsync", "-c", str(config), "-a"], capture_output=True, text=True, timeout=120)
            assert done.returncode == 0 and "error" not in done.stderr.lower(), done.stdout + done.stderr

        client = imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=30)
        client.login(ANNE, PASSWORD)
        for n in range(40):
            client.append("INBOX", "\\Seen" if n % 2 else "", None, letter(f"m{n}"))
        client.create("Projets/2026")
        client.append("Projets/2026", "\\Flagged", None, letter("projet"))
        sync()
        assert len(maildir.files("INBOX")) == 40
        assert maildir.flags("INBOX")["m1"] == "S" and maildir.flags("INBOX")["m2"] == ""
        assert maildir.flags("Projets/2026") == {"projet": "F"}

        # Both sides change; the same message on both, too.
        near = maildir.files("INBOX")
        near["m1"].rename(near["m1"].with_name(near["m1"].name + "F"))
        near["m2"].unlink()
        near["m5"].rename(near["m5"].with_name(near["m5"].name + "R"))
        maildir.add("INBOX", "neuf")
        client.select("INBOX")
        client.store("4", "+FLAGS", "\\Deleted")  # m3
        client.store("6", "+FLAGS", "\\Flagged")  # m5
        client.store("3", "+FLAGS", "\\Flagged")  # m2, which the other side removed
        client.expunge()
        client.append("INBOX", "", None, letter("loin"))
        sync()
        sync()
        client.select("INBOX")
        data = client.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
        far = {item[1].decode().split(": ")[1].strip(): item[0].decode() for item in data if isinstance(item, tuple)}
        flags = maildir.flags("INBOX")
        assert set(far) == set(flags), (set(far) ^ set(flags))
        assert "m3" not in far and "neuf" in far and "loin" in far and len(far) in (40, 41)
        assert "\\Flagged" in far["m1"] and "F" in flags["m1"]
        assert "\\Answered" in far["m5"] and "\\Flagged" in far["m5"] and set("FRS") <= set(flags["m5"]), (far["m5"], flags["m5"])

        # Nothing is left to do, and a folder that was made here comes there.
        before = {file.name for file in maildir.files("INBOX").values()}
        sync()
        assert {file.name for file in maildir.files("INBOX").values()} == before
        for part in ("cur", "new", "tmp"):
            (maildir.folder / "Ici" / part).mkdir(parents=True)
        maildir.add("Ici", "d'ici")
        sync()
        assert client.select("Ici") == ("OK", [b"1"])
        client.logout()
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
