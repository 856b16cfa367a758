"""The report in Markdown: every row with all peers, beside its goal."""

from suite.limits import distances
from suite.numbers import number, spread
from suite.results import Results
from suite.verdicts import verdicts


def summary(results: Results) -> list[str]:
    lines = ["| work | unit | Facteur | best peer | times better | goal | |", "|---|---|---|---|---|---|---|"]
    for found in verdicts(results):
        word = "**missed**" if found.word == "missed" else found.word
        lines.append(f"| {found.goal.title} | {found.goal.unit} | {number(found.own)} | {found.best} {number(found.best_value)} | "
                     f"{number(found.times)} | {found.wanted} | {word} |")
    return lines


def limits(results: Results) -> list[str]:
    found = distances(results)
    if not found:
        return []
    lines = ["## Distance to the limit", "", LIMITS, "", "| work | unit | Facteur | limit | times above | what the limit is |", "|---|---|---|---|---|---|"]
    lines += [f"| {each.goal.title} | {each.goal.unit} | {number(each.own)} | {number(each.limit)} | {number(each.times)} | {each.what} |" for each in found]
    return [*lines, ""]


LIMITS = ("The limit is what this kernel takes from a server of one thread that does nothing but what cannot be left out, driven by the same client in the same "
          "run, or what is said beside it.")
COLUMNS = {  # group → columns: the name of a value, its title
    "imap": {"cpu_ms": "CPU ms", "p50_ms": "p50 ms", "p95_ms": "p95 ms", "p99_ms": "p99 ms", "per_s": "per s", "client_cpu_ms": "client's CPU ms",
             "octets": "octets", "hits": "hits"},
    "memory": {"kib_each": "KiB each", "pss_kib_each": "KiB each with mapped files", "before_mib": "MiB before", "after_mib": "MiB after"},
    "fill": {"seconds": "s", "per_s": "per s", "cpu_ms": "CPU ms each", "cpu_s": "CPU s", "disk": "octets on disk"},
    "ingest": {"cpu_ms": "CPU ms", "delivery_cpu_ms": "CPU ms a delivery", "idle_cpu_ms": "until idle", "visible_per_s": "visible per s", "deliveries_per_s": "deliveries per s",
               "per_s": "accepted per s", "p50_ms": "p50 ms", "p99_ms": "p99 ms", "client_cpu_ms": "client's CPU ms"},
    "jmap": {"cpu_ms": "CPU ms", "per_s": "per s", "p50_ms": "p50 ms", "p95_ms": "p95 ms", "p99_ms": "p99 ms", "client_cpu_ms": "client's CPU ms",
             "octets": "octets", "rows": "rows"},
    "webmail": {"cpu_ms": "CPU ms", "per_s": "per s", "p50_ms": "p50 ms", "p99_ms": "p99 ms", "warm_ms": "p50 ms, warm cache",
                "rows": "rows"},
    "push": {"p50_ms": "p50 ms", "p95_ms": "p95 ms", "p99_ms": "p99 ms", "cpu_ms": "CPU ms"},
    "disk": {"times_the_mail": "times the mail", "mib": "MiB"},
    "index": {"seconds": "s", "index_times_the_mail": "times the mail", "cpu_s": "CPU s", "mib": "MiB"},
    "restart": {"seconds": "s"},
    "growth": {"cpu_ms": "CPU ms", "p50_ms": "p50 ms", "p99_ms": "p99 ms", "visible_per_s": "visible per s", "hits": "hits",
               "mib": "MiB", "kib_each": "KiB each"},
    "large": {"cpu_ms": "CPU ms", "p50_ms": "p50 ms", "p95_ms": "p95 ms", "p99_ms": "p99 ms", "times": "times CPU", "p50_times": "times p50", "seconds": "s",
              "file_seconds": "s to file", "index_seconds": "s to index"},
    "durability": {"each": "syncs each", "fsync": "fsync", "fdatasync": "fdatasync", "msync": "msync", "times": "times"},
}


def columns_of(results: Results, group: str) -> dict[str, str]:
    """Those that were measured."""
    return {name: title for name, title in COLUMNS[group].items()
            if any(results.values(row, peer, name) for row in results.rows(group) for peer in results.peers(row))}


def about(results: Results) -> list[str]:
    """Where, what and how, in sentences."""
    facts = results.about
    return [f"{facts['machine']}. Facteur {facts['commit']}. {facts.get('mail_messages', 0):,} messages, {facts.get('mail_octets', 0) / 1e6:.1f} MB in each mailbox. "
            f"{facts['runs']} runs of each row, in turn; medians. CPU is that of all processes of the server "
            f"(counted by {', '.join(facts['cpu_counted_by'])}). Load average {facts['load_before']} before, {facts['load_after']} after.",
            "Seconds of each group: " + ", ".join(f"{name} {seconds:g}" for name, seconds in facts.get("group_seconds", {}).items()) + ".",
            "Versions: " + "; ".join(f"{name} {version}" for name, version in facts["peers"].items()) + "."]


def details(results: Results, group: str) -> list[str]:
    columns = columns_of(results, group)
    first = next(iter(columns))
    lines = ["| row | server | " + " | ".join(columns.values()) + f" | {columns[first]}, spread |", "|---" * (len(columns) + 3) + "|"]
    for row in results.rows(group):
        for peer in results.peers(row):
            cells = [number(results.median(row, peer, name)) for name in columns]
            lines.append(f"| {row} | {peer} | " + " | ".join(cells) + f" | {spread(results.values(row, peer, first))} |")
    return lines


def write(results: Results) -> str:
    lines = [f"# Facteur beside its peers, {results.about['date']}", "", *(line for sentence in about(results) for line in (sentence, "")), "## The goals", "", *summary(results), "", *limits(results)]
    for group in results.groups():
        lines += [f"## {group}", "", *details(results, group), ""]
    if results.notes:
        lines += ["## Notes", "", *(f"- {note}" for note in results.notes), ""]
    return "\n".join(lines)
