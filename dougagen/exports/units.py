"""What is exported one by one: drawings or shots, each with its name and its part of the split."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from dougagen.shards import SelectedRow, part_of, split_key

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
        name = f"{safe_name(row.episode_id)}_{row.frame_index:08d}"
        yield Unit(part_of(split_key(row.episode_id, row.shot_index, by), shares), name, (row,))


def shot_units(rows: Iterable[SelectedRow], shares: dict[str, Fraction], *, by: str) -> Iterator[Unit]:
    """The rows of each shot together."""
    for _, drawings in itertools.groupby(rows, key=lambda row: (row.episode_id, row.shot_index)):
        shot = tuple(sorted(drawings, key=_first_shown))
        name = f"{safe_name(shot[0].episode_id)}_cut{shot[0].shot_index + 1:04d}"
        key = split_key(shot[0].episode_id, shot[0].shot_index, by)
        yield Unit(part_of(key, shares), name, shot)


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


def _first_shown(row: SelectedRow) -> tuple[int, int]:
    return (row.exposures[0][0] if row.exposures else row.frame_index, row.frame_index)
