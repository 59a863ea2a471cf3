"""Where frames worth drawing are looked for: what a pool of candidates is, and the one made of shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from dougagen.choices import ChosenBy, OnExisting
from dougagen.domain import Origin, Record, Table
from dougagen.errors import DougagenError, LabelError, UsageError
from dougagen.labels.edges import edge_image
from dougagen.labels.export import ExportReport, export_records
from dougagen.labels.selection import (
    LEAST_CEL,
    SEED,
    Candidate,
    Chosen,
    choose,
    drawn_by_lot,
    require_flags,
    unfit,
)
from dougagen.shards import Dataset, open_dataset
from dougagen.shards.ledger import DATA, EPISODES

LOOKED_AT = 4000
"""Pictures that are compared by their edges at most; of more, so many are drawn by lot. One costs 30 ms at
1080p. The thesis (5.2) looked through a thousand."""
_COLUMNS = (
    "record_id", "episode_id", "source", "shot_index", "frame_index", "time", "cel_fraction",
    "cel_confidence", "douga_confidence", "flags", "repeats", "origin", "models",
)  # fmt: skip
Progress = Callable[[int, int | None, str], object]
"""Told how many of how many are done, and what of."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen, out of what."""

    chosen: tuple[Chosen, ...]
    candidates: int
    skipped: Mapping[str, int]
    """Reason → drawings that were not fit to be chosen."""

    def to_json(self) -> dict[str, object]:
        """Plain values under stable names."""
        return {
            "chosen": [one.to_json() for one in self.chosen],
            "candidates": self.candidates,
            "skipped": dict(self.skipped),
        }

    def to_table(self) -> Table:
        """A row a frame."""
        rows = []
        for one in self.chosen:
            of = one.candidate
            sure = [f"{c:.3f}" if c is not None else "–" for c in (of.cel_confidence, of.douga_confidence)]
            rows.append((of.record_id, of.source, f"{of.time:.2f}", one.why, str(one.stands_for), *sure))
        columns = ("record", "source", "at s", "why", "stands for", "cel sure", "douga sure")
        return Table("frames worth drawing", columns, tuple(rows))


class Pool(Protocol):
    """Where candidates come from."""

    @property
    def by(self) -> ChosenBy:
        """What its candidates were gathered for: nobody looks at edges to choose by uncertainty."""
        ...

    @property
    def seed(self) -> int:
        """Of the lots that were drawn."""
        ...

    def candidates(self) -> Sequence[Candidate]:
        """All that are fit; those to be compared by their edges have them."""
        ...

    @property
    def skipped(self) -> Mapping[str, int]:
        """Reason → drawings that are not fit; right once ``candidates`` was asked."""
        ...

    @property
    def problems(self) -> Sequence[DougagenError]:
        """What could not be looked at to its end, and why; right once ``candidates`` was asked."""
        ...

    def records(self, chosen: Iterable[Candidate]) -> Iterator[Record]:
        """The records of some of its candidates."""
        ...


def select(pool: Pool, *, count: int = 20, by: ChosenBy | None = None, seed: int | None = None) -> Selection:
    """Choose from a pool; by what it was gathered for, and with its seed, where nothing else is said.

    Raises what the pool's source raises, and LabelError where nothing is fit.
    """
    candidates = pool.candidates()
    try:
        chosen = choose(candidates, count=count, by=by or pool.by, seed=pool.seed if seed is None else seed)
    except LabelError as error:
        reasons = ", ".join(f"{number} {reason}" for reason, number in pool.skipped.items())
        raise LabelError(
            f"{error.what}" + (f" ({reasons})" if reasons else ""), remedy=error.remedy
        ) from error
    return Selection(chosen, len(candidates), pool.skipped)


def export_selection(
    pool: Pool, selection: Selection, folder: Path, *, on_existing: OnExisting = "skip"
) -> ExportReport:
    """Write what was chosen as ``label export`` does. Raises what the pool's source raises, LabelError."""
    return export_records(
        pool.records(c.candidate for c in selection.chosen), folder, on_existing=on_existing
    )


def datasets_among(sources: Sequence[str]) -> tuple[Path, ...]:
    """The sources as datasets; empty where they are episodes. Raises UsageError where they are both."""
    datasets = tuple(Path(source) for source in sources if is_dataset(Path(source)))
    if datasets and len(datasets) < len(sources):
        raise UsageError("frames are chosen from datasets or from episodes", remedy="name one kind of both")
    return datasets


