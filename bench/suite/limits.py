"""The distance to the limit: what each row takes when nothing but what cannot be left out is done, measured in the same run, and how many times
Facteur is above it. Where no such bound can be measured, none is stated."""

import dataclasses

from suite.goals import GOALS, Goal
from suite.numbers import number
from suite.results import Results

LIMIT = "limit"  # in place of a server's name
RECORD = 64      # octets that a STORE makes durable
RECORDS = {"store": RECORD, "store-16": RECORD}
PACK_LEVEL = 3   # zstd's, that of Facteur's store

ANSWER = "a request read, {octets} octets of answer written"
START = "the program started until it has said its version"
MESSAGE = "messages read, written as they are, confirmed; one sync for all that wait"
WHAT = {
    "login": "connected, two commands read and confirmed, closed; no password is looked at",
    "store": f"{RECORD} octets written and synced, {{octets}} of answer",
    "store-16": f"{RECORD} octets each, one sync for all that wait, {{octets}} of answer",
    "smtp-1": MESSAGE, "smtp-10": MESSAGE, "lmtp-1": MESSAGE, "lmtp-10": MESSAGE,
    "push": "the message written and synced, then told",
    "disk": f"the mail as one stream of zstd, level {PACK_LEVEL}, without an index",
    "restart": START, "restart of a million": START,
    "list of a million": "as much as on 10,000, by definition",
}


@dataclasses.dataclass
class Distance:
    goal: Goal
    own: float
    limit: float | None  # nothing: none is stated
    times: float | None  # that Facteur is above it
    what: str


def distance(results: Results, goal: Goal) -> Distance | None:
    own, limit = (results.median(goal.row, who, goal.value) for who in ("facteur", LIMIT))
    if own is None:
        return None
    if limit is None:
        return Distance(goal, own, None, None, "none stated")
    times = None
    if own > 0 and limit > 0:
        times = limit / own if goal.is_more_better else own / limit
    return Distance(goal, own, limit, times, WHAT.get(goal.row, ANSWER).format(octets=number(results.median(goal.row, LIMIT, "octets"))))


def distances(results: Results) -> list[Distance]:
    """None at all in results of a run that measured no limit."""
    if not any(record.peer == LIMIT for record in results.records):
        return []
    return [found for goal in GOALS if (found := distance(results, goal))]
