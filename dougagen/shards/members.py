"""The episodes of a dataset as the search for repeats sees them, and the prints that it goes by.

Folders of older versions have prints that no ledger vouches for; they are believed where they fit the rows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from heapq import merge
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.errors import ShardError
from dougagen.files import Refusal, read_file
from dougagen.shards.color_codecs import decode_color
from dougagen.shards.durable import is_there
from dougagen.shards.ledger import (
    DATA,
    EPISODES,
    REPAIR,
    LedgerEntry,
    ShardFacts,
    committed_ids,
    read_ledger,
)
from dougagen.shards.reader import Dataset, raw_rows
from dougagen.shards.recovery import shard_is_whole
from dougagen.shards.repeats import Member, Print, Search, print_of, table_from, table_of
from dougagen.shards.side_files import SideFacts

_MAX_PRINTS_BYTES = 256 << 20


class PrintsLost(ShardError):  # noqa: N818 - a state of the episode, which is mended
    """The prints of an episode are missing or damaged; they can be made anew from its pictures."""


@dataclass(frozen=True, slots=True)
class Known:
    """A member and where its prints are."""

    member: Member
    prints: SideFacts | None
    """None: in ``<episode_id>.prints``, as older versions left them."""


def members(out: Path, *, all_of_them: bool, on_damage: Callable[[ShardError], None]) -> dict[str, Known]:
    """The episodes that take part: those that have prints; with ``all_of_them`` also those that could.

    Raises nothing: ``on_damage`` is told of what cannot be read, which then takes no part.
    """
    found = {}
    for episode_id in committed_ids(out):
        try:
            entry = read_ledger(out, episode_id)
            if entry is not None and (takes_part(out, entry) or (all_of_them and entry.models)):
                found[episode_id] = known(out, entry)
        except ShardError as error:
            on_damage(error)
    return found


def takes_part(out: Path, entry: LedgerEntry) -> bool:
    """Whether the drawings of an episode can be recognised: a studio's and an artist's are not."""
    return entry.prints is not None or is_there(_old_prints(out, entry.episode_id))


def known(out: Path, entry: LedgerEntry) -> Known:
    """An episode as it is now. Raises ShardError where its rows have to be asked and cannot be read."""
    mode, repeats = entry.on_repeat, entry.repeats
    if not mode:
        repeats = {frame: original for frame, _, original in _said_by_rows(out, entry) if original}
        mode = "mark" if repeats else "keep"
    return Known(Member(entry.episode_id, mode, repeats), entry.prints)


def plan(out: Path, taking_part: Mapping[str, Known]) -> Iterator[tuple[Member, dict[int, str]]]:
    """Each episode, in the order in which they come, with what it is to say of its drawings.

    Raises PrintsLost.
    """
    search = Search()
    for one in sorted(taking_part.values(), key=lambda one: one.member.order):
        yield one.member, search.next(one.member, prints_of(out, one))


def prints_of(out: Path, one: Known) -> NDArray[np.void]:
    """``PRINT[N]``. Raises PrintsLost where they are not those that were committed."""
    episode_id, facts = one.member.episode_id, one.prints
    path = _old_prints(out, episode_id) if facts is None else out / EPISODES / facts.name
    try:
        data = read_file(path, most=_MAX_PRINTS_BYTES, below=out)
    except FileNotFoundError as error:
        raise PrintsLost("the prints are missing", where=path, remedy=REPAIR) from error
    except OSError as error:
        remedy = error.remedy if isinstance(error, Refusal) else ""
        raise PrintsLost(
            f"the prints cannot be read ({error.strerror})", where=path, remedy=remedy
        ) from error
    if facts is not None and sha256(data).hexdigest() != facts.sha256:
        raise PrintsLost("the prints are not those that the ledger says", where=path, remedy=REPAIR)
    try:
        table = table_from(data)
    except ShardError as error:
        raise PrintsLost(error.what, where=path, remedy=REPAIR) from error
    if facts is None:
        _require_fit(out, episode_id, table, path)
    return table


def _require_fit(out: Path, episode_id: str, table: NDArray[np.void], path: Path) -> None:
    entry = read_ledger(out, episode_id)
    rows = {frame: mark for frame, mark, _ in _said_by_rows(out, entry)} if entry is not None else {}
    if rows != dict(zip(table["frame"].tolist(), table["fingerprint"].tolist(), strict=True)):
        raise PrintsLost("the prints are not those of the rows", where=path, remedy=REPAIR)


def _said_by_rows(out: Path, entry: LedgerEntry) -> Iterator[tuple[int, int, str]]:
    """Frame, fingerprint and ``repeats`` of each row. Raises ShardError."""
    shards = tuple(out / DATA / shard.name for shard in entry.shards)
    for table in Dataset(out, shards).rows(("frame_index", "fingerprint", "repeats")):
        yield from zip(*(column.to_pylist() for column in table.columns), strict=True)


def _old_prints(out: Path, episode_id: str) -> Path:
    return out / EPISODES / f"{episode_id}.prints"


def require_rows_whole(out: Path, entry: LedgerEntry) -> None:
    """Raise ShardError unless every row is as it was committed, those set aside included."""
    files: list[tuple[Path, ShardFacts | SideFacts]] = []
    files += [(out / DATA / shard.name, shard) for shard in entry.shards]
    files += [(out / EPISODES / side.name, side) for side in _aside(entry)]
    for path, facts in files:
        try:
            whole = shard_is_whole(path, facts)
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            raise ShardError(f"cannot be read ({reason})", where=path, remedy="make it readable") from None
        if not whole:
            raise ShardError("does not match the ledger", where=path, remedy=REPAIR)


def all_rows(out: Path, entry: LedgerEntry) -> Iterator[dict[str, Any]]:
    """The rows of an episode in the order of its drawings, those set aside among them; pictures still coded.

    Raises ShardError.
    """
    visible = (row for shard in entry.shards for row in raw_rows(out / DATA / shard.name))
    aside = (row for side in _aside(entry) for row in raw_rows(out / EPISODES / side.name))
    return merge(visible, aside, key=lambda row: int(row["drawing_index"]))


def prints_made_anew(out: Path, entry: LedgerEntry) -> NDArray[np.void]:
    """``PRINT[N]`` from the pictures: 30 ms a drawing at 1080p. Raises ShardError."""
    return table_of(
        (row["frame_index"], _print_of_row(row, fingerprinted=entry.schema_version >= 2))
        for row in all_rows(out, entry)
    )


def _print_of_row(row: Mapping[str, Any], *, fingerprinted: bool) -> Print:
    seen = print_of(decode_color(row["color"]["bytes"]))
    return Print(row["fingerprint"] if fingerprinted else seen.fingerprint, seen.sketch)


def _aside(entry: LedgerEntry) -> tuple[SideFacts, ...]:
    return () if entry.dropped is None else (entry.dropped,)
