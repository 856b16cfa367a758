"""Runs a script of node's test runner against a server; it finds what it is given as JSON in FACTEUR_GIVEN."""

import json
import os
import pathlib
import subprocess

from facteur import Server


def run_node(script: pathlib.Path, server: Server, **more) -> None:
    given = {"ports": server.ports, "certificate": f"{server.folder}/data/certificate.pem", "accounts": server.accounts, **more}
    environment = {"BROWSER_PATIENCE": "120000", **os.environ, "FACTEUR_GIVEN": json.dumps(given)}  # others run beside
    done = subprocess.run(["node", "--test", str(script)], capture_output=True, text=True, env=environment)
    print(done.stdout)
    assert done.returncode == 0, done.stderr
