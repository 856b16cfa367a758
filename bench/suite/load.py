"""Runs facteur-load, which prints one JSON line for each measurement."""

import json
import pathlib
import subprocess

LOAD = pathlib.Path("build/release/bench/facteur-load")


def load(*arguments: str | int | float, timeout: float = 900) -> dict:
    done = subprocess.run([LOAD, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        raise RuntimeError(f"facteur-load {' '.join(map(str, arguments))}: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def begin_load(*arguments: str | int | float) -> subprocess.Popen:
    """One that says when it has begun, and holds until its input ends."""
    return subprocess.Popen([LOAD, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
