"""What the results say to each goal."""

import dataclasses

from suite.goals import GOALS, Goal
from suite.limits import LIMIT
from suite.numbers import number
from suite.results import Results


@dataclasses.dataclass
class Verdict:
    goal: Goal
    own: float
    best: str          # of the peers; empty where a limit alone counts
    best_value: float | None
    times: float | None  # better than the best; nothing where a quotient says nothing

    @property
    def wanted(self) -> str:
        goal = self.goal
        return f"{number(goal.factor)} times" if goal.factor else f"≤ {number(goal.limit)}" if goal.limit else ""

    @property
    def word(self) -> str:
        goal = self.goal
        if not goal.factor and not goal.limit:
            return ""
        if self.own < 0:
            return "no figure"
        is_far_enough = not goal.factor or (self.times or 0) >= goal.factor
        return "reached" if is_far_enough and (not goal.limit or self.own <= goal.limit) else "missed"


def judge(results: Results, goal: Goal) -> Verdict | None:
    own = results.median(goal.row, "facteur", goal.value)
    others = {peer: results.median(goal.row, peer, goal.value) for peer in results.peers(goal.row)
              if peer not in ("facteur", LIMIT) and (not goal.peers or peer in goal.peers)}
    others = {peer: value for peer, value in others.items() if value}
    if own is None or (not others and not goal.limit):
        return None
    if not others:
        return Verdict(goal, own, "", None, None)
    best = (max if goal.is_more_better else min)(others, key=others.get)
    quotient = None
    if own > 0 and others[best] > 0:
        quotient = own / others[best] if goal.is_more_better else others[best] / own
    return Verdict(goal, own, best, others[best], quotient)


def verdicts(results: Results) -> list[Verdict]:
    return [found for goal in GOALS if (found := judge(results, goal))]
