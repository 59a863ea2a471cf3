"""Of equal drawings one stays: a pass over all that is committed, after the episodes have been extracted.

What each episode says of its drawings follows from the prints and from what was asked for it (keep, mark,
drop), whatever the order in which the episodes came. The pass brings them there one after another, in the
order of the search: an episode is changed only after those that its rows will point at. So a pass that is
killed has lost nothing, and the next one goes on. A dropped row is set aside beside the ledger and comes back
when its original is gone.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from typing import Any

from dougagen.errors import ShardError
from dougagen.files import StorePath
from dougagen.shards.commits import commit_beside
from dougagen.shards.durable import refusals_named, stops_everything
from dougagen.shards.ledger import REPEAT, SCHEMA_VERSION, LedgerEntry, read_ledger, split_of
from dougagen.shards.locks import Lock, lock_path
from dougagen.shards.members import (
    Known,
    PrintsLost,
    all_rows,
    known,
    members,
    plan,
    prints_made_anew,
    prints_of,
    require_rows_whole,
)
from dougagen.shards.recovery import recover_episode
from dougagen.shards.repeats import Member
from dougagen.shards.rows import EncodedRecord, encoded_row
from dougagen.shards.stored import writer_of

_PATIENCE_SECONDS = 3600.0
"""Another run may have gigabytes to write anew."""
_MOST_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Settled:
    """What a pass has done."""

    episodes: int = 0
    """Whose rows or ledger were written anew."""
    found: int = 0
    """Drawings that were found to repeat another episode's."""
    taken_back: int = 0
    """Drawings that repeat nothing any more: marks taken away, dropped rows brought back."""
    prints_made: int = 0
    """Episodes whose prints were made anew from their pictures."""
    left: tuple[str, ...] = ()
    """Episodes that another run is writing; it settles them when it ends."""
    troubles: tuple[ShardError, ...] = ()
    """What stood in the way; the episodes that are named were left as they are."""


def settle_repeats(out: Path, *, repair: bool = False) -> Settled:
    """Bring every episode of ``out`` to what it is to say of its drawings; changes nothing where all do.

    ``repair`` also makes prints for episodes of older versions that have none. Raises ShardError where the
    disk refuses, or another run has been at it for an hour; what is done by then stays, and is right.
    """
    with _alone(out):
        settling = _Settling(out, repair)
        for _ in range(_MOST_ROUNDS):
            if settling.round():
                break
        return settling.settled()


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One pass at a time. Raises ShardError."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (lock := Lock.take(lock_path(out, "repeats"))) is None:
        if time.monotonic() > deadline:
            raise ShardError(
                "another run has been settling repeats for a long time",
                where=out,
                remedy="run the same command again",
            )
        time.sleep(2.0 if isinstance(out, StorePath) else 0.05)
    with lock:
        yield


class _End(Enum):
    DONE = auto()
    BUSY = auto()
    """Another run is writing the episode."""
    CHANGED = auto()
    """Another run has written it since we looked."""


@dataclass
class _Settling:
    """A pass while it goes on."""

    out: Path
    repair: bool
    fixed: set[str] = field(default_factory=set)
    """Episodes that cannot be changed now."""
    without: set[str] = field(default_factory=set)
    """Episodes that cannot take part, since nothing is known of their drawings."""
    troubles: dict[str, ShardError] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    episodes: int = 0
    found: int = 0
    taken_back: int = 0
    prints_made: int = 0

    def settled(self) -> Settled:
        return Settled(
            self.episodes,
            self.found,
            self.taken_back,
            self.prints_made,
            tuple(sorted(self.left)),
            tuple(self.troubles.values()),
        )

    def round(self) -> bool:
        """Look at everything, then change what has to be; False where something came between."""
        taking_part = self._members()
        try:
            wanted = [
                (member, repeats)
                for member, repeats in plan(self.out, taking_part)
                if repeats != member.repeats
            ]
        except PrintsLost as error:
            return self._mend(error, taking_part)
        return all(self._bring(taking_part[member.episode_id], repeats) for member, repeats in wanted)

    def _members(self) -> dict[str, Known]:
        def damaged(error: ShardError) -> None:
            self.troubles.setdefault(str(error.where), error)

        found = members(self.out, all_of_them=self.repair, on_damage=damaged)
        return {
            episode_id: replace(one, member=replace(one.member, fixed=episode_id in self.fixed))
            for episode_id, one in found.items()
            if episode_id not in self.without
        }

    def _bring(self, one: Known, repeats: Mapping[int, str]) -> bool:
        """One episode to what it is to say; False where the plan has to be made anew without that."""
        episode_id = one.member.episode_id
        try:
            end = _change(self.out, one, repeats)
        except ShardError as error:
            if stops_everything(error):
                raise
            self.troubles[episode_id] = error
            self.fixed.add(episode_id)
            return False
        if end is _End.BUSY:
            self.left.add(episode_id)
            self.fixed.add(episode_id)
        if end is not _End.DONE:
            return False
        self.episodes += 1
        self.found += len(repeats.keys() - one.member.repeats.keys())
        self.taken_back += len(one.member.repeats.keys() - repeats.keys())
        return True

    def _mend(self, lost: PrintsLost, taking_part: Mapping[str, Known]) -> bool:
        """Make prints anew that are lost; always False, since the plan has to be made anew with them."""
        for episode_id, one in taking_part.items():
            try:
                prints_of(self.out, one)
                continue
            except PrintsLost as error:
                lost = error
            try:
                end = _make_prints(self.out, one)
            except ShardError as error:
                if stops_everything(error):
                    raise
                self.troubles[episode_id] = lost
                self.without.add(episode_id)
                continue
            if end is _End.BUSY:
                self.left.add(episode_id)
                self.without.add(episode_id)
            self.prints_made += end is _End.DONE
        return False


