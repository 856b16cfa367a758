#!/usr/bin/env python3
"""bench/compare on two small results of the suite and of the micro benchmarks: what it marks, and how it ends."""

import json
import pathlib
import subprocess
import tempfile

COMPARE = pathlib.Path(__file__).resolve().parents[2] / "bench/compare"
ABOUT = {"date": "2026-11-24", "machine": "2 cores", "commit": "abc", "load_before": 0}


def compare(old: dict[str, list[float]], new: dict[str, list[float]], *options: str, value: str = "cpu_ms") -> tuple[int, str]:
    """Each a server's figures of the row "login"."""
    kept = [{"about": ABOUT, "notes": [], "records": [{"group": "imap", "row": "login", "peer": peer, "run": run, "values": {value: figure, "what": "login"}}
                                                      for peer, figures in peers.items() for run, figure in enumerate(figures, 1)]} for peers in (old, new)]
    return told(compare_files(*kept, *options))


def micro(figures: dict[str, list[float]], unit: str = "us") -> dict:
    """As Google Benchmark writes it, of processor times by the name of the benchmark."""
    benchmarks = []
    for name, times in figures.items():
        of_all = {"name": name, "run_name": name, "time_unit": unit, "iterations": 100}
        benchmarks += [{**of_all, "run_type": "iteration", "repetition_index": at, "real_time": 3 * time, "cpu_time": time} for at, time in enumerate(times)]
        benchmarks.append({**of_all, "name": f"{name}_median", "run_type": "aggregate", "aggregate_name": "median", "real_time": 77.0, "cpu_time": 77.0})
    return {"context": {"date": "2026-11-29T07:00:00+00:00", "num_cpus": 2, "mhz_per_cpu": 2000, "load_avg": [0.25, 0.5, 0.5], "commit": "abc"},
            "benchmarks": benchmarks}


def compare_files(old: dict, new: dict, *options: str) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, kept in (("old", old), ("new", new)):
            files.append(pathlib.Path(folder) / f"{name}.json")
            files[-1].write_text(json.dumps(kept))
        return subprocess.run([COMPARE, *files, *options], capture_output=True, text=True)


def told(done: subprocess.CompletedProcess) -> tuple[int, str]:
    assert done.stderr == "", done.stderr
    return done.returncode, done.stdout


def compare_micro(old: dict, new: dict, *options: str) -> tuple[int, str]:
    return told(compare_files(old, new, *options))


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

check(compare_micro(micro({"mime/parse": [1.0, 1.1]}), micro({"mime/parse": [2.0, 2.1]})), 1,
      "old: 2026-11-29 07:00, Facteur abc, 2 cores (2000 MHz), load 0.2\n", "| mime/parse | facteur | cpu_ns | 1,050 | 2,050 | 1.95 | **worse** |", "1 values are in both")
check(compare_micro(micro({"mime/parse": [1.0, 1.1]}), micro({"mime/parse": [900.0, 901.0]}, "ns")), 0, "| better |", "1 moved")
check(compare_micro(micro({"mime/parse": [1.0, 1.1]}), micro({"rows/encode": [9.0]})), 0, "0 values are in both")
# What waits for a disk or other threads is judged by the clock too.
check(compare_micro(micro({"lane/commit/1/process_time/real_time": [1.0]}), micro({"lane/commit/1/process_time/real_time": [2.0]})), 1, "| real_ns | 3,000 | 6,000 |",
      "2 values are in both")
mixed = compare_files(micro({"mime/parse": [1.0]}), {"about": ABOUT, "notes": [], "records": []})
assert mixed.returncode == 2 and "one is of bench/run, the other of bench/micro/run" in mixed.stderr, mixed
