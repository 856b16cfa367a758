#!/usr/bin/env python3
"""bench/compare on two small results: what it marks, and how it ends."""

import json
import pathlib
import subprocess
import tempfile

COMPARE = pathlib.Path(__file__).resolve().parents[2] / "bench/compare"
ABOUT = {"date": "2026-11-24", "machine": "2 cores", "commit": "abc", "load_before": 0}


def compare(old: dict[str, list[float]], new: dict[str, list[float]], *options: str, value: str = "cpu_ms") -> tuple[int, str]:
    """Each a server's figures of the row "login"."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, peers in (("old", old), ("new", new)):
            records = [{"group": "imap", "row": "login", "peer": peer, "run": run, "values": {value: figure, "what": "login"}}
                       for peer, figures in peers.items() for run, figure in enumerate(figures, 1)]
            files.append(pathlib.Path(folder) / f"{name}.json")
            files[-1].write_text(json.dumps({"about": ABOUT, "notes": [], "records": records}))
        done = subprocess.run([COMPARE, *files, *options], capture_output=True, text=True)
    assert done.stderr == "", done.stderr
    return done.returncode, done.stdout


def check(done: tuple[int, str], code: int, *says: str) -> None:
    assert done[0] == code and all(text in done[1] for text in says), done


check(compare({"facteur": [1.0, 1.1, 0.9]}, {"facteur": [2.0, 2.1, 1.9]}), 1, "| login | facteur | cpu_ms | 1 | 2 | 2 | **worse** |", "1 moved", "1 of Facteur")
check(compare({"facteur": [1.0, 1.1, 0.9]}, {"facteur": [2.0, 2.1, 1.9]}, "--threshold", "2.5"), 0, "| 2 | worse |", "1 moved", "0 of Facteur")
check(compare({"facteur": [1.0, 2.0, 0.9]}, {"facteur": [2.0, 2.1, 1.9]}), 0, "0 moved")  # the spreads meet
check(compare({"facteur": [1.0, 2.0, 0.9]}, {"facteur": [2.0, 2.1, 1.9]}, "--all"), 0, "| login | facteur | cpu_ms | 1 | 2 | 2 |  |")
check(compare({"facteur": [2.0, 2.1]}, {"facteur": [1.0, 1.1]}), 0, "| better |", "1 moved")
check(compare({"facteur": [1.0], "cyrus": [1.0]}, {"facteur": [1.0], "cyrus": [9.0]}), 0, "| login | cyrus | cpu_ms | 1 | 9 | 9 | worse |")  # a peer's affair
check(compare({"facteur": [900.0]}, {"facteur": [300.0]}, value="per_s"), 1, "**worse**")
check(compare({"facteur": [300.0]}, {"facteur": [900.0]}, value="per_s"), 0, "| better |")
check(compare({"facteur": [0.0]}, {"facteur": [20.0]}, value="kib_each"), 1, "| kib_each | 0 | 20 |  | **worse** |")
check(compare({"facteur": [1.0]}, {"dovecot": [1.0]}), 0, "0 values are in both")
