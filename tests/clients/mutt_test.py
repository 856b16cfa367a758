"""mutt without a screen: it lists, reads, flags, saves to another folder and deletes over IMAP."""

import imaplib
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402

ANNE, PASSWORD = "anne@academie.test", "le-mot-de-passe"


def main() -> None:
    server = Server({ANNE: PASSWORD})
    try:
        server.start()
        with imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=30) as client:
            client.login(ANNE, PASSWORD)
            for n in range(5):
                text = f"From: b@academie.test\r\nTo: {ANNE}\r\nSubject: lettre {n}\r\n\r\nTexte {n}\r\n"
                client.append("INBOX", "", None, text.encode())
        url = f"imap://{ANNE.replace('@', '%40')}@127.0.0.1:{server.ports['imap']}"
        config = server.folder / "muttrc"
        config.write_text(
            f"set folder={url}/\nset spoolfile=+INBOX\nset imap_pass={PASSWORD}\nset ssl_starttls=no\nset ssl_force_tls=no\n"
            "set header_cache=\nset imap_keepalive=0\nset delete=yes\nset move=no\nset confirmappend=no\nset confirmcreate=no\nset quit=yes\n"
            "set wait_key=no\nset sort=mailbox-order\nset imap_check_subscribed=no\nset resolve=no\nset pager=cat\nset prompt_after=no\n"
        )
        environment = {**os.environ, "TERM": "xterm", "HOME": str(server.folder), "LINES": "40", "COLUMNS": "100"}

        def mutt(keys: str) -> None:
            push = f'push "{keys}"'
            command = ["script", "-qec", f"mutt -n -F {config} -e '{push}'", "/dev/null"]
            done = subprocess.run(command, capture_output=True, env=environment, stdin=subprocess.DEVNULL, timeout=60)
            assert done.returncode == 0, done.stdout[-2000:]

        # The second is flagged, the third saved to another folder (a copy, then deleted here), the fifth deleted.
        mutt("2<enter><flag-message>3<enter><save-message>=Archives<enter>5<enter><delete-message><sync-mailbox><quit>")
        with imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=30) as client:
            client.login(ANNE, PASSWORD)
            assert client.select("INBOX") == ("OK", [b"3"])
            data = client.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
            seen = {item[1].decode().split(": ")[1].strip(): item[0].decode() for item in data if isinstance(item, tuple)}
            assert set(seen) == {"lettre 0", "lettre 1", "lettre 3"}, seen
            assert "\\Flagged" in seen["lettre 1"], seen
            assert client.select("Archives") == ("OK", [b"1"])
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
