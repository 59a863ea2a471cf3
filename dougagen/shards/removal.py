"""Episodes out of a dataset: found by what people call them, taken out in one moment, repeats put right.

The moment is the removal of the ledger. Before it a list is written of the files that go; after it they go. A
run that is killed before the moment has changed nothing, and one that is killed after it leaves the list, by
which the next run of any kind finishes (``recovery``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dougagen.errors import ShardError, UsageError, quoted
from dougagen.shards.card import renew_card
from dougagen.shards.durable import refusals_named, remove, size_of, sync_folder, write_text_whole
from dougagen.shards.ledger import EPISODES, LedgerEntry, committed_ids, ledger_path, read_ledger
from dougagen.shards.locks import lock_episode
from dougagen.shards.recovery import (
    Recovered,
    committed_files,
    files_of,
    recover,
    recover_episode,
    remove_replaced,
    replaced_path,
)
from dougagen.shards.settling import Settled, settle_repeats

_LEAST_PREFIX = 4
"""Digits: fewer are met by accident."""
_ID_DIGITS = 16
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Leaving:
    """An episode that is taken out."""

    episode_id: str
    source: str
    """Empty where its ledger is damaged."""
    records: int
    bytes: int
    """On the disk, its ledger included."""
    repeated_by: int = 0
    """Records of other episodes that repeat one of its; they stand for themselves afterwards."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What was taken out, or would be."""

    removed: tuple[Leaving, ...]
    absent: tuple[str, ...]
    """Whole ids that are in the dataset no more: an earlier run took them out."""
    dry_run: bool = False
    failed: tuple[ShardError, ...] = ()
    """Why some are still there."""
    repeats: Settled = field(default_factory=Settled)
    recovered: tuple[Recovered, ...] = ()

    @property
    def troubles(self) -> tuple[ShardError, ...]:
        """All that did not go as it should."""
        return (*self.failed, *self.repeats.troubles)


def find_leaving(out: Path, words: Iterable[str]) -> tuple[tuple[Leaving, ...], tuple[str, ...]]:
    """The episodes that ``words`` mean, each once, and whole ids that are not there.

    A word is an id, the beginning of one, of at least four digits, or the name of a source. Raises UsageError
    where it means none or several, so that a slip of the hand removes nothing; ShardError where ``out`` is no
    dataset.
    """
    if not (out / EPISODES).is_dir():
        raise UsageError(
            "this folder has no ledgers, so there is nothing to take out",
            where=out,
            remedy="give the folder that dougagen extract --out wrote",
        )
    known = {episode_id: _readable(out, episode_id) for episode_id in committed_ids(out)}
    meant: dict[str, None] = {}
    absent = []
    for word in words:
        found = _meant_by(word, known)
        if not found and len(word) == _ID_DIGITS and not set(word) - set("0123456789abcdef"):
            absent.append(word)
            continue
        meant[_one(word, found, known, out)] = None
    return tuple(_leaving(out, episode_id, known) for episode_id in meant), tuple(absent)


def _readable(out: Path, episode_id: str) -> LedgerEntry | None:
    """Damaged ones can be taken out, too: by their id."""
    try:
        return read_ledger(out, episode_id)
    except ShardError:
        return None


def _meant_by(word: str, known: dict[str, LedgerEntry | None]) -> list[str]:
    if word in known:
        return [word]
    named = [episode_id for episode_id, entry in known.items() if entry is not None and entry.source == word]
    if named or len(word) < _LEAST_PREFIX:
        return named
    return [episode_id for episode_id in known if episode_id.startswith(word)]


def _one(word: str, found: Sequence[str], known: dict[str, LedgerEntry | None], out: Path) -> str:
    """The only one of ``found``. Raises UsageError."""
    if len(found) == 1:
        return found[0]
    if not found:
        remedy = f"dougagen stats {quoted(out)} --json lists them under episode_labels; nothing was removed"
        raise UsageError(f"no episode has the id or the name {quoted(word)}", where=out, remedy=remedy)
    entries = [(episode_id, known[episode_id]) for episode_id in found[:_MOST_NAMED]]
    several = ", ".join(f"{episode_id} ({quoted(e.source) if e else 'damaged'})" for episode_id, e in entries)
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    raise UsageError(
        f"{quoted(word)} means {len(found)} episodes: {several}{more}",
        where=out,
        remedy="name each by its id; nothing was removed",
    )


def _leaving(out: Path, episode_id: str, known: dict[str, LedgerEntry | None]) -> Leaving:
    entry = known[episode_id]
    with refusals_named(out):
        paths = [ledger_path(out, episode_id)]
        paths += [file.path for file in files_of(out, entry)] if entry is not None else []
        size = sum(max(0, size_of(path)) for path in paths)
    repeated = sum(
        original.startswith(f"{episode_id}/")
        for other, theirs in known.items()
        if theirs is not None and other != episode_id
        for original in theirs.repeats.values()
    )
    records = entry.records if entry is not None else 0
    return Leaving(episode_id, entry.source if entry is not None else "", records, size, repeated)


def remove_episodes(out: Path, words: Iterable[str], *, dry_run: bool = False) -> Removal:
    """Take the episodes that ``words`` mean out of the dataset ``out``; settle what others repeat of them.

    What dead runs have left is put right first. With ``dry_run`` nothing is changed. An episode that another
    run is writing stays, and is in ``failed``. Raises UsageError as ``find_leaving``, ShardError where the
    disk refuses.
    """
    out, words = Path(out), tuple(words)
    if dry_run or not (out / EPISODES).is_dir():
        return Removal(*find_leaving(out, words), dry_run=True)
    recovered = recover(out)
    leaving, absent = find_leaving(out, words)
    removed, failed = [], []
    for one in leaving:
        try:
            _remove(out, one.episode_id)
            removed.append(one)
        except ShardError as error:
            failed.append(error)
    repeats = _settled(out)
    return Removal(tuple(removed), absent, False, tuple(failed), repeats, recovered)


def _remove(out: Path, episode_id: str) -> None:
    """Raises EpisodeBusy, ShardError."""
    with lock_episode(out, episode_id), refusals_named(out):
        recover_episode(out, episode_id)
        take_out(out, episode_id)


def take_out(out: Path, episode_id: str) -> None:
    """The ledger, and then all that belonged to it. The caller holds the lock. Raises OSError."""
    files = committed_files(out, episode_id)
    write_text_whole(replaced_path(out, episode_id), json.dumps(sorted(files)))
    sync_folder(out / EPISODES)
    remove(ledger_path(out, episode_id))  # the moment
    sync_folder(out / EPISODES)
    remove_replaced(out, episode_id)


def _settled(out: Path) -> Settled:
    """Repeats of what is left, and a card that tells of nothing else. Raises ShardError."""
    settled = settle_repeats(out) if committed_ids(out) else Settled()
    renew_card(out)
    return settled
