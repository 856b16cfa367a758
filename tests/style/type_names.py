#!/usr/bin/env python3
"""No two types of one name in one namespace: they would link without a word, and one would be used for the other."""

import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKEN = re.compile(r"namespace\s*([\w:]*)\s*\{|\b(?:struct|class|enum class)\s+([\w:]+)(?:\s+final)?\s*(?::[^;{(]*)?\{|\{|\}")
NOISE = re.compile(r"//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])'")


def types_of(text: str):
    """The types that are defined in named namespaces, outside of other types and functions."""
    open_braces: list[str | None] = []  # a namespace's name, or nothing
    for found in TOKEN.finditer(NOISE.sub("", text)):
        token = found[0]
        if token.startswith("namespace"):
            open_braces.append(found[1] or "(unnamed)")
        elif token == "}":
            if open_braces:
                open_braces.pop()
        else:
            if found[2] and None not in open_braces and "(unnamed)" not in open_braces:
                yield "::".join([*open_braces, found[2]])
            open_braces.append(None)


def main() -> None:
    files = subprocess.run(["git", "ls-files", "actors", "store", "transport"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    places = collections.defaultdict(set)
    for file in files:
        if file.endswith((".h", ".cpp")):
            for name in types_of((ROOT / file).read_text()):
                places[name].add(file)
    twice = {name: sorted(files) for name, files in places.items() if len(files) > 1}
    for name, files in sorted(twice.items()):
        print(f"{name} is defined in {' and '.join(files)}")
    sys.exit(1 if twice else 0)


if __name__ == "__main__":
    main()
