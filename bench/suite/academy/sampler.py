"""What memory a server takes while something goes on."""

import contextlib
import threading

from suite.peers.processes import Processes

BETWEEN = 1.0  # seconds


class Sampler:
    """KiB at the beginning and at most: all, and pages of its own (no mapped files)."""

    def __init__(self, processes: Processes):
        self.processes = processes
        self.first = processes.memory()
        self.most = dict(self.first)
        self._ended = threading.Event()

    def _run(self) -> None:
        while not self._ended.wait(BETWEEN):
            for name, value in self.processes.memory().items():
                self.most[name] = max(self.most[name], value)

    @contextlib.contextmanager
    def running(self):
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()

    def told(self) -> dict:
        return {"first": self.first, "most": self.most, "grown_own": self.most["own"] - self.first["own"]}
