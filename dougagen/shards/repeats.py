"""Drawings that the dataset holds more than once: openings, endings, recaps and stock shots come every week.

Each drawing has a fingerprint of 64 bits, the signs of its low frequencies (the DCT hash of Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions", 2010), and a sketch of 16×9 levels. A
fingerprint within six bits makes a candidate; the sketch decides, since two drawings of one shot that differ
in a mouth have the same low frequencies. The prints of an episode are a file beside its ledger and part of
its commit.

Which record is the original depends on nothing but what is committed: episodes are gone through in an order
of their own, and a drawing repeats the likest *original* of the episodes before. Likeness is not transitive;
that nothing ever repeats a repeat makes the groups plain.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Drawing
from dougagen.errors import ShardError

SKETCH = (9, 16)  # rows, columns
_LOW = 8  # frequencies a side that the fingerprint takes
_SIDE = 32  # px of the square that is transformed
_LEAST_CONTRAST = 4.0  # levels of standard deviation; flatter pictures are all alike and repeat nothing
_BITS_APART = 6  # another coding of the same drawing, at two thirds of the size, turns at most 2
_LEVELS_APART = 4  # in the sketch's worst place; such a coding leaves at most 2, a mouth more
PRINT = np.dtype([("frame", "<i8"), ("fingerprint", "<u8"), ("sketch", "u1", SKETCH)])
"""A row of a file of prints: 160 bytes a drawing, in the order of frames."""
_PLACES = np.array([2 * 16 + 3, 1 * 16 + 8, 2 * 16 + 13, 6 * 16 + 2, 7 * 16 + 7, 6 * 16 + 12])
"""Six places of the sketch, far apart: drawings that differ in any of them need not be compared."""
_STEP = 2 * _LEVELS_APART + 1
"""Levels a step: what may lie ``_LEVELS_APART`` above and below touches two steps at most."""
_WEIGHTS = 32 ** np.arange(len(_PLACES), dtype=np.int64)  # 29 steps fit five bits
_CORNERS = np.array(list(np.ndindex(*[2] * len(_PLACES))))  # [64, 6]: below or above, place by place


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """How a drawing is recognised."""

    fingerprint: int
    """64 bits; 0 for a picture so flat that it is like any other."""
    sketch: NDArray[np.uint8]
    """uint8[9, 16]: mean levels."""


def print_of(image: NDArray[np.uint8]) -> Print:
    """The print of a picture, uint8[H, W, 3] RGB. 1 ms at 1080p."""
    small = cv2.resize(image, (8 * SKETCH[1], 8 * SKETCH[0]), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    sketch = np.asarray(cv2.resize(grey, SKETCH[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    if float(grey.std()) < _LEAST_CONTRAST:
        return Print(0, sketch)
    square = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = np.asarray(cv2.dct(square))[:_LOW, :_LOW].ravel()
    bits = low > np.median(low[1:])  # without the mean level, which says how bright and not what
    return Print(int.from_bytes(np.packbits(bits).tobytes(), "big") or 1, sketch)


class PrintsTaken:
    """The prints of the episode that is being written."""

    def __init__(self) -> None:
        self._prints: dict[int, Print] = {}

    def of(self, drawings: Iterable[Drawing]) -> Iterator[Drawing]:
        """The drawings with their fingerprints."""
        for drawing in drawings:
            known_by = print_of(drawing.image)
            self._prints[drawing.frame_index] = known_by
            yield replace(drawing, fingerprint=known_by.fingerprint)

    def table(self, frames: Iterable[int]) -> NDArray[np.void]:
        """The prints of the drawings at ``frames``, those that became records: ``PRINT[N]``."""
        return table_of((frame, self._prints[frame]) for frame in frames)


def table_of(prints: Iterable[tuple[int, Print]]) -> NDArray[np.void]:
    """Frames and prints as ``PRINT[N]``, in the order of frames."""
    known = sorted(prints, key=lambda pair: pair[0])
    table = np.empty(len(known), PRINT)
    for row, (frame, known_by) in zip(table, known, strict=True):
        row["frame"], row["fingerprint"], row["sketch"] = frame, known_by.fingerprint, known_by.sketch
    return table


def table_from(data: bytes) -> NDArray[np.void]:
    """The prints in a file's bytes. Raises ShardError where they are none."""
    if len(data) % PRINT.itemsize:
        raise ShardError(f"the prints are damaged ({len(data)} bytes)")
    return np.frombuffer(data, PRINT)


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """An episode of the dataset as the search for repeats sees it."""

    episode_id: str
    on_repeat: str
    """``keep``, ``mark`` or ``drop``."""
    repeats: Mapping[int, str]
    """What its rows say now: frame → ``record_id`` of the original."""
    fixed: bool = False
    """It cannot be changed now, as another run writes it: its rows are what they are."""

    @property
    def order(self) -> tuple[int, str]:
        """Where it comes in: rows that stay in any case first, so that others are dropped for them."""
        return (("keep", "mark", "drop").index(self.on_repeat), self.episode_id)


