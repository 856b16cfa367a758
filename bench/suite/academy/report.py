"""The report of a simulated day in Markdown."""

from suite.academy.capacity import is_client_late
from suite.numbers import number


def kinds(run: dict) -> list[str]:
    lines = ["| action | count | errors | p50 ms | p95 ms | p99 ms | max ms |", "|---|---|---|---|---|---|---|"]
    for row in run["kinds"]:
        lines.append(f"| {row['kind']} | {row['count']:,} | {row['errors']:,} | " +
                     " | ".join(number(row[name]) for name in ("p50_ms", "p95_ms", "p99_ms", "max_ms")) + " |")
    whole = run["interactive"]
    lines.append(f"| **all that people wait for** | {whole['count']:,} | | " +
                 " | ".join(f"**{number(whole[name])}**" for name in ("p50_ms", "p95_ms", "p99_ms", "max_ms")) + " |")
    return lines


def costs(run: dict) -> list[str]:
    memory, sessions = run["memory_kib"], run["web_sessions"] + run["mail_programs"]
    lines = [f"- Server: {run['cpu_s']:.1f} s of processor time, {run['cpu_s'] / run['seconds']:.2f} cores on average; "
             f"{run['cpu_s'] * 1000 / max(1, sessions):.1f} ms for each session with its share of the mail; "
             f"{run['cpu_s'] * 1000 / run['seconds'] / max(0.01, run['open_on_average']) / run['faster']:.3f} ms a second of real time "
             "for each person at work.",
             f"- Memory: {memory['first']['pss'] / 1024:.0f} MiB before, {memory['most']['pss'] / 1024:.0f} MiB at most (pages of mapped files counted); "
             f"its own grew by {memory['grown_own'] / max(1, run['open_at_peak']):.1f} KiB for each of the {run['open_at_peak']:,} sessions open at most.",
             f"- Client: {run['client_cpu_s'] / run['seconds']:.2f} cores, began actions {run['client_late_p99_ms']:.2f} ms late (p99)."]
    if is_client_late(run):
        lines.append("- **The client was the bottleneck: its latencies are its own. These are no figures of the server.**")
    lines += [f"- **Error**, {count} times: {reason}" for reason, count in (run["reasons"] or {}).items()]
    return lines + [f"- The server's log: `{line}`" for line in run["server_log"]]


def limit(found: dict) -> list[str]:
    lines = ["| sessions/s | open | p99 ms | errors | cores of the server | client late p99 ms | |", "|---|---|---|---|---|---|---|"]
    for step in found["steps"]:
        said = "the client was the bottleneck" if step["client_is_late"] else step["stopped_by"]
        lines.append(f"| {step['rate']:.2f} | {step['open_on_average']:.0f} | {number(step['interactive']['p99_ms'])} | {step['errors']} | "
                     f"{step['cpu_s'] / step['seconds']:.2f} | {number(step['client_late_p99_ms'])} | {said} |")
    held = found.get("sustained")
    if not held:
        return lines + ["", "Not even the first step was within the limit."]
    return lines + ["", f"Sustained within p99 {found['limit_ms']} ms: **{held['sessions_per_s']:.1f} sessions begun each second**, "
                    f"{found['open_sessions']:,} open at most, {held['cpu_ms_per_session']:.1f} ms of processor time each. At the busiest moment of a day that is "
                    f"**{held['by_rate']:,.0f} people on this machine** ({found['machine_cores']} cores, which the client shares); by processor time, a node of "
                    f"{held['node_cores']} cores that is 70 % busy would carry {held['by_cpu']:,.0f}, if it scales with its cores (not measured)."]


def write(about: dict, day: dict | None, found: dict | None) -> str:
    lines = [f"# The academy's day, {about['date']}", "",
             f"{about['machine']}. Facteur {about['commit']}. {about['accounts']:,} accounts, {about['filled']['messages']:,} messages, the largest mailbox "
             f"{about['largest']:,}. Load of the machine before: {about['load_before']}.", ""]
    if day:
        begins, ends = (f"{seconds // 3600:02.0f}:{seconds % 3600 // 60:02.0f}" for seconds in (day["from"], day["to"]))
        lines += [f"A day ({day['week']}) from {begins} to {ends}, {day['faster']:.0f} times as fast as it is: {day['web_sessions']:,} web sessions, {day['mail_programs']:,} of mail programs; the load of "
                  f"{day['accounts'] * day['faster']:,.0f} people in real time. "
                  "Open loop: each latency counts from the moment at which the action was due.", "", *kinds(day), "", *costs(day), ""]
    if found:
        lines += ["## The limit", "", *limit(found), ""]
    return "\n".join(lines)
