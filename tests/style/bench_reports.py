#!/usr/bin/env python3
"""The reports of bench/run, made of a few results: the page is whole, needs nothing from outside, and says the same as the Markdown."""

import html.parser
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
from suite import page, report  # noqa: E402
from suite.results import Results  # noqa: E402

ABOUT = {"date": "2026-11-24", "machine": "2 cores", "commit": "abc", "runs": 3, "cpu_counted_by": ["control group"], "load_before": 0, "load_after": 0,
         "peers": {"facteur": "1", "dovecot": "2 <b>"}}
VOID = {"meta", "br"}
OUTSIDE = {"src", "srcset", "data", "action"}


class Whole(html.parser.HTMLParser):
    """Every element is closed in its turn, and nothing is fetched."""

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.images: list[str] = []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        assert not OUTSIDE & found.keys() and tag not in ("link", "script"), (tag, found)
        assert found.get("href", "#").startswith("#"), found
        if found.get("role") == "img":
            self.images.append(found["aria-label"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


def results() -> Results:
    found = Results(ABOUT)
    for run, own in enumerate((0.25, 0.26, 0.24), 1):
        found.add("imap", "login", "facteur", run, {"cpu_ms": own, "p50_ms": 0.3, "p99_ms": 0.5})
        found.add("imap", "login", "dovecot", run, {"cpu_ms": 41.0 + run, "p50_ms": 35.0, "p99_ms": 40.0})
        found.add("memory", "idle-imap", "facteur", run, {"kib_each": -1.0})
        found.add("memory", "idle-imap", "dovecot", run, {"kib_each": 500.0})
    found.add("imap", "login", "limit", 1, {"cpu_ms": 0.05, "octets": 2500})
    for run, (own, limit) in enumerate(((300.0, 1200.0), (500.0, 1000.0)), 1):
        found.add("jmap", "jmap-list-1", "facteur", run, {"per_s": own})
        found.add("jmap", "jmap-list-1", "cyrus", run, {"per_s": 10.0})
        found.add("jmap", "jmap-list-1", "limit", run, {"per_s": limit, "octets": 30000})
    for at in (100, 1000):
        found.add("growth", f"SELECT, {at}", "facteur", 1, {"curve": "SELECT", "axis": "messages", "at": at, "cpu_ms": 0.1, "p50_ms": 0.0})
    found.note("a <note>")
    return found


def main() -> None:
    found = results()
    markdown, text = report.write(found), page.write(found)
    assert "| IMAP log-in, warm account | ms CPU | 0.25 | dovecot 43 | 172 | 30 times | reached |" in markdown, markdown
    assert "| memory of an idle IMAP session | KiB | -1 | dovecot 500 |  | ≤ 16 | no figure |" in markdown, markdown
    # The limit is nobody's best peer, and what is above it divides the better by the worse.
    assert "| JMAP list of 50, 1 connection | requests/s | 400 | cyrus 10 | 40 |" in markdown, markdown
    assert "| JMAP list of 50, 1 connection | requests/s | 400 | 1,100 | 2.75 | a request read, 30,000 octets of answer written |" in markdown, markdown
    assert "| IMAP log-in, warm account | ms CPU | 0.25 | 0.05 | 5 | connected" in markdown, markdown
    assert "| memory of an idle IMAP session | KiB | -1 |  |  | none stated |" in markdown, markdown
    assert '<a href="#limits">' in text and "How many times Facteur is above the limit" in text and "none stated" in text
    without = results()
    without.records = [record for record in without.records if record.peer != "limit"]
    assert "to the limit" not in report.write(without) + page.write(without)
    whole = Whole()
    whole.feed(text)
    assert whole.open == [], whole.open
    assert "login, CPU ms: facteur 0.25, dovecot 43, limit 0.05" in whole.images, whole.images
    assert "login, p50, p99 in ms: facteur 0.3 / 0.5, dovecot 35 / 40" in whole.images, whole.images
    assert "SELECT over messages: CPU ms 0.1 at 100, 0.1 at 1k" in whole.images, whole.images  # what is 0 has no place on a logarithmic axis
    assert "a &lt;note&gt;" in text and "2 &lt;b&gt;" in text and "0.24–0.26" in text


main()
