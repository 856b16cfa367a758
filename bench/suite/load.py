"""Runs facteur-load, which prints one JSON line for each measurement."""

import json
import pathlib
import select
import subprocess

LOAD = pathlib.Path("build/release/bench/facteur-load")


PATIENCE = 150  # seconds, for what takes some seconds; the client itself gives up after 100 without a word of the server


def load(*arguments: str | int | float, timeout: float = PATIENCE) -> dict:
    try:
        done = subprocess.run([LOAD, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"facteur-load {arguments[0]} took longer than {timeout:g} s") from None
    if done.returncode != 0:
        raise RuntimeError(f"facteur-load {' '.join(map(str, arguments))}: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def begin_load(*arguments: str | int | float) -> subprocess.Popen:
    """One that says when it has begun (see `first_line`), and holds until its input ends."""
    return subprocess.Popen([LOAD, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def first_line(holding: subprocess.Popen) -> dict:
    """What it says when it has begun; nothing when it has ended, or was ended because it took too long."""
    if not select.select([holding.stdout], [], [], PATIENCE)[0]:
        holding.kill()
    return json.loads(holding.stdout.readline() or "{}")
