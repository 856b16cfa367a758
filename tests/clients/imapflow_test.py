"""imapflow, the IMAP client of many Node programs, with QRESYNC and COMPRESS over TLS: imapflow.mjs says what it does."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402
from node import run_node  # noqa: E402


def main() -> None:
    server = Server({"anne@academie.test": "le mot de passe d'Anne"})
    try:
        server.start()
        run_node(pathlib.Path(__file__).with_name("imapflow.mjs"), server)
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
