"""Chromium, slowed, that signs in to web mail: bench/first_row.mjs, which lives as long as its rows are measured."""

import json
import select
import subprocess

SLOWED = 4      # times
PATIENCE = 180  # seconds, for one pair of sign-ins; each gives up by itself before


class Browser:
    def __enter__(self) -> "Browser":
        self.process = subprocess.Popen(["node", "bench/first_row.mjs", "--slowed", str(SLOWED)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def first_row(self, kind: str, url: str, user: str, password: str, again: bool) -> dict:
        """Milliseconds from the press of the button until the first row: `cold_ms` with an empty cache, `warm_ms` again, with what is kept then."""
        asked = {"kind": kind, "url": url, "user": user, "password": password, "again": again}
        self.process.stdin.write(json.dumps(asked).encode() + b"\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            self.process.kill()
        answer = json.loads(self.process.stdout.readline() or '{"error": "the browser has ended"}')
        if "error" in answer:
            raise RuntimeError(f"the browser at {kind}: {answer['error']}")
        return answer
