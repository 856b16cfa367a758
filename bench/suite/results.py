"""What was measured: one record for each row, peer and run."""

import dataclasses
import json
import pathlib
import statistics


@dataclasses.dataclass
class Record:
    group: str
    row: str
    peer: str
    run: int
    values: dict


class Results:
    def __init__(self, about: dict):
        self.about = about
        self.records: list[Record] = []
        self.notes: list[str] = []

    def add(self, group: str, row: str, peer: str, run: int, values: dict, is_told: bool = True) -> None:
        self.records.append(Record(group, row, peer, run, values))
        if not is_told:
            return
        told = ", ".join(f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items())
        print(f"{group}/{row} {peer} #{run}: {told}", flush=True)

    def note(self, text: str) -> None:
        """Something that a reader of the report must know."""
        print(f"NOTE {text}", flush=True)
        self.notes.append(text)

    def groups(self) -> list[str]:
        return list(dict.fromkeys(record.group for record in self.records))

    def rows(self, group: str | None = None) -> list[str]:
        return list(dict.fromkeys(record.row for record in self.records if group in (None, record.group)))

    def curves(self, group: str) -> dict[str, list[Record]]:
        """Those of its records that are points of a curve, by the curve's title."""
        found: dict[str, list[Record]] = {}
        for record in self.records:
            if record.group == group and "curve" in record.values:
                found.setdefault(record.values["curve"], []).append(record)
        return found

    def peers(self, row: str) -> list[str]:
        return list(dict.fromkeys(record.peer for record in self.records if record.row == row))

    def values(self, row: str, peer: str, name: str) -> list[float]:
        return [record.values[name] for record in self.records
                if (record.row, record.peer) == (row, peer) and record.values.get(name) is not None]

    def median(self, row: str, peer: str, name: str) -> float | None:
        values = self.values(row, peer, name)
        return statistics.median(values) if values else None

    @classmethod
    def of(cls, kept: dict) -> "Results":
        results = cls(kept["about"])
        results.notes = kept["notes"]
        results.records = [Record(**record) for record in kept["records"]]
        return results

    def write(self, path: pathlib.Path) -> None:
        path.write_text(json.dumps({"about": self.about, "notes": self.notes,
                                    "records": [dataclasses.asdict(record) for record in self.records]}, indent=1) + "\n")
