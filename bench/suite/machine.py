"""What the figures were taken on, and how a bench begins."""

import datetime
import os
import pathlib
import platform
import resource
import signal
import subprocess
import sys


def machine() -> str:
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{os.cpu_count()} cores ({model}), {platform.system()} {platform.release()}"


def begin(root: pathlib.Path) -> tuple[dict, pathlib.Path, str]:
    """What the report says of the run, the folder for what is kept, and the date for a file's name."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    work = root / "build/bench"
    work.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.timezone.utc)
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    about = {"date": now.strftime("%Y-%m-%d %H:%M UTC"), "machine": machine(), "commit": commit,
             "load_before": round(os.getloadavg()[0], 1)}
    return about, work, now.strftime("%Y-%m-%dT%H%M")