def is_dataset(path: Path) -> bool:
    """Whether ``path`` is a shard, or a folder that holds some; else it may be an episode, or many."""
    if not path.is_dir():
        return path.suffix == ".parquet"
    folders = (path, path / DATA)
    return (path / EPISODES).is_dir() or any(next(f.glob("*.parquet"), None) for f in folders)


class DatasetPool:
    """The records of datasets. Only columns are read of all of them, pictures of ``looked_at`` at most."""

    problems: Sequence[DougagenError] = ()
    """A shard that is damaged ends the search instead."""

    def __init__(
        self,
        datasets: Sequence[Path],
        *,
        seed: int = SEED,
        by: ChosenBy = "both",
        allowed: Sequence[str] = (),
        looked_at: int = LOOKED_AT,
        progress: Progress = lambda *_: None,
    ) -> None:
        """Raises ShardError where a dataset cannot be opened, UsageError for a flag that there is not."""
        self._datasets: tuple[Dataset, ...] = tuple(open_dataset(path) for path in datasets)
        self._seed, self._by, self._looked_at = seed, by, looked_at
        self._allowed = require_flags(allowed)
        self._progress = progress
        self._skipped: Counter[str] = Counter()

    @property
    def by(self) -> ChosenBy:
        """What it was gathered for."""
        return self._by

    @property
    def seed(self) -> int:
        """Of the lots that were drawn."""
        return self._seed

    @property
    def skipped(self) -> Mapping[str, int]:
        """Reason → drawings that are not fit."""
        return dict(self._skipped.most_common())

    def candidates(self) -> Sequence[Candidate]:
        """All that are fit, in the order of the datasets. Raises ShardError at a damaged shard."""
        self._skipped.clear()
        found = list(self._fit())
        if self._by == "uncertainty":
            return found
        pool = {c.record_id for c in drawn_by_lot(found, self._looked_at, seed=self._seed)}
        edges = {}
        for done, record in enumerate(self._read(pool), start=1):
            edges[record.record_id] = edge_image(record.triplet.color)
            self._progress(done, len(pool), "pictures compared")
        return [replace(c, edges=edges.get(c.record_id)) for c in found]

    def records(self, chosen: Iterable[Candidate]) -> Iterator[Record]:
        """The records of candidates, in the order of the datasets."""
        return self._read({c.record_id for c in chosen})

    def _fit(self) -> Iterator[Candidate]:
        known: set[str] = set()
        for dataset in self._datasets:
            for table in dataset.rows(_COLUMNS):
                for row in table.to_pylist():
                    reason = self._reason(row) or ("repeat" if row["record_id"] in known else None)
                    if reason is not None:
                        self._skipped[reason] += 1
                        continue
                    known.add(row["record_id"])
                    yield _candidate(row)

    def _reason(self, row: Mapping[str, Any]) -> str | None:
        """What speaks against a row."""
        if row["origin"] == Origin.ARTIST:
            return "drawn already"
        if row["repeats"]:
            return "repeat"
        flag = unfit(row["flags"], allowed=self._allowed)
        return flag or ("little cel" if row["cel_fraction"] < LEAST_CEL else None)

    def _read(self, record_ids: set[str]) -> Iterator[Record]:
        """The named records, once each; of the others no picture is decoded."""
        left = set(record_ids)
        for dataset in self._datasets:
            wanted: dict[Path, list[int]] = {}
            for shard, table in dataset.tables(("record_id",)):
                ids = table["record_id"].to_pylist()
                wanted[shard] = [number for number, name in enumerate(ids) if name in left]
                left -= {ids[number] for number in wanted[shard]}
            before: Counter[Path] = Counter()
            for group in dataset.row_groups():
                first = before[group.shard]
                before[group.shard] += group.rows
                here = {n - first for n in wanted.get(group.shard, ()) if first <= n < first + group.rows}
                if here:
                    yield from dataset.records_of(group, rows=here)


def _candidate(row: Mapping[str, Any]) -> Candidate:
    looked = bool(row["models"])  # studio scenes have confidences of 1 that nobody meant
    return Candidate(
        record_id=row["record_id"],
        source=row["source"],
        shot=(row["episode_id"], row["shot_index"]),
        frame_index=row["frame_index"],
        time=row["time"],
        cel_confidence=row["cel_confidence"] if looked else None,
        douga_confidence=row["douga_confidence"] if looked else None,
    )