class Originals:
    """The drawings that others may repeat; about 300 bytes each.

    Found by the levels at six places, each in steps: a drawing that is near enough lies in one of at most 64
    neighbouring cells, so that a search looks at few, however many there are.
    """

    def __init__(self) -> None:
        self._first: dict[int, int] = {}  # cell -> the latest original in it
        self._before = array("q")  # original -> the one before it in its cell; -1: none
        self._fingerprints = array("Q")
        self._frames = array("q")
        self._owners = array("q")
        self._ids: list[str] = []
        self._sketches = np.empty((1024, *SKETCH), np.uint8)

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, episode_id: str, table: NDArray[np.void], which: Collection[int]) -> None:
        """Take rows ``which`` of an episode's prints."""
        self._ids.append(episode_id)
        cells = (_levels_at_places(table) // _STEP) @ _WEIGHTS
        for row in which:
            number = len(self)
            if number == len(self._sketches):
                self._sketches = np.resize(self._sketches, (2 * number, *SKETCH))
            self._sketches[number] = table["sketch"][row]
            self._fingerprints.append(int(table["fingerprint"][row]))
            self._frames.append(int(table["frame"][row]))
            self._owners.append(len(self._ids) - 1)
            cell = int(cells[row])
            self._before.append(self._first.get(cell, -1))
            self._first[cell] = number

    def repeated_by(self, table: NDArray[np.void]) -> Iterator[str]:
        """For each row of an episode's prints the ``record_id`` of the likest original; empty: none."""
        levels = _levels_at_places(table)
        below = np.maximum(levels - _LEVELS_APART, 0) // _STEP
        above = (levels + _LEVELS_APART) // _STEP
        for row, fingerprint in enumerate(table["fingerprint"].tolist()):
            if not fingerprint:
                yield ""
                continue
            cells = np.where(_CORNERS, above[row], below[row]) @ _WEIGHTS  # [64]
            yield self._likest(fingerprint, table["sketch"][row], set(cells.tolist()))

    def _likest(self, fingerprint: int, sketch: NDArray[np.uint8], cells: Collection[int]) -> str:
        near = []
        for cell in cells:
            at = self._first.get(cell, -1)
            while at >= 0:
                if (self._fingerprints[at] ^ fingerprint).bit_count() <= _BITS_APART:
                    near.append(at)
                at = self._before[at]
        if not near:
            return ""
        found = np.array(sorted(near))  # of several as like, the first
        apart = np.abs(self._sketches[found].astype(np.int16) - sketch)  # [near, 9, 16]
        worst = apart.max(axis=(1, 2))
        best = int(np.lexsort((apart.sum(axis=(1, 2)), worst))[0])
        if worst[best] > _LEVELS_APART:
            return ""
        at = int(found[best])
        return f"{self._ids[self._owners[at]]}/{self._frames[at]}"


def _levels_at_places(table: NDArray[np.void]) -> NDArray[np.int64]:
    """[N, 6]."""
    return table["sketch"].reshape(len(table), SKETCH[0] * SKETCH[1])[:, _PLACES].astype(np.int64)


@dataclass(slots=True)
class Search:
    """Episode after episode, in their order, what each repeats."""

    originals: Originals = field(default_factory=Originals)

    def next(self, member: Member, table: NDArray[np.void]) -> dict[int, str]:
        """What ``member`` is to say of its drawings, whose prints are ``table``: frame → ``record_id``."""
        likest = list(self.originals.repeated_by(table))
        frames: list[int] = table["frame"].tolist()
        if member.fixed:
            repeats = dict(member.repeats)
        elif member.on_repeat == "keep":
            repeats = {}
        else:
            repeats = {frame: original for frame, original in zip(frames, likest, strict=True) if original}
        which = [
            row
            for row, frame in enumerate(frames)
            if not likest[row] and frame not in repeats and table["fingerprint"][row]
        ]
        self.originals.add(member.episode_id, table, which)
        return repeats
