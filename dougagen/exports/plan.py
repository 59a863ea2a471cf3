"""What is exported, and what there is to do, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dougagen import __version__
from dougagen.errors import ConfigError, ExportError
from dougagen.exports.config import ExportConfig
from dougagen.exports.formats import Format, LayeredFormat, ShotFormat
from dougagen.exports.units import Unit, named_once, record_units, shot_units
from dougagen.files import stat_of
from dougagen.shards import Dataset, Filter, select_rows, shares_of


@dataclass(frozen=True, slots=True)
class Source:
    """What is exported, and as what."""

    dataset: Dataset
    where: Filter | None
    config: ExportConfig
    form: Format

    @property
    def is_of_shots(self) -> bool:
        """Whether a unit is a shot; else it is a drawing."""
        return isinstance(self.form, ShotFormat)

    @property
    def has_plates(self) -> bool:
        """Whether the plates of the dataset are among what is written."""
        return isinstance(self.form, (ShotFormat, LayeredFormat)) and bool(self.dataset.plate_shards)

    def units(self) -> Iterator[Unit]:
        """In order, the same each time."""
        rows = select_rows(self.dataset, self.where)
        make = shot_units if self.is_of_shots else record_units
        return named_once(make(rows, shares_of(self.config.split), by=self.config.split_by))


@dataclass(frozen=True, slots=True)
class Plan:
    """The units of a source, counted."""

    source: Source
    drawings: dict[str, int]
    """Part → drawings, in the order of the parts."""
    digest: str
    """Over all that decides which units there are, in which order, and what is in them."""

    @property
    def total(self) -> int:
        """Drawings in all."""
        return sum(self.drawings.values())

    def header(self) -> dict[str, Any]:
        """What the export says of itself."""
        return {
            "export": self.source.config.to,
            "dougagen_version": __version__,
            "dataset": self.digest,
            "drawings": self.drawings,
            "options": self.source.config.facts(),
        }


def plan_of(source: Source) -> Plan:
    """Count and digest the units. Raises ConfigError where the filter leaves none, ExportError where there
    are none."""
    drawings = dict.fromkeys(shares_of(source.config.split), 0)
    hashes = {shard.name: shard.sha256 for entry in source.dataset.ledger for shard in entry.shards}
    digest = hashlib.sha256()
    for unit in source.units():
        drawings[unit.part] += len(unit.rows)
        for row in unit.rows:
            shard = row.group.shard
            content = hashes.get(shard.name) or _size_of(shard)
            words = (unit.part, unit.name, shard.name, content, row.group.index, row.row, row.record_id)
            digest.update(f"{words}\n".encode("utf-8", "backslashreplace"))
    if source.has_plates:
        hashes |= {shard.name: shard.sha256 for entry in source.dataset.ledger for shard in entry.backgrounds}
        for shard in source.dataset.plate_shards:
            digest.update(f"{('plates', shard.name, hashes.get(shard.name) or _size_of(shard))}\n".encode())
    if not any(drawings.values()):
        where = source.dataset.root
        if source.where is None:
            what, remedy = "there is no drawing to export", "run dougagen verify on it"
            raise ExportError(what, where=where, remedy=remedy)
        what = f"no drawing matches {source.where.text!r}"
        raise ConfigError(what, where=where, remedy="give a wider filter")
    return Plan(source, drawings, digest.hexdigest())


def _size_of(shard: Path) -> int:
    """Bytes, where no ledger has a hash; 0 where it is gone by now."""
    found = stat_of(shard)
    return found.st_size if found else 0
