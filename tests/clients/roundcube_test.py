"""Roundcube, a whole webmail on Facteur's IMAP and submission, driven in Chromium: roundcube.mjs says what it does."""

import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server, free_port, wait_until_it_answers  # noqa: E402
from node import run_node  # noqa: E402

INSTALLED = pathlib.Path("/var/lib/roundcube")  # as Debian's package lays it out
DEFAULTS = pathlib.Path("/etc/roundcube")


def configure(folder: pathlib.Path, server: Server) -> None:
    """TLS to both doors, with the server's certificate verified; IMAP's caches on, which use QRESYNC."""
    for name in ("logs", "temp"):
        (folder / name).mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(folder / "roundcube.db")) as database:
        database.executescript((INSTALLED / "SQL/sqlite.initial.sql").read_text())
    for name in ("defaults.inc.php", "mimetypes.php"):
        shutil.copy(DEFAULTS / name, folder / name)
    tls = f"['ssl' => ['verify_peer' => true, 'verify_peer_name' => true, 'cafile' => '{server.folder}/data/certificate.pem']]"
    settings = {
        "db_dsnw": f"'sqlite:///{folder}/roundcube.db'",
        "imap_host": f"'ssl://localhost:{server.ports['imaps']}'",
        "smtp_host": f"'tls://localhost:{server.ports['submission']}'",
        "imap_conn_options": tls,
        "smtp_conn_options": tls,
        "imap_cache": "'db'",
        "messages_cache": "'db'",
        "messages_cache_threshold": "0",
        "imap_debug": "true",
        "smtp_debug": "true",
        "log_dir": f"'{folder}/logs/'",
        "temp_dir": f"'{folder}/temp/'",
        "language": "'fr_FR'",
        "skin": "'elastic'",
        "refresh_interval": "60",
        "enable_spellcheck": "false",
        "des_key": "'0123456789abcdef01234567'",
    }
    (folder / "config.inc.php").write_text("<?php\n" + "".join(f"$config['{key}'] = {value};\n" for key, value in settings.items()))


@contextlib.contextmanager
def roundcube(server: Server):
    """Its address, while it is served by PHP's own web server."""
    folder = server.folder / "roundcube"
    configure(folder, server)
    port = free_port()
    # One process: several wait for the next connection in accept() while what they have taken already stays unanswered.
    environment = {**os.environ, "ROUNDCUBE_CONFIG_DIR": str(folder)}
    with open(folder / "php.log", "wb") as log:
        php = subprocess.Popen(
            ["php", "-d", f"session.save_path={folder}/temp", "-S", f"127.0.0.1:{port}", "-t", str(INSTALLED)],
            stdout=log, stderr=log, env=environment, cwd=folder,
        )
    try:
        wait_until_it_answers(php, port)
        yield f"http://127.0.0.1:{port}/"
    except AssertionError:
        for file in ("logs/errors.log", "logs/smtp.log", "logs/imap.log", "php.log"):
            text = (folder / file).read_text(errors="replace") if (folder / file).exists() else ""
            print(f"--- {file}\n{text[-20000:]}")
        raise
    finally:
        php.kill()
        php.wait()


def main() -> None:
    server = Server({"anne@academie.test": "le mot de passe d'Anne", "bruno@academie.test": "le mot de passe de Bruno"})
    try:
        server.start()
        with roundcube(server) as url:
            run_node(pathlib.Path(__file__).with_name("roundcube.mjs"), server, url=url)
            errors = server.folder / "roundcube/logs/errors.log"
            assert not errors.exists(), errors.read_text()
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
