"""What a dataset holds, in figures: read from the columns without pixels and from the ledgers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CLASS_COUNT, DougaClass, Table
from dougagen.errors import ShardError
from dougagen.report.episodes import episode_labels, sources_of
from dougagen.report.summary import summary_lines, summary_tables
from dougagen.report.tables import stats_tables
from dougagen.shards import Dataset, LedgerEntry, open_dataset

COLUMNS = (
    "episode_id",
    "shot_index",
    "exposures",
    "width",
    "height",
    "cel_fraction",
    "class_fractions",
    "cel_confidence",
    "douga_confidence",
    "flags",
    "origin",
    "models",
    "layer_moves",
)
"""All that is read of a shard; no picture among them."""
COVERAGE_BINS = 10
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
HOLD_LENGTHS = (1, 2, 3, 4, 5, 6, 8, 12, 24, 48, 96)
"""Frames; where the bins of hold lengths begin."""
SHOT_LENGTHS = (1, 12, 24, 48, 72, 120, 240, 480)
"""Frames; where the bins of shot lengths begin."""


@dataclass(frozen=True, slots=True)
class Holds:
    """How long drawings are held: counts of exposures by their length in frames."""

    ones: int
    twos: int
    threes: int
    longer: int
    longest: int
    """Frames of the longest exposure; 0 where there is none."""

    @property
    def total(self) -> int:
        return self.ones + self.twos + self.threes + self.longer

    def shares(self) -> dict[str, float]:
        """Name → share of all exposures, in [0, 1]."""
        names = ("ones", "twos", "threes", "longer")
        return {name: getattr(self, name) / self.total if self.total else 0.0 for name in names}


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure one network was, over the records that it read."""

    mean: float
    quantiles: Mapping[str, float]
    """``"p05"`` to ``"p95"``."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """What the runs took that made this dataset, summed over its ledgers."""

    episodes: int
    """Whose ledger says how long it took."""
    frames: int
    seconds: float
    """Wall time."""
    stage_seconds: Mapping[str, float]
    """Stage → busy seconds; stages overlap."""

    @property
    def frames_per_second(self) -> float:
        return self.frames / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Backgrounds:
    """The plates of the second table."""

    plates: int
    shots: int
    """Shots that have one at least."""
    seen_fraction: float
    """Mean share of a plate that some drawing shows, in [0, 1]."""
    placements: int
    """Drawings that were laid on plates."""
    bytes: int
    """Size of their shards on the disk."""


@dataclass(frozen=True, slots=True)
class DatasetStats:
    """The figures of ``dougagen stats``."""

    root: str
    episodes: int
    records: int
    frames: int
    """Frames that show the records: the sum of their exposures."""
    frames_decoded: int | None
    """From the ledgers; None for a folder without."""
    shots: int | None
    """From the ledgers; None for a folder without."""
    holds: Holds
    resolutions: Mapping[str, int]
    """``"1920×1080"`` → records, the most frequent first."""
    cel_coverage_mean: float
    """Mean share of the picture that is cel, in [0, 1]."""
    cel_coverage_histogram: tuple[int, ...]
    """Records by share of cel, in ten bins: [0, 0.1), … [0.9, 1]."""
    class_frequencies: Mapping[str, float]
    """Name of the douga class → share of all pixels of all records."""
    cel_confidence: Confidence | None
    """None where no record was read by a network."""
    douga_confidence: Confidence | None
    flags: Mapping[str, int]
    """Flag → records that carry it."""
    origins: Mapping[str, int]
    models: Mapping[str, int]
    """Names and hashes of the weights → records."""
    bytes: int
    """Size of the shards of records on the disk."""
    bytes_by_column: Mapping[str, int] = field(default_factory=dict)
    hold_lengths: Mapping[str, int] = field(default_factory=dict)
    """``"8–11"`` frames → exposures so long."""
    shot_lengths: Mapping[str, int] = field(default_factory=dict)
    """``"24–47"`` frames → shots so long."""
    median_shot: float = 0.0
    """Frames; 0 where there is no shot."""
    throughput: Throughput | None = None
    """None where no ledger says how long it took."""
    episode_labels: Mapping[str, str] = field(default_factory=dict)
    """Episode id → what it is called: its file, with digits of the id where two have one name."""
    records_with_layer_moves: int = 0
    """Records of which it is known where the layers of their shot lie."""
    backgrounds: Backgrounds | None = None
    """None where no shot has a plate."""
    damaged: tuple[str, ...] = ()
    """What could not be read and is in no figure: a line each, with the remedy."""

    def to_json(self) -> dict[str, Any]:
        """A plain dict; keys are stable."""
        plain = asdict(self)
        plain["cel_coverage_histogram"] = list(self.cel_coverage_histogram)
        plain["damaged"] = list(self.damaged)
        plain["holds"]["shares"] = self.holds.shares()
        if self.throughput is not None:
            plain["throughput"]["frames_per_second"] = self.throughput.frames_per_second
        return plain

    def summary(self) -> list[tuple[str, str]]:
        """The figures in a dozen lines: a name, and what is to be said of it."""
        return list(summary_lines(self))

    def summary_tables(self) -> list[Table]:
        """What stands below the summary."""
        return summary_tables(self)

    def tables(self) -> list[Table]:
        """All figures as tables of text, ready to be drawn."""
        return stats_tables(self)


def dataset_stats(out: Path) -> DatasetStats:
    """Count what is in the dataset at ``out``; one shard's columns are in memory at a time.

    A damaged shard is passed over and named in ``damaged``. Raises ShardError where there is no dataset, or
    nothing of it can be read.
    """
    damaged: dict[str, ShardError] = {}  # each once, in the order found
    dataset = open_dataset(out, on_damage=lambda error: damaged.setdefault(str(error), error))
    sums = _Sums()
    for shard, table in dataset.tables(COLUMNS):
        try:
            sums.add(table, shard)
        except ShardError as error:
            damaged.setdefault(str(error), error)
    backgrounds = _backgrounds(dataset)
    if damaged and not sums.records:
        raise next(iter(damaged.values()))
    return replace(_finished(dataset, sums, damaged), backgrounds=backgrounds)


class _Sums:
    """Runs over the shards once. Confidences are kept whole, 8 bytes a record, for exact quantiles."""

    def __init__(self) -> None:
        self.records = self.frames = self.with_moves = 0
        self.episode_ids: set[str] = set()
        self.holds: Counter[int] = Counter()
        self.longest = 0
        self.hold_bins = np.zeros(len(HOLD_LENGTHS), np.int64)
        self.shots: dict[tuple[str, int], tuple[int, int]] = {}
        self.resolutions: Counter[str] = Counter()
        self.coverage_sum = 0.0
        self.coverage_bins = np.zeros(COVERAGE_BINS, np.int64)
        self.pixels = 0
        self.class_pixels = np.zeros(CLASS_COUNT, np.float64)
        self.confidences: dict[str, list[NDArray[np.float32]]] = {
            "cel_confidence": [],
            "douga_confidence": [],
        }
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in ("flags", "origin", "models")}

    def add(self, table: Any, shard: Path) -> None:
        """Add the rows of ``table``, an Arrow table of ``COLUMNS`` read from ``shard``."""
        if table.num_rows == 0:
            return
        self._add_pictures(table, shard)
        self.records += table.num_rows
        self.with_moves += table.num_rows - table["layer_moves"].null_count
        self.episode_ids.update(_tally(table["episode_id"]))
        self._add_holds(_flat(table["exposures"]))
        self._add_shots(table)
        spoke = table["models"].to_numpy() != ""
        for name, kept in self.confidences.items():
            kept.append(table[name].to_numpy()[spoke])
        self.counts["flags"].update(_tally(_flat(table["flags"])))
        for name in ("origin", "models"):
            self.counts[name].update(_tally(table[name]))

    def _add_holds(self, spans: Any) -> None:
        lengths = spans.field("stop").to_numpy() - spans.field("start").to_numpy()
        self.frames += int(lengths.sum())
        self.longest = max(self.longest, int(lengths.max(initial=0)))
        self.hold_bins += _binned(lengths, HOLD_LENGTHS)
        for length, count in zip(*np.unique(np.minimum(lengths, 4), return_counts=True), strict=True):
            self.holds[int(length)] += int(count)

    def _add_shots(self, table: Any) -> None:
        """The first and last frame of every shot; a shot may go on in the next shard."""
        column = table["exposures"].combine_chunks()
        rows = np.repeat(np.arange(len(column)), np.diff(column.offsets.to_numpy()))
        spans = column.flatten()
        shots = table["shot_index"].to_numpy()[rows]
        episodes = table["episode_id"].combine_chunks().dictionary_encode()
        keys = episodes.indices.to_numpy()[rows].astype(np.int64) << 32 | shots.astype(np.int64)
        found, place = np.unique(keys, return_inverse=True)
        first = np.full(len(found), np.iinfo(np.int64).max)
        last = np.zeros(len(found), np.int64)
        np.minimum.at(first, place, spans.field("start").to_numpy())
        np.maximum.at(last, place, spans.field("stop").to_numpy())
        names = episodes.dictionary.to_pylist()
        for key, start, stop in zip(found.tolist(), first.tolist(), last.tolist(), strict=True):
            shot = (names[key >> 32], key & 0xFFFFFFFF)
            known = self.shots.get(shot, (start, stop))
            self.shots[shot] = (min(start, known[0]), max(stop, known[1]))

    def _add_pictures(self, table: Any, shard: Path) -> None:
        width, height = table["width"].to_numpy(), table["height"].to_numpy()
        sizes, counts = np.unique(np.stack([width, height]), axis=1, return_counts=True)  # [2, sizes]
        for (w, h), count in zip(sizes.T.tolist(), counts.tolist(), strict=True):
            self.resolutions[f"{w}×{h}"] += count
        coverage = table["cel_fraction"].to_numpy()
        fractions = _flat(table["class_fractions"]).to_numpy().astype(np.float64)
        lengths = np.diff(table["class_fractions"].combine_chunks().offsets.to_numpy())
        if (lengths != CLASS_COUNT).any() or not (
            np.isfinite(fractions).all() and np.isfinite(coverage).all()
        ):
            raise ShardError(f"class_fractions must hold {CLASS_COUNT} finite shares a row", where=shard)
        self.coverage_sum += float(coverage.sum(dtype=np.float64))
        # In float32, where 0.7 × 10 is 7: widened first, it is 6.9999999 and falls into the bin below.
        bins = np.clip((coverage * np.float32(COVERAGE_BINS)).astype(np.int64), 0, COVERAGE_BINS - 1)
        self.coverage_bins += np.bincount(bins, minlength=COVERAGE_BINS)
        pixels = width.astype(np.float64) * height
        self.pixels += int(pixels.sum())
        self.class_pixels += pixels @ fractions.reshape(-1, CLASS_COUNT)  # [N] @ [N, 10] -> [10]


def _binned(lengths: NDArray[np.int64], begins: Sequence[int]) -> NDArray[np.int64]:
    """How many lengths lie in each bin; the last one is open."""
    places = np.searchsorted(begins, lengths, side="right") - 1
    return np.bincount(np.maximum(places, 0), minlength=len(begins))


def _named_bins(counts: NDArray[np.int64], begins: Sequence[int]) -> dict[str, int]:
    """``"8–11"`` → count; ``"96+"`` is the last."""
    ends = [stop - 1 for stop in begins[1:]]
    names = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(begins, ends, strict=False)]
    return dict(zip([*names, f"{begins[-1]}+"], counts.tolist(), strict=True))


def _throughput(ledger: Sequence[LedgerEntry]) -> Throughput | None:
    timed = [entry for entry in ledger if entry.seconds.get("total", 0) > 0]
    if not timed:
        return None
    stages: Counter[str] = Counter()
    for entry in timed:
        stages.update({stage: busy for stage, busy in entry.seconds.items() if stage != "total"})
    seconds = sum(entry.seconds["total"] for entry in timed)
    return Throughput(len(timed), sum(entry.frames_decoded for entry in timed), seconds, dict(stages))


def _flat(column: Any) -> Any:
    """The members of a list column, as one Arrow array."""
    return column.combine_chunks().flatten()


def _tally(column: Any) -> dict[str, int]:
    counted = column.value_counts()
    names, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    return dict(zip(map(str, names), counts, strict=True))


def _confidence(parts: list[NDArray[np.float32]]) -> Confidence | None:
    values = np.concatenate(parts) if parts else np.empty(0, np.float32)
    if values.size == 0:
        return None
    cuts = np.quantile(values.astype(np.float64), QUANTILES).tolist()
    names = [f"p{round(100 * q):02d}" for q in QUANTILES]
    return Confidence(float(values.mean(dtype=np.float64)), dict(zip(names, cuts, strict=True)))


def _backgrounds(dataset: Dataset) -> Backgrounds | None:
    """Of the plates that can be read; what cannot is told to the dataset's ``on_damage``."""
    seen: list[NDArray[np.float32]] = []
    shots: set[tuple[str, int]] = set()
    placed = 0
    for shard, table in dataset.plates.tables(("episode_id", "shot_index", "seen_fraction", "placements")):
        shares = table["seen_fraction"].to_numpy()
        if not np.isfinite(shares).all() and dataset.on_damage is not None:
            dataset.on_damage(ShardError("seen_fraction must hold finite shares", where=shard))
            continue
        seen.append(shares)
        shots.update(zip(table["episode_id"].to_pylist(), table["shot_index"].to_pylist(), strict=True))
        placed += len(_flat(table["placements"]))
    all_seen = np.concatenate(seen) if seen else np.empty(0, np.float32)
    if all_seen.size == 0:
        return None
    size = sum(shard.stat().st_size for shard in dataset.plate_shards if shard.is_file())
    return Backgrounds(all_seen.size, len(shots), float(all_seen.mean(dtype=np.float64)), placed, size)


