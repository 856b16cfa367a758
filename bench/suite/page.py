"""The report as one HTML file that needs nothing else: the goals, and for each group its plots beside the tables with the same figures."""

import html
import pathlib
import statistics

from suite import report, svg
from suite.limits import distances
from suite.numbers import number, short, spread
from suite.results import Results
from suite.verdicts import verdicts

STYLE = pathlib.Path(__file__).with_name("page.css")
PERCENTILES = ["p50_ms", "p95_ms", "p99_ms"]
BARS = {  # group → the values that are drawn for each row
    "fill": ["seconds", "cpu_ms", "cpu_s"],
    "imap": ["cpu_ms"],
    "ingest": ["visible_per_s", "cpu_ms"],
    "jmap": ["cpu_ms", "per_s"],
    "push": ["cpu_ms"],
    "index": ["seconds", "index_times_the_mail"],
}
DRAWN = ["cpu_ms", "p50_ms"]  # of a curve
MORE_IS_BETTER = {"per_s", "visible_per_s", "deliveries_per_s"}


def table(caption: str, head: list[str], lines: list[list[str]], kind: str = "", words: int = 1) -> str:
    """The first `words` columns are words, the first of each line its heading. Cells are HTML."""
    def cell(i: int, content: str, tag: str, scope: str = "") -> str:
        return f"<{tag}{scope}{' class=words' if i < words else ''}>{content}</{tag}>"
    heads = "".join(cell(i, html.escape(title), "th", " scope=col") for i, title in enumerate(head))
    body = "".join("<tr>" + "".join(cell(i, content, "td" if i else "th", "" if i else " scope=row") for i, content in enumerate(line)) + "</tr>\n"
                   for line in lines)
    return (f'<div class="scroll" role="region" tabindex="0" aria-label="{html.escape(caption)}"><table class="{kind}">'
            f"<caption>{html.escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>\n{body}</tbody></table></div>\n")


def goals(results: Results) -> str:
    lines = []
    for found in verdicts(results):
        word = f'<span class="{found.word.replace(" ", "-")}">{found.word}</span>' if found.word else ""
        lines.append([html.escape(found.goal.title), word, number(found.times), html.escape(found.wanted), number(found.own),
                      html.escape(f"{found.best} {number(found.best_value)}"), html.escape(found.goal.unit)])
    return table("Facteur beside the best peer", ["work", "verdict", "times better", "goal", "Facteur", "best peer", "unit"], lines, "goals")


def limits(results: Results) -> str:
    lines = [[html.escape(each.goal.title), html.escape(each.what), number(each.times), number(each.own), number(each.limit), html.escape(each.goal.unit)]
             for each in distances(results)]
    return (f'<section id="limits"><h2>Distance to the limit</h2><p>{html.escape(report.LIMITS)}</p>'
            + table("How many times Facteur is above the limit", ["work", "what the limit is", "times above", "Facteur", "limit", "unit"], lines, "goals", words=2)
            + "</section>") if lines else ""


def bars_of(results: Results, group: str, row: str, columns: dict[str, str]) -> str:
    parts = []
    for name in BARS.get(group, list(columns)[:1]):
        found = [svg.Bar(peer, results.median(row, peer, name), min(values), max(values)) for peer in results.peers(row)
                 if (values := results.values(row, peer, name))]
        if found and name in columns:
            direction = "more is better" if name in MORE_IS_BETTER else "less is better"
            parts.append(f"<h4>{html.escape(columns[name])}, {direction}</h4>" + svg.bars(f"{row}, {columns[name]}", found))
    return "".join(parts)


def latencies_of(results: Results, row: str) -> str:
    names = [name for name in PERCENTILES if any(results.values(row, peer, name) for peer in results.peers(row))]
    found = [(peer, values) for peer in results.peers(row)
             if all(values := [results.median(row, peer, name) or 0 for name in names])]
    if not names or not found:
        return ""
    title = ", ".join(name.removesuffix("_ms") for name in names)
    return f"<h4>{title} in ms, logarithmic</h4>" + svg.latencies(f"{row}, {title} in ms", found)


def card(title: str, content: str) -> str:
    return f'<section class="card"><h3>{html.escape(title)}</h3>{content}</section>\n'


