"""A dataset as the light table leafs through it: episodes by name, drawings by the thousand."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from threading import Lock
from typing import Any

from dougagen.errors import NoRecordError
from dougagen.shards import Dataset, LedgerEntry
from dougagen.view.config import ViewConfig
from dougagen.view.facts import COLUMNS, facts_of

_TABLES_KEPT = 2  # shards whose columns are in memory; one takes 128 MiB at most
_SHEETS_KEPT = 8
_USUAL_RATE = Fraction(24)
_DIGITS = re.compile(r"(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a shard that are sent at once."""

    shard: int
    """Position among the dataset's shards."""
    start: int
    rows: int


@dataclass(frozen=True, slots=True)
class EpisodeCard:
    """An episode in the list of episodes."""

    episode_id: str
    source: str
    label: str
    """The source; with some of the id where another episode has the same."""
    rate: Fraction
    """Frames a second."""
    drawings: int
    pages: tuple[Page, ...]
    shots: int | None = None
    """From the ledger; None where there is none."""
    frame: tuple[int, int] | None = None
    """Width and height, from the ledger."""
    flags: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As the front end takes it."""
        return {
            "id": self.episode_id,
            "source": self.source,
            "label": self.label,
            "rate": float(self.rate),
            "drawings": self.drawings,
            "shots": self.shots,
            "size": list(self.frame) if self.frame else None,
            "flags": list(self.flags),
            "pages": [[page.shard, page.start, page.rows] for page in self.pages],
        }


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A shot as the ledger's timesheet has it, drawings that became no record included."""

    start: int
    stop: int
    numbers: Mapping[int, int]
    """Drawing index → its number in the shot, from 1 in the order of appearance: as ``probe`` counts."""


