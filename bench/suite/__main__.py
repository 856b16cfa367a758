"""Facteur beside its peers on this machine. See docs/benchmarks.md."""

import argparse
import os
import pathlib
import sys
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.chdir(ROOT)
sys.path.insert(0, str(ROOT / "tests/lib"))

from suite import page, report  # noqa: E402
from suite.groups import disk, durability, growth, imap, index, ingest, jmap, large, memory, push, restart, webmail  # noqa: E402
from suite.machine import begin  # noqa: E402
from suite.results import Results  # noqa: E402
from suite.suite import Suite  # noqa: E402

GROUPS = {"disk": disk, "index": index, "imap": imap, "memory": memory, "durability": durability, "ingest": ingest, "jmap": jmap, "webmail": webmail, "push": push, "restart": restart,
          "growth": growth, "large": large}
# Seconds: what each group may take before its rows are run once alone. The rest goes to filling and to starts.
QUICK = {"disk": 40, "index": 60, "imap": 120, "memory": 60, "durability": 60, "ingest": 90, "jmap": 60, "webmail": 60, "push": 45, "restart": 30,
         "growth": 80, "large": None}
FULL = {"disk": 40, "index": 120, "imap": 480, "memory": 120, "durability": 60, "ingest": 200, "jmap": 150, "webmail": 150, "push": 120, "restart": 60,
        "growth": 360, "large": None}
PEERS = ["facteur", "dovecot", "dovecot-fts", "cyrus", "postfix+dovecot", "roundcube"]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs, no million of messages: 20 minutes on 2 calm cores; all is 40")
    parser.add_argument("--groups", default=",".join(GROUPS), help="default: %(default)s")
    parser.add_argument("--peers", default=",".join(PEERS), help="default: %(default)s")
    parser.add_argument("--growth-peers", default="facteur", help="those whose growth is measured too: facteur,dovecot,cyrus; default: %(default)s")
    parser.add_argument("--runs", type=int, help="of each row and server; default 3 (quick) or 5; those beyond a group's budget are left out")
    parser.add_argument("--seconds", type=float, default=1.5, help="of each run of a row; default: %(default)s")
    parser.add_argument("--messages", type=int, default=10000, help="of the filled mailbox")
    parser.add_argument("--output", type=pathlib.Path, help="without ending; default build/bench/DATE")
    chosen = parser.parse_args()
    chosen.runs = chosen.runs or (3 if chosen.quick else 5)
    return chosen


def write(results: Results, output: pathlib.Path) -> None:
    results.about["load_after"] = round(os.getloadavg()[0], 1)
    results.write(output.with_suffix(".json"))
    output.with_suffix(".md").write_text(report.write(results))
    output.with_suffix(".html").write_text(page.write(results))


def main() -> None:
    chosen = options()
    about, work, date = begin(ROOT)
    results = Results({**about, "runs": chosen.runs, "seconds": chosen.seconds})
    output = chosen.output or work / date
    suite = Suite(chosen.peers.split(","), work, chosen.runs, chosen.seconds, chosen.messages, chosen.quick, results,
                  chosen.growth_peers.split(","))
    broken: list[str] = []
    try:
        with suite.timed("fill", None):
            suite.fill()
        for name in chosen.groups.split(","):
            try:
                with suite.timed(name, (QUICK if chosen.quick else FULL)[name]):
                    GROUPS[name].run(suite)
            except Exception as problem:  # the other groups say what they can
                traceback.print_exc()
                results.note(f"{name} broke off: {problem}")
                broken.append(name)
            write(results, output)
    finally:
        write(results, output)
        suite.close()
    print(output.with_suffix(".md").read_text())
    sys.exit(f"broke off: {', '.join(broken)}" if broken else 0)


main()
