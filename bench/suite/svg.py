"""Plots as inline SVG: bars with their spread, latency percentiles, growth curves. Colours and fonts are the page's (page.css); each is an
image with a name for those who do not see it, and stands beside a table with the same figures."""

import dataclasses
import html
import math

from suite.numbers import number, short

WIDTH = 320


@dataclasses.dataclass
class Bar:
    name: str
    middle: float
    lowest: float
    highest: float


@dataclasses.dataclass
class Line:
    name: str
    kind: str  # class of the page that gives it colour and dashes
    points: list[tuple[float, float]]


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{html.escape(words)}</text>'


def rule(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def image(height: float, label: str, parts: list[str]) -> str:
    return (f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{html.escape(label)}">' + "".join(parts) + "</svg>")


def bars(title: str, found: list[Bar]) -> str:
    """One bar for each server, from zero, with a whisker from the lowest to the highest run."""
    left, right, step = 100, 60, 24
    room = WIDTH - left - right
    most = max(bar.highest for bar in found)
    scale = room / most if most > 0 else 0
    parts = []
    for i, bar in enumerate(found):
        y = i * step
        width = max(bar.middle, 0) * scale
        parts.append(text(left - 8, y + 16, bar.name, "name", "end"))
        parts.append(f'<rect x="{left}" y="{y + 4}" width="{max(width, 1):.1f}" height="16" class="bar {kind_of(bar.name)}"/>')
        end = left + max(width, 1)
        if bar.highest > bar.lowest:
            low, high = (left + max(value, 0) * scale for value in (bar.lowest, bar.highest))
            parts += [rule(low, y + 12, high, y + 12, "whisker"), rule(low, y + 8, low, y + 16, "whisker"), rule(high, y + 8, high, y + 16, "whisker")]
            end = max(end, high)
        parts.append(text(end + 5, y + 16, number(bar.middle), "value"))
    label = f"{title}: " + ", ".join(f"{bar.name} {number(bar.middle)}" for bar in found)
    return image(len(found) * step + 2, label, parts)


def kind_of(peer: str) -> str:
    return "s-" + peer.replace("+", "-")


class Decades:
    """A logarithmic axis over whole decades."""

    def __init__(self, values: list[float], begin: float, end: float):
        low, high = math.log10(min(values)), math.log10(max(values))
        self.low = math.floor(low + 1e-9)
        self.high = max(math.ceil(high - 1e-9), self.low + 1)
        self.begin, self.end = begin, end

    def at(self, value: float) -> float:
        return self.begin + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.begin)

    def ticks(self) -> list[float]:
        step = 1 + (self.high - self.low) // 7
        return [10.0 ** power for power in range(self.low, self.high + 1, step)]


def latencies(title: str, found: list[tuple[str, list[float]]]) -> str:
    """For each server a line from the first to the last percentile, a mark at each, on a logarithmic axis of milliseconds."""
    left, right, step = 100, 14, 24
    bottom = len(found) * step
    axis = Decades([value for _, values in found for value in values], left, WIDTH - right)
    parts = []
    for tick in axis.ticks():
        parts += [rule(axis.at(tick), 0, axis.at(tick), bottom, "grid"), text(axis.at(tick), bottom + 15, short(tick), "tick", "middle")]
    for i, (peer, values) in enumerate(found):
        y, kind = i * step + 12, kind_of(peer)
        parts.append(text(left - 8, y + 4, peer, "name", "end"))
        parts.append(rule(axis.at(values[0]), y, axis.at(values[-1]), y, f"line {kind}"))
        parts += [f'<circle cx="{axis.at(value):.1f}" cy="{y}" r="{5 - j}" class="dot {kind}"/>' for j, value in enumerate(values)]
    label = f"{title}: " + ", ".join(f"{peer} {' / '.join(map(number, values))}" for peer, values in found)
    return image(bottom + 20, label, parts)


def curves(title: str, axis_title: str, lines: list[Line]) -> str:
    """Both axes logarithmic: what grows like its axis rises as a diagonal of the grid."""
    left, right, top, bottom, height = 44, 14, 8, 40, 240
    across = Decades([x for line in lines for x, _ in line.points], left, WIDTH - right)
    up = Decades([y for line in lines for _, y in line.points], height - bottom, top)
    parts = []
    for tick in across.ticks():
        parts += [rule(across.at(tick), top, across.at(tick), height - bottom, "grid"),
                  text(across.at(tick), height - bottom + 15, short(tick), "tick", "middle")]
    for tick in up.ticks():
        parts += [rule(left, up.at(tick), WIDTH - right, up.at(tick), "grid"), text(left - 6, up.at(tick) + 4, short(tick), "tick", "end")]
    parts.append(text((left + WIDTH - right) / 2, height - 6, axis_title, "tick", "middle"))
    for line in lines:
        way = " ".join(f"{across.at(x):.1f},{up.at(y):.1f}" for x, y in line.points)
        parts.append(f'<polyline points="{way}" class="curve {line.kind}"/>')
        parts += [f'<circle cx="{across.at(x):.1f}" cy="{up.at(y):.1f}" r="3" class="dot {line.kind}"/>' for x, y in line.points]
    label = f"{title} over {axis_title}: " + "; ".join(
        f"{line.name} " + ", ".join(f"{number(y)} at {short(x)}" for x, y in line.points) for line in lines)
    return image(height, label, parts)
