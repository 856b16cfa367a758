"""Results of bench/micro/run (Google Benchmark's JSON) in the form of the suite's: a benchmark is a row, a repetition a run."""

import datetime

from suite.results import Results

NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
REAL = "/real_time"  # ends the name of what is measured by the clock, because threads or a disk are waited for


def is_micro(kept: dict) -> bool:
    return "benchmarks" in kept


def results_of(kept: dict) -> Results:
    context = kept["context"]
    date = datetime.datetime.fromisoformat(context["date"]).strftime("%Y-%m-%d %H:%M")
    results = Results({"date": date, "commit": context.get("commit", "?"), "load_before": round(context["load_avg"][0], 1),
                       "machine": f"{context['num_cpus']} cores ({context['mhz_per_cpu']} MHz)"})
    for benchmark in kept["benchmarks"]:
        if benchmark["run_type"] != "iteration" or benchmark.get("error_occurred"):
            continue  # medians are made of the repetitions again
        row, unit = benchmark["run_name"], NANOSECONDS[benchmark["time_unit"]]
        values = {"cpu_ns": benchmark["cpu_time"] * unit}
        if REAL in row:
            values["real_ns"] = benchmark["real_time"] * unit
        results.add("micro", row, "facteur", benchmark.get("repetition_index", 0) + 1, values, is_told=False)
    return results
