"""What is exported one by one: drawings or shots, each with its name and its part of the split."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from dougagen.shards import SelectedRow, part_of

_SAFE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Unit:
    """A drawing, or the drawings of a shot in the order in which they first appear."""

    part: str
    name: str
    """A plain file name without an ending, unlike every other one of the export."""
    rows: tuple[SelectedRow, ...]
    """At least one."""
    damage: str = ""
    """Why it is passed over, where that is known before its pictures are read."""


def safe_name(text: str) -> str:
    """``text`` where it is safe in a file name on any system; else what is safe of it, and a hash."""
    if _SAFE.fullmatch(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{re.sub('[^0-9A-Za-z]+', '-', text)[:32].strip('-') or 'episode'}-{digest}"


def record_units(rows: Iterable[SelectedRow], shares: dict[str, Fraction], *, by: str) -> Iterator[Unit]:
    """Each row by itself."""
    for row in rows:
        yield Unit(part_of(row.split_key(by), shares), _name_of_frame(row), (row,))


def shot_units(rows: Iterable[SelectedRow], shares: dict[str, Fraction], *, by: str) -> Iterator[Unit]:
    """The rows of each shot together; a scene of the studio is one by itself."""
    for _, drawings in itertools.groupby(rows, key=_shot_of):
        shot = tuple(sorted(drawings, key=_first_shown))
        first = shot[0]
        cut = f"{safe_name(first.episode_id)}_cut{first.shot_index + 1:04d}"
        name = _name_of_frame(first) if first.is_scene else cut
        yield Unit(part_of(first.split_key(by), shares), name, shot)


def named_once(units: Iterable[Unit]) -> Iterator[Unit]:
    """The units, those damaged whose name an earlier one has: no file of an export is written twice."""
    names: set[int] = set()
    for unit in units:
        key = int.from_bytes(hashlib.sha256(unit.name.encode()).digest()[:8])
        if key in names:
            where = unit.rows[0].record_id
            unit = replace(unit, damage=f"record {where!r}: an earlier row has its episode, frame or shot")
        names.add(key)
        yield unit


def _name_of_frame(row: SelectedRow) -> str:
    return f"{safe_name(row.episode_id)}_{row.frame_index:08d}"


def _shot_of(row: SelectedRow) -> tuple[str, int, int | None]:
    return row.episode_id, row.shot_index, row.frame_index if row.is_scene else None


def _first_shown(row: SelectedRow) -> tuple[int, int]:
    return (row.exposures[0][0] if row.exposures else row.frame_index, row.frame_index)
