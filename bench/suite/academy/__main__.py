"""The simulated day of an academy. See docs/benchmarks.md."""

import argparse
import json
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
os.chdir(ROOT)
sys.path.insert(0, str(ROOT / "tests/lib"))

from suite.academy import report  # noqa: E402
from suite.academy.capacity import find_limit  # noqa: E402
from suite.academy.stage import Stage, cores  # noqa: E402
from suite.machine import begin  # noqa: E402

BEGINS, DAY = 7 * 3600, 12 * 3600  # of the day that is simulated: since midnight, and how long it is; real seconds
UNITS = {"s": 1, "m": 60, "h": 3600}


def duration(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    if not found or not 10 <= float(found[1]) * UNITS[found[2]] <= 86400:
        raise argparse.ArgumentTypeError(f"{text}: such as 90s, 10m or 12h, at least 10s, at most 24h")
    return float(found[1]) * UNITS[found[2]]


def time_of_day(text: str) -> float:
    """Seconds since midnight, within the day that is simulated."""
    found = re.fullmatch(r"(\d{1,2}):([0-5]\d)", text)
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 if found else 0
    if not BEGINS <= seconds <= BEGINS + DAY:
        raise argparse.ArgumentTypeError(f"{text}: such as 07:45, from 07:00 to 19:00")
    return seconds


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/academy", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.01, help="1: 40,000 accounts, mailboxes up to 100,000 messages; default: %(default)s")
    parser.add_argument("--day", type=duration, default="10m", help="how long 07:00 to 19:00 take; default: %(default)s")
    parser.add_argument("--from", dest="begins", type=time_of_day, default="07:00", metavar="HH:MM", help="a part of the day, at the same speed; default: %(default)s")
    parser.add_argument("--to", dest="ends", type=time_of_day, default="19:00", metavar="HH:MM", help="default: %(default)s")
    parser.add_argument("--week", choices=["plain", "report-cards"], default="plain", help="default: %(default)s")
    parser.add_argument("--web-sessions", type=float, default=3, help="of each person and day; default: %(default)s")
    parser.add_argument("--mail-programs", type=float, default=0.5, help="sessions of them, of each person and day; default: %(default)s")
    parser.add_argument("--letters", type=float, default=20, help="from outside, to each person and day; default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other moments and mail")
    parser.add_argument("--find-limit", action="store_true", help="instead of a day, more and more sessions until p99 passes 100 ms")
    parser.add_argument("--first-rate", type=float, default=1, help="sessions begun each second at the first step; default: %(default)s")
    parser.add_argument("--step", type=duration, default="60s", help="how long each takes; default: %(default)s")
    parser.add_argument("--node-cores", type=int, default=cores(), help="of the node that the report reckons for; default: this machine's")
    parser.add_argument("--output", type=pathlib.Path, help="without ending; default build/bench/academy-DATE")
    chosen = parser.parse_args()
    if not 0 < chosen.scale <= 2.5:
        parser.error("--scale: more than 0, at most 2.5")
    if chosen.begins >= chosen.ends:
        parser.error("--to is after --from")
    return chosen


def main() -> None:
    chosen = options()
    about, work, date = begin(ROOT)
    about["options"] = {name: str(value) for name, value in vars(chosen).items()}
    people = ["--web-sessions", chosen.web_sessions, "--mail-programs", chosen.mail_programs, "--letters", chosen.letters,
              "--week", chosen.week, "--seed", chosen.seed]
    output = chosen.output or work / f"academy-{date}"
    stage = Stage(chosen.scale, work)
    day = found = None
    try:
        about |= {"accounts": stage.accounts, "largest": stage.largest, "filled": stage.begin()}
        if chosen.find_limit:
            found = find_limit(stage, chosen.first_rate, chosen.step, DAY / chosen.day, chosen.node_cores, people)
        else:
            seconds = chosen.day * (chosen.ends - chosen.begins) / DAY
            print(f"It begins, and takes {seconds:.0f} s.", flush=True)
            day = stage.run(seconds, "--from", chosen.begins, "--to", chosen.ends, *people)
    finally:
        stage.close()
    text = report.write(about, day, found)
    output.with_suffix(".json").write_text(json.dumps({"about": about, "day": day, "limit": found}, indent=1) + "\n")
    output.with_suffix(".md").write_text(text)
    print(text)
    if (day or {}).get("errors"):
        sys.exit(1)


main()