def _change(out: Path, one: Known, repeats: Mapping[int, str]) -> _End:
    with _entry_of(out, one) as (end, entry, lock):
        if entry is not None and lock is not None:
            member = one.member
            same_rows = member.on_repeat == "drop" and repeats.keys() == member.repeats.keys()
            if same_rows:
                commit_beside(out, replace(entry, repeats=repeats), lock)
            else:
                require_rows_whole(out, entry)
                _write_anew(out, entry, one, repeats, lock)
        return end


def _make_prints(out: Path, one: Known) -> _End:
    with _entry_of(out, one) as (end, entry, lock):
        if entry is not None and lock is not None:
            require_rows_whole(out, entry)
            commit_beside(out, entry, lock, prints=prints_made_anew(out, entry))
        return end


@contextmanager
def _entry_of(out: Path, one: Known) -> Iterator[tuple[_End, LedgerEntry | None, Lock | None]]:
    """The ledger of an episode under its lock; None where another run has it, or has changed it."""
    episode_id = one.member.episode_id
    lock = Lock.take(lock_path(out, episode_id))
    if lock is None:
        yield _End.BUSY, None, None
        return
    with lock:
        with refusals_named(out):
            recover_episode(out, episode_id)
        entry = read_ledger(out, episode_id)
        now = known(out, entry) if entry is not None else None
        if now is None or (now.prints, *_said(now.member)) != (one.prints, *_said(one.member)):
            yield _End.CHANGED, None, None
        else:
            yield _End.DONE, entry, lock


def _said(member: Member) -> tuple[str, Mapping[int, str]]:
    return member.on_repeat, member.repeats


def _write_anew(out: Path, entry: LedgerEntry, one: Known, repeats: Mapping[int, str], lock: Lock) -> None:
    """Every row as ``repeats`` has it: marked, set aside, or as it was extracted."""
    dropping = one.member.on_repeat == "drop"
    said = json.dumps([entry.config_digest, one.member.on_repeat, sorted(repeats.items())])
    dropped: list[int] = []
    with writer_of(
        out,
        episode_id=entry.episode_id,
        split=split_of(entry.shards[0].name) if entry.shards else "train",
        on_existing="redo",
        digest=hashlib.sha256(said.encode()).hexdigest(),
        lock=lock,
    ) as writer:
        rows = 0
        for row in all_rows(out, entry):
            original = repeats.get(row["frame_index"], "")
            if original and dropping:
                writer.set_aside(_saying(row, ""))
                dropped.append(row["drawing_index"])
            else:
                writer.write(_saying(row, original))
                rows += 1
        prints = prints_of(out, one) if one.prints is None else None
        writer.commit(_entry(entry, one.member.on_repeat, repeats, rows, dropped), prints=prints)


def _saying(row: Mapping[str, Any], original: str) -> EncodedRecord:
    """A row that says what its drawing repeats; nothing where that is empty."""
    flags = [flag for flag in row["flags"] if flag != REPEAT] + ([REPEAT] if original else [])
    return encoded_row({**row, "flags": flags, "repeats": original})


def _entry(
    entry: LedgerEntry, mode: str, repeats: Mapping[int, str], rows: int, dropped: list[int]
) -> LedgerEntry:
    """The ledger with its counts as they are now."""
    lost = entry.untraced_repeats
    counts = {why: count for why, count in entry.drawings_rejected.items() if why != REPEAT}
    which = {why: drawings for why, drawings in entry.rejected.items() if why != REPEAT}
    if lost + len(dropped):
        counts[REPEAT] = lost + len(dropped)
    if lost and not dropped and REPEAT in entry.rejected:
        which[REPEAT] = entry.rejected[REPEAT]
    elif dropped and not lost:
        which[REPEAT] = tuple(dropped)
    return replace(
        entry,
        on_repeat=mode,
        repeats=dict(sorted(repeats.items())),
        records=rows,
        drawings_rejected=counts,
        rejected=which,
        schema_version=SCHEMA_VERSION,
    )
