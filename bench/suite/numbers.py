"""How figures are written."""


def number(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def short(value: float) -> str:
    """For axes: 1000 is 1k."""
    for step, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= step:
            return f"{value / step:g}{letter}"
    return f"{value:g}"


def spread(values: list[float]) -> str:
    return f"{number(min(values))}–{number(max(values))}" if len(values) > 1 else ""