class Catalog:
    """Episodes in the order of their names, and the facts of their drawings. Safe among threads."""

    def __init__(self, dataset: Dataset, *, page_rows: int | None = None) -> None:
        """Reads nothing but, without ledgers, which episodes the shards hold. Raises ShardError."""
        self.dataset = dataset
        self._page_rows = page_rows or ViewConfig().page_rows
        self._entries = {entry.episode_id: entry for entry in dataset.ledger}
        found = self._of_ledgers() if dataset.ledger else self._of_shards()
        self.episodes = tuple(labelled(sorted(found, key=lambda card: by_name(card.source, card.episode_id))))
        self._tables: OrderedDict[int, Any] = OrderedDict()
        self._sheets: OrderedDict[str, dict[int, SheetLine]] = OrderedDict()
        self._lock = Lock()

    def _of_ledgers(self) -> Iterator[EpisodeCard]:
        places = {path.name: number for number, path in enumerate(self.dataset.shards)}
        for entry in self.dataset.ledger:
            # a shard that is missing was told of when the dataset was opened
            held = [(places[shard.name], shard.rows) for shard in entry.shards if shard.name in places]
            yield EpisodeCard(
                entry.episode_id,
                entry.source,
                entry.source,
                entry.frame_rate or _USUAL_RATE,
                sum(rows for _, rows in held),
                tuple(page for shard, rows in held for page in self._pages(shard, rows)),
                entry.shots,
                (entry.width, entry.height),
                entry.flags,
            )

    def _of_shards(self) -> Iterator[EpisodeCard]:
        """The episodes of a plain folder: their ids and names are read, a shard at a time."""
        places = {path: number for number, path in enumerate(self.dataset.shards)}
        found: dict[str, dict[str, Any]] = {}
        for shard, table in self.dataset.tables(("episode_id", "source", "frame_index", "time")):
            ids = table["episode_id"].to_pylist()
            for row, episode_id in enumerate(ids):
                if episode_id not in found:
                    source = table["source"][row].as_py()
                    found[episode_id] = {"source": source, "drawings": 0, "shards": {}, "rate": None}
                known = found[episode_id]
                known["drawings"] += 1
                known["shards"][places[shard]] = len(ids)
                known["rate"] = known["rate"] or _rate_from(table, row)
        for episode_id, known in found.items():
            pages = tuple(
                page for shard, rows in known["shards"].items() for page in self._pages(shard, rows)
            )
            rate = known["rate"] or _USUAL_RATE
            yield EpisodeCard(episode_id, known["source"], known["source"], rate, known["drawings"], pages)

    def _pages(self, shard: int, rows: int) -> Iterator[Page]:
        for start in range(0, rows, self._page_rows):
            yield Page(shard, start, min(self._page_rows, rows - start))

    def drawings(self, shard: int, start: int) -> dict[str, Any]:
        """A page: ``{"drawings": [facts…], "sheets": {episode: {shot: [start, stop]}}}``.

        Raises NoRecordError where there is no such page, ShardError where it cannot be read.
        """
        path = self._shard(shard)
        table = self._table(shard, path)
        if not 0 <= start < max(1, table.num_rows):
            raise NoRecordError(f"there is no row {start} in this shard", where=path)
        rows = table.slice(start, self._page_rows).to_pylist()
        drawings = [facts_of(row) | {"at": [shard, place]} for place, row in enumerate(rows, start=start)]
        return {"drawings": drawings, "sheets": self.placed(drawings)}

    def placed(self, drawings: Iterable[dict[str, Any]]) -> dict[str, dict[int, list[int]]]:
        """Give each drawing its number in its shot, as far as ledgers know it.

        Returns what the timesheet says of these shots: episode → shot → first frame, the one after the last,
        and how many drawings it has, those without a record included.
        """
        sheets: dict[str, dict[int, list[int]]] = {}
        for facts in drawings:
            line = self._sheet(facts["episode"]).get(facts["shot"])
            if line is not None and facts["drawing"] in line.numbers:
                facts["number"] = line.numbers[facts["drawing"]]
                sheets.setdefault(facts["episode"], {})[facts["shot"]] = [
                    line.start,
                    line.stop,
                    len(line.numbers),
                ]
        return sheets

    def _shard(self, shard: int) -> Path:
        if not 0 <= shard < len(self.dataset.shards):
            raise NoRecordError(f"there is no shard {shard}")
        return self.dataset.shards[shard]

    def _table(self, shard: int, path: Path) -> Any:
        with self._lock:
            if shard not in self._tables:
                one = Dataset(self.dataset.root, (path,))  # without on_damage: what is wrong is raised
                self._tables[shard] = next(one.rows(COLUMNS))
                while len(self._tables) > _TABLES_KEPT:
                    self._tables.popitem(last=False)
            self._tables.move_to_end(shard)
            return self._tables[shard]

    def _sheet(self, episode_id: str) -> Mapping[int, SheetLine]:
        entry = self._entries.get(episode_id)
        if entry is None:
            return {}
        with self._lock:
            if episode_id not in self._sheets:
                self._sheets[episode_id] = sheet_of(entry)
                while len(self._sheets) > _SHEETS_KEPT:
                    self._sheets.popitem(last=False)
            self._sheets.move_to_end(episode_id)
            return self._sheets[episode_id]


def sheet_of(entry: LedgerEntry) -> dict[int, SheetLine]:
    """Shot index → its line of the timesheet; empty for ledgers of older versions."""
    lines: dict[int, tuple[int, int, dict[int, int]]] = {}
    for shot, drawing, span in entry.exposures():
        start, stop, numbers = lines.setdefault(shot, (span.start, span.stop, {}))
        numbers.setdefault(drawing, len(numbers) + 1)
        lines[shot] = (min(start, span.start), max(stop, span.stop), numbers)
    return {shot: SheetLine(*line) for shot, line in lines.items()}


def by_name(source: str, episode_id: str) -> tuple[list[tuple[int, int, str]], str]:
    """A key that sorts names as people do: episode 2 before episode 10."""
    parts = _DIGITS.split(source.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part], episode_id


def labelled(cards: Iterable[EpisodeCard]) -> Iterator[EpisodeCard]:
    """The cards, those told apart whose files have the same name."""
    kept = list(cards)
    names = Counter(card.source for card in kept)
    for card in kept:
        alone = names[card.source] == 1
        yield card if alone else replace(card, label=f"{card.source} · {card.episode_id[:8]}")


def _rate_from(table: Any, row: int) -> Fraction | None:
    """Frames a second by the time of one frame; None where that says nothing."""
    frame, time = table["frame_index"][row].as_py(), table["time"][row].as_py()
    if not 0 < time < 1e9 or not 0 < frame < 1e9:
        return None
    rate = Fraction(frame / time).limit_denominator(1001)
    return rate if 1 <= rate <= 240 else None
