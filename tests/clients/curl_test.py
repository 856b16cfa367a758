"""curl over imap:// and imaps://: lists, searches, fetches parts, appends, runs commands."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402

ANNE, PASSWORD = "anne@academie.test", "le mot de passe"
LETTER = "From: b@academie.test\r\nSubject: bonjour\r\n\r\nUn texte.\r\n"


def main() -> None:
    server = Server({ANNE: PASSWORD})
    try:
        server.start()

        file = server.folder / "letter.eml"

        def curl(path: str, *more: str, scheme: str = "imap") -> str:
            url = f"{scheme}://127.0.0.1:{server.ports[scheme]}/{path}"
            done = subprocess.run(["curl", "-sSk", "-u", f"{ANNE}:{PASSWORD}", *more, url], capture_output=True, timeout=60)
            assert done.returncode == 0, (path, more, done.stderr)
            return done.stdout.decode()

        assert "INBOX" in curl("")
        file.write_bytes(LETTER.encode())
        curl("INBOX", "-T", str(file), scheme="imaps")
        file.write_bytes(LETTER.replace("bonjour", "deux").encode())
        curl("INBOX", "-T", str(file), "--ssl-reqd")
        assert curl("INBOX;UID=1") == LETTER
        assert curl("INBOX;MAILINDEX=2;SECTION=HEADER.FIELDS%20(SUBJECT)") == "Subject: deux\r\n\r\n"
        assert curl("INBOX?SUBJECT%20deux").split() == ["*", "SEARCH", "2"]
        assert "\\Flagged" in curl("INBOX", "-X", "STORE 1 +FLAGS (\\Flagged)")
        assert "EXISTS" in curl("", "-X", "EXAMINE INBOX", scheme="imaps")
        for mechanism in ("PLAIN", "SCRAM-SHA-256"):
            if mechanism == "PLAIN" or "SCRAM" in subprocess.run(["curl", "-V"], capture_output=True, text=True).stdout:
                curl("INBOX", "--login-options", f"AUTH={mechanism}", "-X", "NOOP")
        wrong = subprocess.run(["curl", "-sS", "-u", f"{ANNE}:faux", f"imap://127.0.0.1:{server.ports['imap']}/"], capture_output=True, timeout=60)
        assert wrong.returncode == 67, wrong
        assert server.stop() == 0
    finally:
        server.close()


main()
