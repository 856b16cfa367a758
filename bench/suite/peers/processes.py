"""The processes of one server: their processor time, their memory, their end. In a control group of their own when one can be
made, because it counts the short-lived ones too; else as the tree below the first process."""

import os
import pathlib
import signal
import time

ROOT = pathlib.Path("/sys/fs/cgroup")
TICKS = os.sysconf("SC_CLK_TCK")


def _parent_of(pid: int) -> int:
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


class Processes:
    def __init__(self, name: str):
        self.first = 0  # the process that the others come from
        base = ROOT / "cpuacct" if (ROOT / "cpuacct").is_dir() else ROOT
        self.folder: pathlib.Path | None = base / f"facteur-bench-{name}-{os.getpid()}"
        self.home = base
        try:
            for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
                _, controllers, path = line.split(":", 2)
                if controllers == "" if base == ROOT else "cpuacct" in controllers.split(","):
                    self.home = base / path.lstrip("/")
            self.folder.mkdir()
            self._move(self.folder)
            self._move(self.home)
        except OSError:
            self.folder = None

    def _move(self, folder: pathlib.Path) -> None:
        (folder / "cgroup.procs").write_text(str(os.getpid()))

    def __enter__(self) -> "Processes":
        """What is started in the block belongs to the group."""
        if self.folder:
            self._move(self.folder)
        return self

    def __exit__(self, *_) -> None:
        if self.folder:
            self._move(self.home)

    @property
    def how(self) -> str:
        return "control group" if self.folder else "process tree"

    def sources(self) -> list[str]:
        """What `facteur-load --cpu` takes."""
        if not self.folder:
            return [str(self.first)]
        usage = self.folder / "cpuacct.usage"
        return [str(usage if usage.exists() else self.folder / "cpu.stat")]

    def ids(self) -> list[int]:
        if self.folder:
            return [int(line) for line in (self.folder / "cgroup.procs").read_text().split()]
        parents = {int(entry.name): _parent_of(int(entry.name)) for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit()}
        found = []
        for pid in parents:
            up = pid
            while up and up != self.first:
                up = parents.get(up, 0)
            if up:
                found.append(pid)
        return found

    def cpu(self) -> float:
        """Seconds."""
        if not self.folder:
            total = 0
            for pid in self.ids():
                try:
                    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                    total += sum(map(int, fields[11:15]))
                except OSError:
                    continue
            return total / TICKS
        words = pathlib.Path(self.sources()[0]).read_text().split()
        return int(words[0]) / 1e9 if words[0].isdigit() else int(words[1]) / 1e6

    def memory(self) -> dict[str, int]:
        """KiB. `own`: what goes away with the processes, namely memory that is of no file, in swap too; what several share is divided
        among them, so that each page counts once. `pss`: that and the pages of mapped files, which the system may take back."""
        total = dict.fromkeys(("Pss", "Pss_Anon", "Pss_Shmem", "SwapPss"), 0)
        for pid in self.ids():
            try:
                lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            for line in lines:
                name, _, value = line.partition(":")
                if name in total:
                    total[name] += int(value.split()[0])
        return {"own": total["Pss_Anon"] + total["Pss_Shmem"] + total["SwapPss"], "pss": total["Pss"]}

    def wait_until_idle(self, quiet: float = 0.5, seconds: float = 120) -> None:
        """What clients that are gone have left to do is not charged to the next row. `quiet`: seconds without work that mean that nothing is left."""
        now = time.monotonic()
        end, busy, before = now + seconds, now, self.cpu()
        while now < end and now - busy < quiet:
            time.sleep(0.5)
            now, used = time.monotonic(), self.cpu()
            if used - before >= 0.015:
                busy = now
            before = used

    def end(self, patience: float = 15) -> None:
        """Those that are left after the server was told to stop."""
        end = time.monotonic() + patience
        while self.ids() and time.monotonic() < end:
            time.sleep(0.1)
        for pid in self.ids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        end = time.monotonic() + patience
        while self.ids() and time.monotonic() < end:
            time.sleep(0.1)
        if self.folder:
            try:
                self.folder.rmdir()
            except OSError:
                pass  # a process that ends late; the empty group goes with the next start of the machine