def details(results: Results, group: str, columns: dict[str, str]) -> str:
    first = next(iter(columns))
    lines = [[html.escape(row), html.escape(peer), *(number(results.median(row, peer, name)) for name in columns),
              spread(results.values(row, peer, first))] for row in results.rows(group) for peer in results.peers(row)]
    return table(f"{group}, medians", ["row", "server", *columns.values(), f"{columns[first]}, spread"], lines, words=2)


def key(lines: list[svg.Line]) -> str:
    return '<ul class="key">' + "".join(
        f'<li><svg viewBox="0 0 28 12" aria-hidden="true"><polyline points="0,6 28,6" class="curve {line.kind}"/>'
        f'<circle cx="14" cy="6" r="3" class="dot {line.kind}"/></svg>{html.escape(line.name)}</li>' for line in lines) + "</ul>"


def curve(title: str, records: list, columns: dict[str, str]) -> str:
    """Times as lines, or else the first of its values; all of them as a table, with who it was only where there are several."""
    names = [name for name in columns if any(name in record.values for record in records)]
    drawn = [name for name in DRAWN if name in names] or names[:1]
    peers = list(dict.fromkeys(record.peer for record in records))
    lines, cells = [], []
    for peer in peers:
        at: dict[float, list] = {}
        for record in records:
            if record.peer == peer:
                at.setdefault(record.values["at"], []).append(record.values)
        for i, name in enumerate(drawn):
            points = [(x, statistics.median(values)) for x, found in sorted(at.items()) if (values := [v[name] for v in found if v.get(name, 0) > 0])]
            if points:
                dashes = " dashed" if i else ""
                lines.append(svg.Line(f"{peer}, {columns[name]}" if len(peers) > 1 else columns[name], svg.kind_of(peer) + dashes, points))
        for x, found in sorted(at.items()):
            medians = [number(statistics.median(values)) if (values := [v[name] for v in found if name in v]) else "" for name in names]
            ends = spread([v[names[0]] for v in found if names[0] in v])
            cells.append([short(x), *([html.escape(peer)] if len(peers) > 1 else []), *medians, ends])
    axis = records[0].values["axis"]
    plot = svg.curves(title, axis, lines) + key(lines) if lines else ""
    head = [axis, *(["server"] if len(peers) > 1 else []), *(columns[name] for name in names), f"{columns[names[0]]}, spread"]
    return card(title, plot + table(f"{title}, medians", head, cells, words=len(head) - len(names) - 1))


def group_of(results: Results, group: str) -> str:
    columns = report.columns_of(results, group)
    grown = results.curves(group)
    if grown:
        return ('<p class="quiet">Both axes are logarithmic: what grows with its axis rises by a decade for each decade, what does not stays level.</p>'
                '<div class="cards">' + "".join(curve(title, records, columns) for title, records in grown.items()) + "</div>")
    cards = "".join(card(row, bars_of(results, group, row, columns) + latencies_of(results, row)) for row in results.rows(group))
    key_of_marks = '<p class="quiet">Whiskers reach from the lowest to the highest run. Latencies: a large mark for p50, smaller ones up to p99.</p>'
    return f'{key_of_marks}<div class="cards">{cards}</div>\n' + details(results, group, columns)


def write(results: Results) -> str:
    groups = results.groups()
    title = f"Facteur beside its peers, {results.about['date']}"
    links = "".join(f'<li><a href="#{name}">{name}</a></li>' for name in ["goals", *(["limits"] if distances(results) else []), *groups])
    parts = [f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
             f'<title>{html.escape(title)}</title><style>\n{STYLE.read_text()}</style></head><body>\n<h1>{html.escape(title)}</h1>',
             *(f'<p class="quiet">{html.escape(sentence)}</p>' for sentence in report.about(results)),
             f'<nav aria-label="Groups"><ul>{links}</ul></nav>\n<main>', '<section id="goals"><h2>The goals</h2>', goals(results), "</section>", limits(results)]
    for group in groups:
        parts.append(f'<section id="{group}"><h2>{html.escape(group)}</h2>{group_of(results, group)}</section>')
    if results.notes:
        parts.append('<section id="notes"><h2>Notes</h2><ul>' + "".join(f"<li>{html.escape(note)}</li>" for note in results.notes) + "</ul></section>")
    return "\n".join([*parts, "</main></body></html>\n"])