def _finished(dataset: Dataset, sums: _Sums, damaged: dict[str, ShardError]) -> DatasetStats:
    ledger = dataset.ledger
    shots = np.array([stop - start for start, stop in sums.shots.values()], np.int64)
    shares = sums.class_pixels / max(1, sums.pixels)
    return DatasetStats(
        root=str(dataset.root),
        episodes=len(ledger) or len(sums.episode_ids),
        records=sums.records,
        frames=sums.frames,
        frames_decoded=sum(entry.frames_decoded for entry in ledger) if ledger else None,
        shots=sum(entry.shots for entry in ledger) if ledger else None,
        holds=Holds(sums.holds[1], sums.holds[2], sums.holds[3], sums.holds[4], sums.longest),
        resolutions=dict(sums.resolutions.most_common()),
        cel_coverage_mean=sums.coverage_sum / max(1, sums.records),
        cel_coverage_histogram=tuple(sums.coverage_bins.tolist()),
        class_frequencies={c.label: float(shares[c]) for c in DougaClass},
        cel_confidence=_confidence(sums.confidences["cel_confidence"]),
        douga_confidence=_confidence(sums.confidences["douga_confidence"]),
        flags=dict(sums.counts["flags"].most_common()),
        origins=dict(sums.counts["origin"].most_common()),
        models=dict(sums.counts["models"].most_common()),
        bytes=sum(shard.stat().st_size for shard in dataset.shards),
        bytes_by_column=dataset.column_bytes(),
        hold_lengths=_named_bins(sums.hold_bins, HOLD_LENGTHS),
        shot_lengths=_named_bins(_binned(shots, SHOT_LENGTHS), SHOT_LENGTHS),
        median_shot=float(np.median(shots)) if shots.size else 0.0,
        throughput=_throughput(ledger),
        episode_labels=episode_labels(sources_of(dataset)),
        records_with_layer_moves=sums.with_moves,
        damaged=tuple(damaged),
    )
