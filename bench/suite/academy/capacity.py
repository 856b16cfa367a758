"""How many sessions a server bears while people do not wait, and how many people that is."""

from suite.academy.stage import Stage, cores

LIMIT_MS = 100        # of p99 of everything that a person waits for
GROWTH = 1.4          # of the rate from step to step
MOST_STEPS = 24
BUSY_AT_MOST = 0.7    # share of a node's cores that one plans with
LATE_MS = 10          # a client that begins things later than this is the bottleneck itself


def is_client_late(step: dict) -> bool:
    return step["client_late_p99_ms"] > LATE_MS or step["client_cpu_s"] / step["seconds"] > 0.8


def why_not(step: dict) -> str:
    """Empty while the step is within the limit."""
    if step["errors"]:
        return f"{step['errors']} errors"
    if step["interactive"]["p99_ms"] > LIMIT_MS:
        return f"p99 {step['interactive']['p99_ms']:.0f} ms"
    return ""


def users_of(step: dict, node_cores: int) -> dict:
    """`by_rate`: as many as this machine bore, at the busiest moment of a day. `by_cpu`: what the processor time of a session allows a node of
    so many cores, if it scales."""
    per_person = step["web_sessions_per_person_at_peak"]
    sessions_per_s = step["web_sessions"] / step["seconds_of_arrivals"]
    cpu_of_session = step["cpu_s"] / step["web_sessions"]  # with its share of mail programs and incoming mail
    return {"sessions_per_s": sessions_per_s, "cpu_ms_per_session": cpu_of_session * 1000,
            "by_rate": sessions_per_s / per_person, "node_cores": node_cores,
            "by_cpu": node_cores * BUSY_AT_MOST / (cpu_of_session * per_person)}


def find_limit(stage: Stage, first: float, seconds: float, faster: float, node_cores: int, people: list) -> dict:
    rate, steps = first, []
    for _ in range(MOST_STEPS):
        step = stage.run(seconds, "--sessions-per-second", rate, "--faster", faster, *people)
        step |= {"rate": rate, "seconds_of_arrivals": seconds, "stopped_by": why_not(step), "client_is_late": is_client_late(step)}
        steps.append(step)
        print(f"{rate:.2f} sessions/s: p99 {step['interactive']['p99_ms']:.1f} ms, {step['errors']} errors, "
              f"{step['cpu_s'] / step['seconds']:.2f} cores, {step['open_on_average']:.0f} open", flush=True)
        if step["stopped_by"] or step["client_is_late"]:
            break
        stage.facteur.wait_until_idle()
        rate *= GROWTH
    good = [step for step in steps if not step["stopped_by"] and not step["client_is_late"]]
    found = {"limit_ms": LIMIT_MS, "steps": steps, "machine_cores": cores()}
    if good:
        found |= {"sustained": users_of(good[-1], node_cores), "open_sessions": good[-1]["open_at_peak"]}
    return found
