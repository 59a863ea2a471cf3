"""Drawings that the dataset holds already: openings, endings, recaps and stock shots come back every week.

Each drawing has a fingerprint of 64 bits, the signs of its low frequencies (the DCT hash of Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions", 2010), and a sketch of 16×9 levels. A
fingerprint within six bits makes a candidate; the sketch decides, since two drawings of one shot that differ
in a mouth have the same low frequencies. The index is a file an episode beside its ledger,
``episodes/<episode_id>.prints``, written before the ledger and believed only with it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Drawing
from dougagen.errors import ShardError
from dougagen.shards.durable import refusals_named, write_bytes_whole
from dougagen.shards.ledger import EPISODES, committed_ids, require_episode_id

_log = logging.getLogger(__name__)
REPEAT = "repeat"
"""The flag of a drawing that another episode of the dataset shows."""
SKETCH = (9, 16)  # rows, columns
_LOW = 8  # frequencies a side that the fingerprint takes
_SIDE = 32  # px of the square that is transformed
_LEAST_CONTRAST = 4.0  # levels of standard deviation; flatter pictures are all alike and repeat nothing
_BITS_APART = 6  # another coding of the same drawing, at two thirds of the size, turns at most 2
_LEVELS_APART = 4  # in the sketch's worst place; such a coding leaves at most 2, a mouth more
_MAX_INDEX_BYTES = 256 << 20
_PRINT = np.dtype([("frame", "<i8"), ("fingerprint", "<u8"), ("sketch", "u1", SKETCH)])


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


class RepeatIndex:
    """The prints of the dataset's episodes, and those of the episode that is being written.

    Reads every index of a committed episode but ``besides``, 160 bytes a record. One that is damaged is
    logged and passed over: its episode is then not recognised, and nothing else is lost.
    """

    def __init__(self, out: Path, *, besides: str) -> None:
        self._out, self._episode_id = out, require_episode_id(besides)
        ids = [episode_id for episode_id in committed_ids(out) if episode_id != besides]
        tables = [_read_or_told(out, episode_id) for episode_id in ids]
        self._owners = np.repeat(np.arange(len(ids)), [len(table) for table in tables])
        self._ids = ids
        self._known = np.concatenate(tables) if tables else np.empty(0, _PRINT)
        self._new: dict[int, Print] = {}

    def __len__(self) -> int:
        """How many records of other episodes can be recognised."""
        return len(self._known)

    def repeated(self, drawing: Print) -> str:
        """The ``record_id`` of the record that ``drawing`` shows again, the likest one; empty if none."""
        if not drawing.fingerprint or not len(self._known):
            return ""
        apart = np.bitwise_count(self._known["fingerprint"] ^ np.uint64(drawing.fingerprint))
        near = np.flatnonzero((apart <= _BITS_APART) & (self._known["fingerprint"] != 0))
        if not len(near):
            return ""
        levels = np.abs(self._known["sketch"][near].astype(np.int16) - drawing.sketch)  # [near, 9, 16]
        worst = levels.max(axis=(1, 2))
        best = int(np.lexsort((levels.sum(axis=(1, 2)), worst))[0])
        if worst[best] > _LEVELS_APART:
            return ""
        row = near[best]
        return f"{self._ids[self._owners[row]]}/{self._known['frame'][row]}"

    def recognised(self, drawings: Iterable[Drawing], *, look_up: bool = True) -> Iterator[Drawing]:
        """The drawings of this episode with their fingerprints, and what they repeat if ``look_up``: those
        carry the flag ``repeat``."""
        for drawing in drawings:
            known_by = print_of(drawing.image)
            self._new[drawing.frame_index] = known_by
            repeats = self.repeated(known_by) if look_up else ""
            flags = (*drawing.flags, REPEAT) if repeats else drawing.flags
            yield replace(drawing, fingerprint=known_by.fingerprint, repeats=repeats, flags=flags)

    def write(self, frames: Iterable[int]) -> None:
        """Write this episode's index, of the drawings at ``frames`` that became records; before its ledger,
        without which nobody looks at it. Raises ShardError where the disk refuses."""
        prints = [(frame, self._new[frame]) for frame in frames]
        table = np.empty(len(prints), _PRINT)
        for row, (frame, known_by) in zip(table, prints, strict=True):
            row["frame"], row["fingerprint"], row["sketch"] = frame, known_by.fingerprint, known_by.sketch
        path = prints_path(self._out, self._episode_id)
        with refusals_named(path):
            write_bytes_whole(path, table.tobytes())


def prints_path(out: Path, episode_id: str) -> Path:
    """Where the index of an episode lies, whether it is there or not."""
    return out / EPISODES / f"{require_episode_id(episode_id)}.prints"


def _read_or_told(out: Path, episode_id: str) -> NDArray[np.void]:
    try:
        return _read(out, episode_id)
    except ShardError as error:
        _log.warning("%s", error)
        return np.empty(0, _PRINT)


def _read(out: Path, episode_id: str) -> NDArray[np.void]:
    """The index of a committed episode; empty where it has none, as one of an older version."""
    path = prints_path(out, episode_id)
    remedy = "remove the file: its episode is then not recognised"
    try:
        if not path.is_file():
            return np.empty(0, _PRINT)
        if path.stat().st_size > _MAX_INDEX_BYTES:
            raise ShardError(f"the index is larger than {_MAX_INDEX_BYTES} bytes", where=path, remedy=remedy)
        data = path.read_bytes()
    except OSError as error:
        raise ShardError(f"the index cannot be read ({error.strerror})", where=path, remedy=remedy) from error
    if len(data) % _PRINT.itemsize:
        raise ShardError(f"the index is damaged ({len(data)} bytes)", where=path, remedy=remedy)
    return cast("NDArray[np.void]", np.frombuffer(data, _PRINT))
