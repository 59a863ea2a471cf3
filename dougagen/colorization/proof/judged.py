"""What colourisers are judged on: drawings of animators, and of a studio that none has learned from."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.hints import Hints, region_hints
from dougagen.colorization.lines import LineArt, on_paper, pencil_lines, pencilled
from dougagen.colorization.proof.plan import ProofPlan
from dougagen.domain import Record
from dougagen.errors import UsageError
from dougagen.files import names_in
from dougagen.labels import read_picture
from dougagen.shards import read_records

STUDIO = "studio, pencil"
"""The group of the held-out family."""
_MARGIN = 4
_PAPER = 250


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A line drawing and how it was painted."""

    name: str
    group: str
    art: LineArt
    truth: NDArray[np.uint8]
    """uint8[H, W, 3], on white."""

    def box(self) -> tuple[slice, slice]:
        """Rows and columns that hold paint: the rest of the paper is easy, and would make figures alike."""
        return box_of(self.truth)

    def hints(self) -> Hints:
        """28 pixels of the truth at fixed places of the box."""
        return hints_of(self.truth)


@dataclass(frozen=True, slots=True, eq=False)
class JudgedShot:
    """The drawings of one held-out shot, in order."""

    name: str
    arts: tuple[LineArt, ...]
    truths: tuple[NDArray[np.uint8], ...]
    inside: tuple[NDArray[np.bool_], ...]
    """bool[H, W] each: cel that is no line."""


def box_of(truth: NDArray[np.uint8]) -> tuple[slice, slice]:
    """Rows and columns of uint8[H, W, 3] that hold paint, and a few beside them."""
    painted = truth.min(axis=2) < _PAPER
    spans = []
    for axis in (1, 0):
        found = np.flatnonzero(painted.any(axis=axis))
        first, last = (int(found[0]), int(found[-1])) if found.size else (0, painted.shape[1 - axis] - 1)
        spans.append(slice(max(0, first - _MARGIN), min(painted.shape[1 - axis], last + 1 + _MARGIN)))
    return spans[0], spans[1]


def hints_of(truth: NDArray[np.uint8]) -> Hints:
    """28 pixels of a painted drawing at fixed places of its box."""
    rows, columns = box_of(truth)
    return region_hints(truth, rows=rows, columns=columns)


def real_drawings(folder: Path, groups: Sequence[str]) -> Iterator[Judged]:
    """Every ``NN_sketch.png`` with its ``NN_color.png``, where they lie. Raises UsageError, LabelError."""
    for group in groups:
        sketches = [name for name in names_in(folder / group) if name.endswith("_sketch.png")]
        if not sketches:
            raise UsageError("holds no NN_sketch.png", where=folder / group, remedy="name another --real")
        for name in sketches:
            sketch = folder / group / name
            truth = read_picture(sketch.with_name(name.replace("_sketch", "_color")))
            art = pencil_lines(read_picture(sketch))
            if art.classes.shape != truth.shape[:2]:
                raise UsageError("has another size than its painted drawing", where=sketch)
            yield Judged(f"{group}/{name.removesuffix('_sketch.png')}", f"real, {group}", art, truth)


def studio_drawings(shards: Path) -> Iterator[Judged]:
    """The visible lines of held-out scenes in pencil. Raises ShardError."""
    for record in read_records(shards):
        truth = on_paper(record.triplet.color, record.triplet.cel_mask.pixels)
        if record.triplet.cel_mask.pixels.any():
            yield Judged(f"studio/{record.provenance.frame_index}", STUDIO, _in_pencil(record), truth)


def judged_shots(shards: Path) -> Iterator[JudgedShot]:
    """Shots of at least two drawings: one alone cannot flicker. Raises ShardError."""
    records = read_records(shards)
    for (episode, shot), group in groupby(records, key=_shot_of):
        drawings = [record for record in group if record.triplet.cel_mask.pixels.any()]
        if len(drawings) < 2:
            continue
        arts = tuple(_in_pencil(record) for record in drawings)
        cels = [record.triplet.cel_mask.pixels for record in drawings]
        yield JudgedShot(
            f"{episode}/{shot}",
            arts,
            tuple(on_paper(r.triplet.color, cel) for r, cel in zip(drawings, cels, strict=True)),
            tuple(
                cel & ~LineArt.of_classes(r.triplet.douga.classes).lines
                for r, cel in zip(drawings, cels, strict=True)
            ),
        )


def judged_drawings(plan: ProofPlan, *, real: Path, scenes: Path) -> list[Judged]:
    """All single drawings of the plan. Raises UsageError, LabelError, ShardError."""
    return [*real_drawings(real, plan.real), *studio_drawings(scenes)]


def _shot_of(record: Record) -> tuple[str, int]:
    return record.provenance.episode_id, record.provenance.shot_index


def _in_pencil(record: Record) -> LineArt:
    rng = np.random.default_rng(zlib.crc32(record.record_id.encode()))  # the same pencil for every network
    return pencilled(LineArt.of_classes(record.triplet.douga.classes).plain(), rng)
