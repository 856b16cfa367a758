"""The mail that fills every mailbox: a person's of the demo academy, received and sent in one. And words to look for in it."""

import collections
import email
import email.errors
import email.header
import json
import mailbox
import pathlib
import re
import subprocess
import unicodedata

GENERATE = pathlib.Path("build/release/bench/facteur-generate")
STEM = 5  # letters that every stemmer keeps of a long word
WORD = re.compile(r"\b[a-z]{6,12}\b")


HEADER_LINE = re.compile(rb"[!-9;-~]+:|[ \t]+\S")


def is_sound(message: bytes) -> bool:
    """Some messages of the demo academy are broken on purpose; Cyrus refuses those."""
    header = message.partition(b"\n\n")[0]
    return b"\0" not in message and b"\r" not in message and all(HEADER_LINE.match(line) for line in header.split(b"\n"))


def generate(folder: pathlib.Path, messages: int) -> pathlib.Path:
    """The mbox; made once for each size, the same every time."""
    mbox = folder / f"mail-{messages}.mbox"
    if mbox.exists():
        return mbox
    parts = folder / f"mail-{messages}"
    subprocess.run([GENERATE, parts, "--accounts", "1", "--messages", str(messages), "--domain", "bench.test", "--password", "secret",
                    "--now", "2026-11-24", "--quiet"], check=True)
    sound = bytearray()
    for part in sorted(parts.glob("*.mbox")):
        for message in re.split(rb"(?<=\n\n)(?=From )", part.read_bytes().replace(b"\r\n", b"\n")):
            if is_sound(message.partition(b"\n")[2]):
                sound += message
    mbox.write_bytes(sound)
    return mbox


def plain(text: str) -> str:
    """Without accents and capitals."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).lower() if not unicodedata.combining(c))


def decoded(value: str) -> str:
    """Of a header field; what is broken on purpose stays as it is."""
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (ValueError, LookupError, email.errors.HeaderParseError):
        return value


def sender_of(mbox: pathlib.Path, wanted: int) -> str:
    """A name of senders in about so many messages, found as SEARCH FROM does: as a piece of the line, accents or not."""
    lines = [plain(decoded(line.decode(errors="replace")))
             for line in re.findall(rb"^From: (.*)", mbox.read_bytes(), re.MULTILINE)]
    names = collections.Counter(name for line in lines for name in set(re.findall(r"\b[a-z]{5,}\b", line)))
    near = sorted(names, key=lambda name: (abs(names[name] - wanted), name))[:100]
    return min(near, key=lambda name: abs(sum(name in line for line in lines) - wanted))


def everything(message: email.message.Message) -> str:
    """All that a server may look into: the header as it is and as it is meant, texts, and what attachments hold uncompressed."""
    pieces = []
    for part in message.walk():
        for name, value in part.items():
            pieces.append(f"{name}: {value} {decoded(str(value))}")
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            pieces += [content.decode(errors="replace"), content.decode("latin-1")]
    return plain("\n".join(pieces))


def rare_word(counts: dict[str, int], texts: list[str]) -> str:
    """One that every server finds in the same few messages, whatever it does to words: with accents or without, by stems, by beginnings, as a
    piece of longer words. So its first five letters stand nowhere else.

    >>> rare_word({"bulletins": 2, "carnaval": 2, "gymnases": 3}, ["le bulletin", "bulletins bulletins", "bulletins", "au gymnase", "carnaval", "un carnaval"])
    'carnaval'
    """
    for word in sorted(counts, key=lambda word: (abs(counts[word] - 3), word)):
        if 8 <= len(word) and counts[word] > 1 and sum(word[:STEM] in text for text in texts) == counts[word]:
            return word
    raise RuntimeError("no word is rare enough")


def words_of(mbox: pathlib.Path, wanted: int, messages: int = 1000) -> list[str]:
    """Words of the texts of its first messages, from frequent ones to rare ones in even steps."""
    counts: collections.Counter = collections.Counter()
    box = mailbox.mbox(mbox, create=False)
    for key in box.keys()[:messages]:
        for part in email.message_from_bytes(box.get_bytes(key)).walk():
            if part.get_content_type() == "text/plain" and not part.get_filename():
                counts.update(set(WORD.findall(part.get_payload(decode=True).decode(errors="replace"))))
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return ordered[::max(1, len(ordered) // wanted)][:wanted]


class Words:
    """`rare`: in a few messages. `common`: in a third of them. `sender`: of about one message in a hundred."""

    def __init__(self, mbox: pathlib.Path):
        kept = mbox.with_suffix(".searches.json")
        if not kept.exists():
            self.count(mbox)
            kept.write_text(json.dumps(vars(self)))
        vars(self).update(json.loads(kept.read_text()))

    def count(self, mbox: pathlib.Path) -> None:
        in_messages, senders = collections.Counter(), collections.Counter()
        everywhere = collections.Counter()
        count = 0
        box = mailbox.mbox(mbox, create=False)
        texts = []
        for key in box.keys():
            count += 1
            parsed = email.message_from_bytes(box.get_bytes(key))
            words = set()
            for part in parsed.walk():
                if part.get_content_type() == "text/plain" and not part.get_filename():
                    words |= set(WORD.findall(part.get_payload(decode=True).decode(errors="replace")))
            in_messages.update(words)
            texts.append(everything(parsed))
            everywhere.update({word for word in re.findall(r"[a-z]{4,}", f"{parsed['from']} {parsed['to']}".lower())})
            senders.update(set(re.findall(r"\b[A-Z][a-z]{4,}\b", str(parsed["from"]))))
        of_text = {word: n for word, n in in_messages.items() if everywhere[word] == 0}
        self.rare = rare_word(of_text, texts)
        self.common = min(of_text, key=lambda word: (abs(of_text[word] - count / 3), word))
        self.sender = min(senders, key=lambda name: (abs(senders[name] - count / 100), name))
        self.counts = {"rare": of_text[self.rare], "common": of_text[self.common], "sender": senders[self.sender]}
