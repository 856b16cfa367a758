"""What differs between two runs of the suite."""

import dataclasses

from suite.results import Results

# The values of which less is better, and those of which more is; the others describe what was done and are not compared.
LESS = ["cpu_ns", "real_ns", "cpu_ms", "delivery_cpu_ms", "idle_cpu_ms", "cpu_s", "p50_ms", "p95_ms", "p99_ms", "warm_ms", "seconds", "kib_each", "times_the_mail", "index_times_the_mail", "each"]
MORE = ["per_s", "visible_per_s", "deliveries_per_s"]
OF_A_DURATION = "seconds"  # of rows that run as long as they are told, it says nothing


@dataclasses.dataclass
class Change:
    row: str
    peer: str
    value: str
    old: float
    new: float
    is_moved: bool  # the runs of the one are all on one side of the runs of the other
    is_worse: bool

    @property
    def ratio(self) -> float | None:
        return self.new / self.old if self.old > 0 and self.new > 0 else None

    @property
    def word(self) -> str:
        return "worse" if self.is_worse else "better"

    def is_regression(self, threshold: float) -> bool:
        """Where there is no quotient, what is there was nothing before."""
        if self.peer != "facteur" or not self.is_moved or not self.is_worse:
            return False
        return self.ratio is None or max(self.ratio, 1 / self.ratio) > threshold


def changes(old: Results, new: Results) -> list[Change]:
    found = []
    for row in new.rows():
        for peer in new.peers(row):
            for name in [*LESS, *MORE]:
                before, after = old.values(row, peer, name), new.values(row, peer, name)
                if not before or not after or (name == OF_A_DURATION and new.values(row, peer, "sessions")):
                    continue
                is_above, is_below = min(after) > max(before), max(after) < min(before)
                found.append(Change(row, peer, name, old.median(row, peer, name), new.median(row, peer, name), is_above or is_below,
                                    is_below if name in MORE else is_above))
    return found
